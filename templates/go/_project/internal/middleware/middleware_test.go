package middleware

import (
	"context"
	"slices"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// The order is a promise to operators: it holds however the stages are added.
func TestOrder(t *testing.T) {
	want := []string{"error", "rate", "authz", "audit", "sanitise", "response limit", "timing", "logging"}

	var chain Chain
	var got []string
	for s := stages - 1; s >= 0; s-- {
		chain.Use(s, note(&got, s.String()))
	}
	run(t, &chain)

	if !slices.Equal(got, want) {
		t.Errorf("order = %v, want %v", got, want)
	}
}

func TestOrderWithinStage(t *testing.T) {
	var chain Chain
	var got []string
	chain.Use(Rate, note(&got, "first"))
	chain.Use(Rate, note(&got, "second"))
	run(t, &chain)

	if want := []string{"first", "second"}; !slices.Equal(got, want) {
		t.Errorf("order = %v, want %v", got, want)
	}
}

// run sends one request through the chain as the SDK would.
func run(t *testing.T, chain *Chain) {
	t.Helper()
	handler := func(context.Context, string, mcp.Request) (mcp.Result, error) { return nil, nil }
	for _, m := range slices.Backward(chain.All()) {
		handler = m(handler)
	}
	if _, err := handler(t.Context(), "ping", nil); err != nil {
		t.Fatal(err)
	}
}

func note(into *[]string, name string) mcp.Middleware {
	return func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
			*into = append(*into, name)
			return next(ctx, method, req)
		}
	}
}
