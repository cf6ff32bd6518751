package cases

import (
	"context"
	"fmt"

	"github.com/mcpctl/mcpctl/mcp"
)

// arrived tells which of the notifications that a step expects did not come.
// They are waited for, as they may come after the answer; those that must not
// come have not when the others are there.
func (l *live) arrived(ctx context.Context, s step) []string {
	w := waiting{judging: l.judging(), left: s.expect.notifications}
	if len(w.left) == 0 {
		return nil
	}
	within, cancel := context.WithTimeout(ctx, l.plan.options.Timeout)
	defer cancel()
	if w.pending() {
		l.wire.await(within, w.take)
	} else {
		frames, _ := l.wire.since(0)
		for _, f := range frames {
			w.take(f.Frame)
		}
	}
	var wrong []string
	for _, a := range w.left {
		if a.absent {
			continue
		}
		text := fmt.Sprintf("no notification %s came within %s with %s", a.method, l.plan.options.Timeout, a.params.words(l.vars))
		if len(w.near[a.method]) > 0 {
			text += "; those that came: " + shorten(fmt.Sprint(w.near[a.method]))
		}
		wrong = append(wrong, text)
	}
	wrong = append(wrong, w.unwanted...)
	if len(wrong) > len(w.unwanted) && l.wire.lost() {
		wrong = append(wrong, "the step had more messages than are kept, so that the notification may have come")
	}
	return wrong
}

// waiting are the notifications that have still to come.
type waiting struct {
	judging  *judging
	left     []awaited
	near     map[string][]mcp.Value // params of those that did not fit, by method
	unwanted []string
}

func (w *waiting) pending() bool {
	for _, a := range w.left {
		if !a.absent {
			return true
		}
	}
	return false
}

// take looks at a frame, and reports whether nothing is left to wait for.
func (w *waiting) take(f mcp.Frame) bool {
	if f.Direction != mcp.Received {
		return false
	}
	for _, m := range f.Messages() {
		if m.Method() != "" && !m.Has("id") {
			w.note(m)
		}
	}
	return !w.pending()
}

func (w *waiting) note(m mcp.Message) {
	for i, a := range w.left {
		if a.method != m.Method() || !w.judging.fits(a.params, orEmpty(m.Params())) {
			continue
		}
		if a.absent {
			w.unwanted = append(w.unwanted, fmt.Sprintf("the notification %s came, which must not: %s", a.method, shorten(m.Params().String())))
			return
		}
		w.left = append(w.left[:i:i], w.left[i+1:]...)
		return
	}
	if w.near == nil {
		w.near = map[string][]mcp.Value{}
	}
	if len(w.near[m.Method()]) < 5 {
		w.near[m.Method()] = append(w.near[m.Method()], m.Params())
	}
}

func orEmpty(v mcp.Value) mcp.Value {
	if !v.Exists() {
		return mcp.MustParse("{}")
	}
	return v
}
