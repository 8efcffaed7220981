package jsonrpc_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// addParams is a type with a hand-written codec; the generator writes such methods for you.
type addParams struct{ A, B int64 }

func (x *addParams) DecodeJSON(d *codec.Decoder) error {
	*x = addParams{}
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		switch key {
		case "a":
			x.A = d.Int()
		case "b":
			x.B = d.Int()
		default:
			d.Skip()
		}
	}
	return d.Err()
}

// sum is a result.
type sum int64

func (x sum) AppendJSON(dst []byte) ([]byte, error) {
	return append(codec.AppendInt(append(dst, `{"sum":`...), int64(x)), '}'), nil
}

func Example() {
	frame := []byte(`{"jsonrpc":"2.0","id":"r-1","method":"add","params":{"a":2,"b":40}}`)
	var m jsonrpc.Message
	if err := jsonrpc.Scan(frame, &m); err != nil {
		fmt.Println(err)
		return
	}
	d := codec.GetDecoder()
	defer d.Release()
	var params addParams
	if err := m.DecodeParams(d, &params); err != nil {
		fmt.Println(err)
		return
	}
	answer, err := jsonrpc.AppendResult(nil, m.ID, sum(params.A+params.B), jsonrpc.Latest)
	fmt.Println(m.Kind, m.Method, string(answer), err)
	// Output: request add {"jsonrpc":"2.0","id":"r-1","result":{"sum":42}} <nil>
}

// A message that is refused is answered with the error and the id, if there was one.
func ExampleScan_error() {
	var m jsonrpc.Message
	err := jsonrpc.Scan([]byte(`{"jsonrpc":"2.0","params":[1,2],"method":"add","id":7}`), &m)
	var answer *jsonrpc.Error
	if errors.As(err, &answer) && m.Kind != jsonrpc.Response {
		frame, _ := jsonrpc.AppendError(nil, m.ID, answer)
		fmt.Println(string(frame))
	}
	var where *codec.Error
	if errors.As(err, &where) {
		fmt.Println(where.Pointer, "at byte", where.Offset)
	}
	// Output:
	// {"jsonrpc":"2.0","id":7,"error":{"code":-32600,"message":"invalid request: params is not an object"}}
	// /params at byte 26
}

// An id comes back as it came, also one that no Go integer can hold.
func ExampleID() {
	for _, id := range []string{`1`, `"1"`, `1.0`, `9007199254740993000`} {
		var m jsonrpc.Message
		if err := jsonrpc.Scan([]byte(`{"jsonrpc":"2.0","method":"ping","id":`+id+`}`), &m); err != nil {
			fmt.Println(err)
			return
		}
		answer, _ := jsonrpc.AppendResult(nil, m.ID, nil, jsonrpc.Latest)
		fmt.Println(string(answer))
	}
	// Output:
	// {"jsonrpc":"2.0","id":1,"result":{}}
	// {"jsonrpc":"2.0","id":"1","result":{}}
	// {"jsonrpc":"2.0","id":1.0,"result":{}}
	// {"jsonrpc":"2.0","id":9007199254740993000,"result":{}}
}

// A gateway sends a request on under an id of its own. Nothing else changes.
func ExampleAppendRewritten() {
	var m jsonrpc.Message
	err := jsonrpc.Scan([]byte(`{"id":1, "jsonrpc":"2.0", "method":"tools/call", "params":{"name":"x","new":1.0}}`), &m)
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := jsonrpc.AppendRewritten(nil, &m, jsonrpc.StringID("gw-88"), "")
	fmt.Println(string(out), err)
	// Output: {"id":"gw-88", "jsonrpc":"2.0", "method":"tools/call", "params":{"name":"x","new":1.0}} <nil>
}

func ExampleScanBatch() {
	for element, err := range jsonrpc.ScanBatch([]byte(`[{"jsonrpc":"2.0","id":1,"method":"ping"}, 5]`)) {
		if err != nil {
			fmt.Println("no batch:", err)
			return
		}
		var m jsonrpc.Message
		fmt.Println(string(element), jsonrpc.Scan(element, &m))
	}
	// Output:
	// {"jsonrpc":"2.0","id":1,"method":"ping"} <nil>
	// 5 jsonrpc error -32600: invalid request: the message is not an object
}

func ExampleMux() {
	var mux jsonrpc.Mux
	mux.HandleFunc("ping", func(_ context.Context, w jsonrpc.ResponseWriter, _ *jsonrpc.Message) {
		if err := w.Result(nil); err != nil {
			fmt.Println(err)
		}
	})
	logged := func(next jsonrpc.Handler) jsonrpc.Handler {
		return jsonrpc.HandlerFunc(func(ctx context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
			fmt.Println(m.Kind, m.Method)
			next.ServeMessage(ctx, w, m)
		})
	}
	handler := jsonrpc.Chain(&mux, logged)

	// A transport does this:
	for _, frame := range []string{`{"jsonrpc":"2.0","id":1,"method":"ping"}`, `{"jsonrpc":"2.0","id":2,"method":"pong"}`} {
		var m jsonrpc.Message
		if err := jsonrpc.Scan([]byte(frame), &m); err != nil {
			fmt.Println(err)
			return
		}
		w := &recorder{id: m.ID}
		handler.ServeMessage(context.Background(), w, &m)
		fmt.Println(string(w.out))
	}
	// Output:
	// request ping
	// {"jsonrpc":"2.0","id":1,"result":{}}
	// request pong
	// {"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"method not found: \"pong\""}}
}
