package transporttest

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// protocolMethods are what a server has to answer before anything else.
var protocolMethods = map[string]method{
	"initialize": func(_ *script, r *request) (*reply, error) {
		if r.Info().Revision.Modern() { // rule F-25
			return nil, jsonrpc.NewError(jsonrpc.CodeMethodNotFound, "initialize is not of this revision", nil)
		}
		return nil, reply1(r, `{"protocolVersion":"`+r.Info().Revision.String()+`","capabilities":{},"serverInfo":{"name":"script","version":"1"}}`)
	},
	"notifications/initialized": func(*script, *request) (*reply, error) { return nil, errHandled },
	"server/discover": func(_ *script, r *request) (*reply, error) {
		if !r.Info().Revision.Modern() {
			return nil, jsonrpc.NewError(jsonrpc.CodeMethodNotFound, "server/discover is not of this revision", nil)
		}
		return nil, reply1(r, `{"resultType":"complete","ttlMs":0,"cacheScope":"private","supportedVersions":["`+jsonrpc.Latest.String()+`"],"capabilities":{}}`)
	},
}

// reply1 answers with a text.
func reply1(r *request, text string) error {
	if err := r.w.Result(codec.RawString(text)); err != nil {
		return err
	}
	return errHandled
}

// plainMethods answer at once.
var plainMethods = map[string]method{
	"test/echo": func(_ *script, r *request) (*reply, error) {
		return &reply{Text: r.p.Text, N: r.p.N, Frame: len(r.Frame())}, nil
	},
	// size is an echo without text, and as long a name.
	"test/size":  func(_ *script, r *request) (*reply, error) { return &reply{Frame: len(r.Frame())}, nil },
	"test/state": func(s *script, _ *request) (*reply, error) { return &reply{State: s.snapshot()}, nil },
	"test/info": func(_ *script, r *request) (*reply, error) {
		i := r.Info()
		return &reply{Info: &info{i.Revision.String(), i.Session != nil, i.CanCall, json.RawMessage(i.Capabilities.Bytes())}}, nil
	},
	// fail answers with an error, whose code is n.
	"test/fail": func(_ *script, r *request) (*reply, error) {
		e := jsonrpc.NewError(r.p.N, r.p.Text, nil)
		e.Data = codec.RawString(`{"a":[1.0,null]}`)
		return nil, e
	},
	// bytes answers with a message of size bytes; if it cannot be sent, with what the error was.
	"test/bytes": func(_ *script, r *request) (*reply, error) {
		empty, err := jsonrpc.AppendResult(nil, r.ID, &reply{Text: "x"}, r.Info().Revision)
		if err != nil {
			return nil, err
		}
		if err := r.w.Result(&reply{Text: fill(r.p.Size - len(empty) + 1)}); err != nil {
			return &reply{Text: err.Error(), Report: []string{report(err)}}, nil
		}
		return nil, errHandled
	},
	// only-bytes answers with a message of that many bytes, or not at all.
	"test/only-bytes": func(_ *script, r *request) (*reply, error) {
		empty, err := jsonrpc.AppendResult(nil, r.ID, &reply{Text: "x"}, r.Info().Revision)
		if err == nil {
			_ = r.w.Result(&reply{Text: fill(r.p.Size - len(empty) + 1)})
		}
		return nil, errHandled
	},
	// deep answers with a message of n levels.
	"test/deep": func(_ *script, r *request) (*reply, error) {
		kind := ""
		if r.Info().Revision.Modern() {
			kind = `"resultType":"complete",`
		}
		levels := r.p.N - 2 // the message and its result
		return nil, reply1(r, "{"+kind+`"deep":`+strings.Repeat("[", levels)+strings.Repeat("]", levels)+"}")
	},
}

// note notes a notification that was handled.
func (st *state) note(p *params) {
	st.Noting--
	name := nameOf(p.Text)
	st.Notes[name] = append(st.Notes[name], p.N)
}

// nameOf returns a short name for a text.
func nameOf(text string) string {
	if len(text) > 100 {
		return strconv.Itoa(len(text)) + " bytes"
	}
	return text
}

func fill(n int) string { return strings.Repeat("x", max(n, 0)) }

// pause waits as a handler that works.
func pause(r *request) {
	if r.p.Pause == 0 {
		return
	}
	t := time.NewTimer(time.Duration(r.p.Pause) * time.Millisecond)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.ctx.Done():
	}
}

