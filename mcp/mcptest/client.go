package mcptest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// Limits are limits for tests: seconds where the defaults wait longer.
func Limits() mcp.Limits {
	l := mcp.DefaultLimits()
	l.Start, l.Call, l.Exit = 5*time.Second, 5*time.Second, 2*time.Second
	return l
}

// Dial opens a session with a target and closes it when the test ends. It
// fails the test when the session cannot be opened. Options may be left empty:
// the revision is then 2025-11-25, and the limits those of Limits. For a URL
// that ends in /sse the transport is HTTP+SSE.
func Dial(t testing.TB, target mcp.Target, o mcp.Options) *mcp.Session {
	t.Helper()
	if o.Revision == "" {
		o.Revision = mcp.Rev20251125
	}
	if o.Limits == (mcp.Limits{}) {
		o.Limits = Limits()
	}
	if o.Transport == "" && strings.HasSuffix(target.URL, "/sse") {
		o.Transport = mcp.SSE
	}
	s, err := mcp.Connect(t.Context(), target, o)
	if err != nil {
		t.Fatalf("cannot open a session in %s: %v", o.Revision, err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

// Step is one exchange of a script.
type Step struct {
	// Name tells the step in failures; the method when empty.
	Name string
	Send mcp.Request
	// Want judges what came back: nil wants a result, a string of JSON one
	// that holds at least those members, a func(*mcp.Exchange) error
	// whatever it likes, and an int an error of that code.
	Want any
}

// Script sends requests one after the other and fails the test at the first
// that is not answered as wanted. It returns the last exchange.
func Script(t testing.TB, s *mcp.Session, steps ...Step) *mcp.Exchange {
	t.Helper()
	var x *mcp.Exchange
	for i, step := range steps {
		if step.Name == "" {
			step.Name = step.Send.Method
		}
		x = s.Do(t.Context(), step.Send)
		if err := judge(x, step.Want); err != nil {
			t.Fatalf("step %d (%s): %v; received %s", i+1, step.Name, err, shown(x))
		}
	}
	return x
}

// shown is what came back, for a failure.
func shown(x *mcp.Exchange) string {
	var all []string
	for _, m := range x.Received() {
		all = append(all, fmt.Sprintf("%.500s", m.String()))
	}
	return fmt.Sprintf("%q, status %d", all, x.Status)
}

func judge(x *mcp.Exchange, want any) error {
	switch want := want.(type) {
	case func(*mcp.Exchange) error:
		return want(x)
	case int:
		if e := x.RPCError(); e == nil || e.Code != int64(want) {
			return fmt.Errorf("wanted error %d", want)
		}
		return nil
	}
	if x.Request.Notification {
		return x.Err()
	}
	if !x.Result().Is(mcp.Object) {
		return fmt.Errorf("wanted a result (%v)", x.Err())
	}
	if text, ok := want.(string); ok {
		return holds(x.Result(), mcp.MustParse(text), "")
	}
	if want != nil {
		return fmt.Errorf("a step cannot want a %T", want)
	}
	return nil
}

// holds tells where got lacks what want has: members of objects, all elements
// of arrays, plain values.
func holds(got, want mcp.Value, where string) error {
	switch {
	case want.Is(mcp.Object):
		for _, m := range want.Members() {
			if err := holds(got.Get(m.Name), m.Value, where+"/"+mcp.EscapePointer(m.Name)); err != nil {
				return err
			}
		}
		return nil
	case want.Is(mcp.Array) && got.Is(mcp.Array) && want.Len() == got.Len():
		for i, item := range want.Items() {
			if err := holds(got.Items()[i], item, fmt.Sprintf("%s/%d", where, i)); err != nil {
				return err
			}
		}
		return nil
	case !mcp.Equal(got, want):
		return fmt.Errorf("wanted %s at %q, got %.200s", want, where, got.String())
	}
	return nil
}

// Holds tells where a value lacks what want has: the members of its objects
// (the value may have more), all elements of its arrays, and plain values. It
// is what Step.Want does with JSON.
func Holds(got, want mcp.Value) error { return holds(got, want, "") }
