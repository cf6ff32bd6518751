package tape_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/tape"
	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// taped is what crossed a session, as a recording that was written and read.
func taped(t testing.TB, s *mcp.Session, kind mcp.TransportKind) *tape.Tape {
	t.Helper()
	var out bytes.Buffer
	w, err := tape.NewWriter(&out, tape.Header{Started: time.Now(), Target: tape.Target{Transport: kind}})
	require.NoError(t, err)
	exchanges := s.Log().Exchanges()
	for _, f := range s.Log().Frames() {
		var x *mcp.Exchange
		if f.Exchange >= 0 {
			x = exchanges[f.Exchange]
		}
		require.NoError(t, w.Write(traffic.FrameOf(f, x)))
	}
	require.NoError(t, w.Close())
	made, err := tape.Read(&out)
	require.NoError(t, err)
	return made
}

// played is a target that plays a recording.
func played(t testing.TB, made *tape.Tape, kind mcp.TransportKind) mcp.Target {
	t.Helper()
	p, err := tape.NewPlayer(made)
	require.NoError(t, err)
	if kind == mcp.HTTP {
		web := httptest.NewServer(p.Handler())
		t.Cleanup(web.Close)
		return mcp.Target{Name: "played", URL: web.URL + "/mcp"}
	}
	return mcp.Target{Name: "played", Pipe: func(context.Context) (mcp.Pipe, error) {
		in, stdin := io.Pipe()
		stdout, out := io.Pipe()
		done := make(chan error, 1)
		go func() {
			done <- p.ServeStdio(in, out, io.Discard)
			_ = out.Close()
		}()
		return mcp.Pipe{Stdin: stdin, Stdout: stdout, Wait: func() error { return <-done }}, nil
	}}
}

// act is a client that does the same whenever it is given the same seed.
func act(t testing.TB, target mcp.Target, revision mcp.Revision, seed uint64) *mcp.Session {
	t.Helper()
	s := mcptest.Dial(t, target, mcp.Options{Revision: revision, Answer: func(m mcp.Message) (any, *mcp.RPCError) {
		switch m.Method() {
		case "elicitation/create":
			return map[string]any{"action": "accept", "content": map[string]any{"name": "Ada", "colour": "red"}}, nil
		case "roots/list":
			return map[string]any{"roots": []any{map[string]any{"uri": "file:///srv"}}}, nil
		}
		return nil, &mcp.RPCError{Code: -1, Message: "no"}
	}})
	r := rand.New(rand.NewPCG(seed, 1))
	for i := range 12 {
		switch r.IntN(8) {
		case 0:
			s.Call(t.Context(), "tools/list", nil)
		case 1:
			call(t, s, "echo", map[string]any{"text": fmt.Sprint("text ", r.IntN(3))})
		case 2:
			s.Do(t.Context(), mcp.Request{Method: "tools/call", Meta: map[string]any{"progressToken": i},
				Params: map[string]any{"name": "progress", "arguments": map[string]any{"steps": 1 + r.IntN(3)}}})
		case 3:
			call(t, s, "log", map[string]any{})
		case 4:
			s.Call(t.Context(), "resources/list", nil)
		case 5:
			call(t, s, "nope", map[string]any{})
		case 6:
			call(t, s, "elicit", map[string]any{})
		case 7:
			s.Call(t.Context(), "no/such", nil)
		}
	}
	return s
}

// call calls a tool, over as many rounds as the server of the stateless era asks
// for.
func call(t testing.TB, s *mcp.Session, name string, arguments map[string]any) mcp.Value {
	params := map[string]any{"name": name, "arguments": arguments}
	for range 4 {
		result := s.Call(t.Context(), "tools/call", params).Result()
		if result.Get("resultType").Text() != "input_required" {
			return result
		}
		responses := map[string]any{}
		for _, q := range result.Get("inputRequests").Members() {
			responses[q.Name] = map[string]any{"action": "accept", "content": map[string]any{"name": "Ada", "colour": "red"}}
		}
		params["inputResponses"], params["requestState"] = responses, result.Get("requestState")
	}
	return mcp.Value{}
}

// model is a recording without its clock: what has to be the same when it is
// played and recorded again.
func model(t testing.TB, made *tape.Tape) []string {
	t.Helper()
	l := made.Log()
	defer func() { require.NoError(t, l.Close()) }()
	var all []string
	first, end := l.Range()
	for n := first; n < end; n++ {
		e, _ := l.Entry(n)
		raw, err := l.Raw(n)
		require.NoError(t, err)
		all = append(all, fmt.Sprintf("%d %d %s %s %s cause=%d status=%s round=%d %s", n, e.Direction, e.Kind, e.Method, e.Name, e.Cause, e.Status, e.Round, raw))
	}
	return all
}
