package timeouts_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/calls"
	"example.com/acme-server/internal/timeouts"
)

var config = timeouts.Config{Default: 30 * time.Second, Tools: map[string]time.Duration{"slow": 5 * time.Minute}}

// takes is a handler that takes its time, and may look at its context.
func takes(d time.Duration, obedient bool) mcp.MethodHandler {
	return func(ctx context.Context, _ string, _ mcp.Request) (mcp.Result, error) {
		if !obedient {
			ctx = context.WithoutCancel(ctx)
		}
		select {
		case <-time.After(d):
			return &mcp.CallToolResult{}, nil
		case <-ctx.Done():
			return nil, fmt.Errorf("asking the database: %w", ctx.Err())
		}
	}
}

func call(ctx context.Context, handler mcp.MethodHandler, tool string) (*mcp.CallToolResult, error) {
	result, err := config.Middleware(handler)(ctx, "tools/call", &mcp.CallToolRequest{Params: &mcp.CallToolParamsRaw{Name: tool}})
	if err != nil {
		return nil, err
	}
	return result.(*mcp.CallToolResult), nil
}

func TestTools(t *testing.T) {
	for _, test := range []struct {
		tool     string
		takes    time.Duration
		obedient bool
		waits    time.Duration
		timeout  bool
	}{
		{"echo", 29 * time.Second, true, 29 * time.Second, false},
		{"echo", time.Minute, true, 30 * time.Second, true},
		{"echo", time.Minute, false, 30 * time.Second, true},
		{"slow", time.Minute, true, time.Minute, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			result, err := call(t.Context(), takes(test.takes, test.obedient), test.tool)
			if err != nil {
				t.Fatal(err)
			}
			if waited := time.Since(start); result.IsError != test.timeout || waited != test.waits {
				t.Errorf("%+v: error %t after %s", test, result.IsError, waited)
			}
			if test.timeout {
				if text := result.Content[0].(*mcp.TextContent).Text; !strings.Contains(text, "30s") || !errors.Is(result.GetError(), context.DeadlineExceeded) {
					t.Errorf("%+v: %q", test, text)
				}
			}
			time.Sleep(test.takes) // lets the disobedient one end; of the test's own clock
		})
	}
}

func TestResources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler := config.Middleware(takes(time.Minute, true))
		_, err := handler(t.Context(), "resources/read", &mcp.ReadResourceRequest{Params: &mcp.ReadResourceParams{URI: "a://b"}})
		var refusal *jsonrpc.Error
		if !errors.As(err, &refusal) || refusal.Code != calls.CodeTimeout {
			t.Errorf("error = %v, want a refusal", err)
		}
		if _, err := handler(t.Context(), "subscriptions/listen", &mcp.SubscriptionsListenRequest{}); err != nil {
			t.Errorf("a subscription was ended: %v", err)
		}
	})
}

func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if _, err := call(ctx, takes(time.Minute, true), "echo"); !errors.Is(err, context.Canceled) {
			t.Errorf("error = %v, want the caller's cancellation", err)
		}
	})
}

func TestPanicComesThrough(t *testing.T) {
	defer func() {
		if recover() != "boom" {
			t.Error("the panic did not come through")
		}
	}()
	_, _ = call(t.Context(), func(context.Context, string, mcp.Request) (mcp.Result, error) { panic("boom") }, "echo")
}

func TestConfig(t *testing.T) {
	if config.Validate() != nil || (timeouts.Config{}).Validate() == nil ||
		(timeouts.Config{Default: 1, Tools: map[string]time.Duration{"x": 0}}).Validate() == nil {
		t.Error("only times above zero are good")
	}
}