// streamMethods send notifications, calls and progress.
var streamMethods = map[string]method{
	// note is a notification. It is noted at its end.
	"test/note": func(s *script, r *request) (*reply, error) {
		s.change(func(st *state) { st.Noting++ })
		pause(r)
		s.change(func(st *state) {
			st.note(&r.p)
		})
		return nil, errHandled
	},
	// notify sends n notes before it answers, each of which takes pause to be handled, and has size bytes.
	"test/notify": func(_ *script, r *request) (*reply, error) {
		for i := range r.p.N {
			p := params{Text: r.p.Text, N: i, Pause: r.p.Pause}
			if r.p.Size > 0 {
				p.Text = sized(p, r.p.Size)
			}
			if err := r.w.Notify(r.ctx, "test/note", jsonAppender{p}); err != nil {
				return &reply{Text: err.Error(), Report: []string{report(err)}}, nil
			}
		}
		return &reply{Text: r.p.Text}, nil
	},
	// send sends a notification, whose name is the text.
	"test/send": func(_ *script, r *request) (*reply, error) {
		return new(reply), r.w.Notify(r.ctx, r.p.Text, jsonAppender{params{}})
	},
	// progress reports n steps, with a pause before each.
	"test/progress": func(_ *script, r *request) (*reply, error) {
		token := codec.MakeRaw(r.p.Meta.Token)
		if token.IsZero() {
			return &reply{Text: "no token"}, nil
		}
		for i := range r.p.N {
			pause(r)
			text := `{"progressToken":` + token.String() + `,"progress":` + strconv.Itoa(i+1) + `,"message":` + strconv.Quote(r.p.Text) + `}`
			if err := r.w.Notify(r.ctx, "notifications/progress", codec.RawString(text)); err != nil {
				return nil, err
			}
		}
		return &reply{Text: r.p.Text}, nil
	},
	// back calls the peer's echo.
	"test/back": func(_ *script, r *request) (*reply, error) {
		return callBack(r, "test/echo", params{Text: r.p.Text})
	},
	// back-size calls the peer's size with a text of size bytes, and tells what came of it.
	"test/back-size": func(_ *script, r *request) (*reply, error) {
		res, err := callBack(r, "test/size", params{Text: fill(r.p.Size)})
		if err != nil {
			return &reply{Text: err.Error(), Report: []string{report(err)}}, nil
		}
		return res, nil
	},
	// back-panic calls a method of the peer that panics.
	"test/back-panic": func(_ *script, r *request) (*reply, error) { return callBack(r, "test/panic", params{}) },
	// nest calls the peer, which calls back, until it has gone n levels deep.
	"test/nest": func(_ *script, r *request) (*reply, error) {
		if r.p.N == 0 {
			return new(reply), nil
		}
		res, err := callBack(r, "test/nest", params{N: r.p.N - 1})
		if err != nil {
			return nil, err
		}
		res.N++
		return res, nil
	},
	// back-wait calls the peer's wait, until the request is cancelled.
	"test/back-wait": func(s *script, r *request) (*reply, error) {
		_, err := callBack(r, "test/wait", params{})
		s.change(func(st *state) { st.Reports = append(st.Reports, report(err)) })
		return nil, err
	},
	// back-cancel calls the peer's wait, and cancels that when the peer says that it is there.
	"test/back-cancel": func(s *script, r *request) (*reply, error) {
		return s.backCancel(r)
	},
	// note-call is a notification whose handler calls the peer, on either way.
	"test/note-call": func(s *script, r *request) (*reply, error) {
		_, err := callBack(r, "test/echo", params{})
		reports := []string{report(err)}
		if session := r.Info().Session; session != nil {
			call := session.NewCall("test/echo")
			reports = append(reports, report(session.Do(r.ctx, call)))
			call.Release()
		}
		s.change(func(st *state) { st.Reports = append(st.Reports, reports...) })
		return nil, errHandled
	},
}

// sized returns the text that makes p the params of a notification of size bytes.
func sized(p params, size int) string {
	p.Text = "x"
	b, err := jsonrpc.AppendNotification(nil, "test/note", jsonAppender{p}, 0)
	if err != nil {
		return err.Error()
	}
	return fill(size - len(b) + 1)
}

// callBack calls a method of the peer.
func callBack(r *request, name string, p params) (*reply, error) {
	call := r.w.NewCall(name)
	defer call.Release()
	b, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	call.Params = append(call.Params, b...)
	if err := r.w.Do(r.ctx, call); err != nil {
		return nil, err
	}
	res := new(reply)
	return res, json.Unmarshal(call.Reply.Result.Bytes(), res)
}
