package breaker_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/breaker"
	"example.com/acme-server/internal/calls"
)

var config = breaker.Config{Failures: 5, Open: 30 * time.Second, HalfOpen: 3, Tools: []string{"fetch"}}

func newBreakers() *breaker.Breakers {
	return breaker.New(config, slog.New(slog.NewTextHandler(io.Discard, nil)))
}

// upstream answers as it is told, and counts.
type upstream struct {
	status int
	err    error
	asked  int
}

func (u *upstream) RoundTrip(*http.Request) (*http.Response, error) {
	u.asked++
	if u.err != nil {
		return nil, u.err
	}
	answer := httptest.NewRecorder()
	answer.WriteHeader(u.status)
	return answer.Result(), nil
}

func ask(t *testing.T, rt http.RoundTripper, host string, n int) (last error) {
	t.Helper()
	for range n {
		answer, err := rt.RoundTrip(httptest.NewRequest(http.MethodGet, "http://"+host+"/", nil))
		if last = err; err == nil {
			_ = answer.Body.Close()
		}
	}
	return last
}

func TestTransport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &upstream{status: http.StatusBadGateway}
		rt := newBreakers().Transport(u)
		err := ask(t, rt, "a", 8)
		var open *breaker.OpenError
		if !errors.As(err, &open) || u.asked != 5 {
			t.Errorf("after 8 requests: %v, the host was asked %d times; want 5", err, u.asked)
		}
		if err := ask(t, rt, "b", 1); err != nil {
			t.Errorf("another host: %v", err)
		}

		time.Sleep(31 * time.Second) // of the test's own clock
		u.status, u.asked = http.StatusOK, 0
		if err := ask(t, rt, "a", 10); err != nil || u.asked != 10 {
			t.Errorf("after its recovery: %v, asked %d times", err, u.asked)
		}
	})
}

func TestWhatIsNoFailure(t *testing.T) {
	for name, u := range map[string]*upstream{
		"not found": {status: http.StatusNotFound},
		"hung up":   {err: context.Canceled},
	} {
		if ask(t, newBreakers().Transport(u), "a", 10); u.asked != 10 {
			t.Errorf("%s: asked %d times of 10", name, u.asked)
		}
	}
}

func TestTools(t *testing.T) {
	asked := 0
	var answer error
	failing := &mcp.CallToolResult{IsError: true}
	handler := newBreakers().Tools(func(context.Context, string, mcp.Request) (mcp.Result, error) {
		asked++
		return failing, answer
	})
	call := func(tool string, n int) (last error) {
		for range n {
			_, last = handler(t.Context(), "tools/call", &mcp.CallToolRequest{Params: &mcp.CallToolParamsRaw{Name: tool}})
		}
		return last
	}
	if err := call("other", 10); err != nil || asked != 10 {
		t.Errorf("a tool without a breaker: %v, asked %d times", err, asked)
	}
	asked, answer = 0, &jsonrpc.Error{Code: jsonrpc.CodeInvalidParams}
	if call("fetch", 10); asked != 10 {
		t.Errorf("mistakes of callers opened the circuit after %d", asked)
	}
	asked, answer = 0, nil
	var refusal *jsonrpc.Error
	if err := call("fetch", 10); !errors.As(err, &refusal) || refusal.Code != calls.CodeUnavailable || asked != 5 {
		t.Errorf("a failing tool: %v, asked %d times; want 5", err, asked)
	}
}
