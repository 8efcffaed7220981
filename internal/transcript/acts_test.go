package transcript_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
)

// act is something that the program does, and what becomes of it.
type act struct {
	outcome  *queue
	progress *queue
	stop     context.CancelFunc
}

// starting is the name of the act that makes the client.
const starting = "start"

// do does something on a goroutine of its own; what it returns, or its error, is the outcome.
func (x *libraryClient) do(name string, f func(ctx context.Context, a *act) (string, error)) error {
	if x.acts[name] != nil {
		return fmt.Errorf("there is a %s already", name)
	}
	ctx, stop := context.WithCancel(context.Background())
	a := &act{x.s.newQueue(name), x.s.newQueue("the progress of " + name), stop}
	x.acts[name] = a
	go func() {
		out, err := f(ctx, a)
		if err != nil {
			a.outcome.put(item{kind: isOutcome, text: describe(err), more: err})
			return
		}
		a.outcome.put(item{kind: isOutcome, text: out})
	}()
	return nil
}

// describe makes JSON of an error: the peer's has a code, others say of what kind they are.
func describe(err error) string {
	var e *jsonrpc.Error
	if errors.As(err, &e) {
		b, _ := e.AppendJSON(nil) // its data came from a peer
		return string(b)
	}
	var te *transport.Error
	if errors.As(err, &te) && te.HTTPStatus() != 0 {
		return fmt.Sprintf(`{"transport":%q,"status":%d}`, te.Code().String(), te.HTTPStatus())
	}
	return `{"transport":` + text(transport.CodeOf(err).String()) + `}`
}

// matchError says how an error differs from a pattern for what describe returns; "" is for none.
func (s *scene) matchError(pattern string, err error) error {
	switch {
	case err == nil && pattern == "":
		return nil
	case err == nil:
		return errors.New("there is no error")
	case pattern == "":
		return err
	}
	if wrong := s.vars.matchJSON(pattern, describe(err)); wrong != nil {
		return fmt.Errorf("%w\n  error %w", wrong, err)
	}
	return nil
}

// outcome waits for what becomes of an act, which has to fail or not.
func (x *libraryClient) outcome(name string, fails bool) (item, error) {
	a := x.acts[name]
	if a == nil {
		return item{}, fmt.Errorf("there is no %s", name)
	}
	got, err := x.s.next(a.outcome, isOutcome)
	switch failed := got.more != nil; {
	case err != nil:
		return got, err
	case failed && !fails:
		return got, fmt.Errorf("it has failed: %w", got.more.(error))
	case !failed && fails:
		return got, fmt.Errorf("it has not failed: %s", got.text)
	}
	return got, nil
}

// expect finds an outcome as the step has it.
func (x *libraryClient) expect(st *step, fails bool) error {
	got, err := x.outcome(st.arg(0), fails)
	if err != nil {
		return err
	}
	if fails {
		return x.s.matchError(strings.TrimSpace(st.body), got.more.(error))
	}
	if strings.TrimSpace(st.body) == "" {
		return nil
	}
	return x.s.vars.matchJSON(st.body, got.text)
}

// call is the step call NAME [timeout=...] [progress].
func (x *libraryClient) call(st *step) error {
	line, err := x.s.vars.fill(strings.TrimSpace(st.body))
	if err != nil {
		return err
	}
	method, params, err := methodAndParams(line)
	if err != nil {
		return err
	}
	timeout, watched := time.Duration(0), false
	for _, word := range st.args[1:] {
		switch value, ok := strings.CutPrefix(word, "timeout="); {
		case ok:
			if timeout, err = time.ParseDuration(value); err != nil {
				return err
			}
		case word == "progress":
			watched = true
		default:
			return fmt.Errorf("a call has no %s", word)
		}
	}
	c, err := x.there()
	if err != nil {
		return err
	}
	return x.do(st.args[0], func(ctx context.Context, a *act) (string, error) {
		call := c.NewCall(method)
		defer call.Release()
		call.Timeout = timeout
		if params != nil {
			call.Params, _ = params.AppendJSON(call.Params) // it was checked
		}
		if watched {
			call.OnProgress = func(params codec.Raw) { a.progress.put(item{kind: isProgress, text: params.String()}) }
		}
		err := c.Do(ctx, call)
		return call.Reply.Result.String(), err
	})
}

// there returns the client.
func (x *libraryClient) there() (*transport.Client, error) {
	if x.client == nil {
		return nil, errors.New("there is no client yet")
	}
	return x.client, nil
}

// list is the step list NAME KIND: it asks for all pages, and has the names as its outcome.
func (x *libraryClient) list(st *step) error {
	c, err := x.there()
	if err != nil {
		return err
	}
	var f func(ctx context.Context) ([]string, error)
	switch st.arg(1) {
	case "tools":
		f = func(ctx context.Context) ([]string, error) {
			return namesOf(mcp.Tools(ctx, c, nil), func(t *mcp.Tool) string { return t.Name })
		}
	case "prompts":
		f = func(ctx context.Context) ([]string, error) {
			return namesOf(mcp.Prompts(ctx, c, nil), func(p *mcp.Prompt) string { return p.Name })
		}
	case "resources":
		f = func(ctx context.Context) ([]string, error) {
			return namesOf(mcp.Resources(ctx, c, nil), func(r *mcp.Resource) string { return r.Name })
		}
	default:
		return fmt.Errorf("there is no list of %s", st.arg(1))
	}
	return x.do(st.arg(0), func(ctx context.Context, _ *act) (string, error) {
		names, err := f(ctx)
		return "[" + strings.Join(names, ",") + "]", err
	})
}

func namesOf[T any](all iter.Seq2[*T, error], name func(*T) string) (list []string, err error) {
	for x, err := range all {
		if err != nil {
			return nil, err
		}
		list = append(list, text(name(x)))
	}
	return list, nil
}

// notify is the step notify NAME: a method and its params.
func (x *libraryClient) notify(st *step) error {
	c, err := x.there()
	if err != nil {
		return err
	}
	line, err := x.s.vars.fill(strings.TrimSpace(st.body))
	if err != nil {
		return err
	}
	method, params, err := methodAndParams(line)
	if err != nil {
		return err
	}
	return x.do(st.arg(0), func(ctx context.Context, _ *act) (string, error) {
		return "", c.Notify(ctx, method, params)
	})
}

// cancel ends the context of an act.
func (x *libraryClient) cancel(st *step) error {
	a := x.acts[st.arg(0)]
	if a == nil {
		return fmt.Errorf("there is no %s", st.arg(0))
	}
	a.stop()
	return nil
}

// expectProgress finds what was reported of a call.
func (x *libraryClient) expectProgress(st *step) error {
	a := x.acts[st.arg(0)]
	if a == nil {
		return fmt.Errorf("there is no %s", st.arg(0))
	}
	return x.s.expectLines(a.progress, isProgress, st)
}

// ended finds that the client has ended, with an error as the step has it, or none.
func (x *libraryClient) ended(st *step) error {
	c, err := x.there()
	if err != nil {
		return err
	}
	x.s.pass(c.Done())
	select {
	case <-c.Done():
		return x.s.matchError(strings.TrimSpace(st.body), c.Err())
	default:
		return errors.New("the client goes on")
	}
}
