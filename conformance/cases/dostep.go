package cases

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

// outcome is what came of a step.
type outcome struct {
	result mcp.Value
	fault  *mcp.RPCError
	silent bool // nothing was waited for
	status int
	took   time.Duration
}

// step does one step and judges what comes of it. The error is a *failure when
// the server is to blame.
func (l *live) step(ctx context.Context, s step) error {
	l.wire.begin()
	l.script.begin(s.answers, l.vars)
	began := time.Now()
	o, err := l.do(ctx, s)
	if o.took = time.Since(began); ctx.Err() != nil {
		return ctx.Err()
	}
	wrong := l.script.end()
	if err != nil {
		return l.failed(s, append([]string{err.Error()}, wrong...))
	}
	wrong = append(wrong, l.judge(s, o)...)
	wrong = append(wrong, l.arrived(ctx, s)...)
	if len(wrong) == 0 {
		wrong = l.capture(s, o)
	}
	if len(wrong) > 0 {
		return l.failed(s, wrong)
	}
	return nil
}

func (l *live) failed(s step, wrong []string) error {
	head := fmt.Sprintf("%s (%s): ", s.place, s.title(l.vars))
	f := &failure{message: head + firstLine(wrong[0])}
	if n := len(wrong); n > 1 {
		f.message += fmt.Sprintf(" (and %d more)", n-1)
	}
	if len(wrong) > 1 || firstLine(wrong[0]) != wrong[0] {
		wrong[0] = head + wrong[0]
		f.details = wrong
	}
	return f
}

// title says what the step does: its verb and what that is about.
func (s step) title(v vars) string {
	if about := s.about.fill(v, nil); about != "" {
		return s.verb + " " + shortenTo(about, 80)
	}
	return s.verb
}

// do sends what the step sends. An error answer is no error here.
func (l *live) do(ctx context.Context, s step) (outcome, error) {
	switch s.verb {
	case "raw":
		return l.doRaw(ctx, s)
	case "subscribe":
		return settle(mcp.MustParse("{}"), l.subscribe(ctx, s.about.fill(l.vars, nil)))
	case "list":
		kind := map[string]inspect.Kind{"tools": inspect.Tools, "prompts": inspect.Prompts, "resources": inspect.Resources, "templates": inspect.Templates}[s.kind]
		entries, err := l.client.List(ctx, kind)
		return settle(mcp.ValueOf(map[string]any{kind.Member(): entries}), err)
	}
	method := s.method
	if method == "" {
		method = s.about.fill(l.vars, nil)
	}
	params := map[string]any{}
	for _, m := range s.params.fill(l.vars).Members() {
		params[m.Name] = m.Value
	}
	return settle(l.client.Ask(ctx, method, params, l.headers(ctx, s, params)))
}

// settle takes an answer that is an error for what it is.
func settle(result mcp.Value, err error) (outcome, error) {
	var fault *mcp.RPCError
	var refused *inspect.Refused
	switch {
	case errors.As(err, &refused):
		return outcome{}, err
	case errors.As(err, &fault):
		return outcome{fault: fault}, nil
	}
	return outcome{result: result}, err
}

// headers are those that mirror arguments of a tool, which only its list tells
// of: basic/transports#custom-headers of 2026-07-28.
func (l *live) headers(ctx context.Context, s step, params map[string]any) map[string]string {
	if s.verb != "call" || !l.client.Stateless() || l.client.Session().Kind() != mcp.HTTP {
		return nil
	}
	if l.tools == nil {
		l.tools, _ = l.client.List(ctx, inspect.Tools) // a tool that is not listed mirrors nothing
		l.wire.begin()
	}
	tool, err := inspect.Tools.Find(l.tools, mcp.ValueOf(params["name"]).Text())
	if err != nil {
		return nil
	}
	return mcp.ParamHeaders(tool.Get("inputSchema"), mcp.ValueOf(params["arguments"]))
}

// doRaw sends a frame as it is. One that is a notification, or from which
// nothing is expected, is not waited for.
func (l *live) doRaw(ctx context.Context, s step) (outcome, error) {
	raw := s.raw.bytes(l.vars)
	r := mcp.Request{Raw: raw, Timeout: l.plan.options.Timeout}
	if v, err := mcp.Parse(raw); err == nil {
		r.Method, r.Params = v.Get("method").Text(), v.Get("params")
		if id := v.Get("id"); id.Exists() {
			r.ID = id
		}
	}
	e := s.expect
	waits := r.ID != nil || e.result != nil || e.fault != nil || e.status != nil
	r.Notification = !waits
	x := l.client.Session().Do(ctx, r)
	o := outcome{result: x.Result(), fault: x.RPCError(), status: x.Status}
	for _, m := range x.Received() { // a frame that cannot be read is answered without its id
		if o.fault == nil && x.Reply() == nil {
			o.fault = m.RPCError()
		}
	}
	o.silent = !waits || e.status != nil && x.Reply() == nil && o.fault == nil
	if err := x.Err(); err != nil && !o.silent && o.fault == nil {
		return o, fmt.Errorf("no answer came: %w", err)
	}
	return o, nil
}

// subscribe subscribes to a resource until the case ends.
func (l *live) subscribe(ctx context.Context, uri string) error {
	within, end := context.WithCancel(context.WithoutCancel(ctx))
	ready, ended := make(chan struct{}), make(chan struct{})
	var why error // once ended is closed
	go func() {
		defer close(ended)
		why = l.client.Watch(within, []string{uri}, func() { close(ready) })
	}()
	leave := func() {
		end()
		<-ended
	}
	select {
	case <-ready:
		l.watches = append(l.watches, leave)
		return nil
	case <-ended:
		end()
		if why == nil {
			why = errors.New("the subscription ended at once")
		}
		return why
	case <-ctx.Done():
		leave()
		return ctx.Err()
	}
}
