package bulkhead_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/bulkhead"
	"example.com/acme-server/internal/calls"
)

// slow is a bulkhead for two, with room for one to wait five seconds, around
// work that takes a while.
func slow(takes time.Duration) mcp.MethodHandler {
	return bulkhead.New(bulkhead.Config{Concurrent: 2, Queue: 1, Wait: 5 * time.Second}).Middleware(
		func(context.Context, string, mcp.Request) (mcp.Result, error) {
			time.Sleep(takes) // of the test's own clock
			return &mcp.CallToolResult{}, nil
		})
}

func overloaded(err error) bool {
	var refusal *jsonrpc.Error
	if !errors.As(err, &refusal) || refusal.Code != calls.CodeOverloaded {
		return false
	}
	var data struct{ RetryAfterMs int }
	return json.Unmarshal(refusal.Data, &data) == nil && data.RetryAfterMs == 5000
}

// all calls n times at once and returns the errors in the order of the answers.
func all(ctx context.Context, handler mcp.MethodHandler, n int) []error {
	answers := make(chan error, n)
	for range n {
		go func() {
			_, err := handler(ctx, "tools/call", nil)
			answers <- err
		}()
	}
	errs := make([]error, n)
	for i := range errs {
		errs[i] = <-answers
	}
	return errs
}

func TestQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errs := all(t.Context(), slow(time.Second), 4)
		if !overloaded(errs[0]) {
			t.Errorf("the queue is full: %v, want an overload at once", errs[0])
		}
		for _, err := range errs[1:] {
			if err != nil {
				t.Errorf("one that found room: %v", err)
			}
		}
	})
	synctest.Test(t, func(t *testing.T) {
		errs := all(t.Context(), slow(time.Minute), 3)
		if !overloaded(errs[0]) || errs[1] != nil || errs[2] != nil {
			t.Errorf("one that waited too long: %v", errs)
		}
	})
}

func TestCancelWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		errs := all(ctx, slow(time.Minute), 3)
		if !errors.Is(errs[0], context.DeadlineExceeded) {
			t.Errorf("error = %v, want the caller's own", errs[0])
		}
	})
}

func TestListsDoNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler := slow(time.Second)
		go all(t.Context(), handler, 3)
		synctest.Wait()
		start := time.Now()
		if _, err := handler(t.Context(), "tools/list", nil); err != nil || time.Since(start) != time.Second {
			t.Errorf("a list: %v after %s", err, time.Since(start))
		}
	})
}

func TestConfig(t *testing.T) {
	if (bulkhead.Config{Concurrent: 1, Wait: 1}).Validate() != nil || (bulkhead.Config{Wait: 1}).Validate() == nil {
		t.Error("at least one piece of work must be let through")
	}
}
