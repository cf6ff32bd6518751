// Package timeouts gives every piece of work a deadline.
package timeouts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/calls"
	"example.com/acme-server/internal/problem"
)

// Config of the deadlines.
type Config struct {
	Default time.Duration `env:"MCP_TIMEOUT" envDefault:"30s"`

	// Of single tools, separated by commas: those that wait for a person, or for
	// the client's model, take longer.
	Tools map[string]time.Duration `env:"MCP_TIMEOUT_TOOLS" envKeyValSeparator:"="`
}

// Validate tells everything that is wrong with the settings.
func (c Config) Validate() error {
	if c.Default <= 0 {
		return fmt.Errorf("MCP_TIMEOUT is %s: it must be above zero", c.Default)
	}
	for tool, timeout := range c.Tools {
		if timeout <= 0 {
			return fmt.Errorf("MCP_TIMEOUT_TOOLS: %s of %s must be above zero", timeout, tool)
		}
	}
	return nil
}

// Middleware ends work that takes too long and says so. A tool that does not
// look at its context is left to itself, so that at least its caller goes on;
// what it returns later is thrown away.
func (c Config) Middleware(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
		if !calls.IsWork(method) {
			return next(ctx, method, req)
		}
		timeout := c.Default
		kind, name := calls.Target(req)
		if own, ok := c.Tools[name]; ok && kind == calls.Tool {
			timeout = own
		}
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()

		done := make(chan answer, 1) // with room, so that a late answer ends its goroutine
		go func() { done <- run(ctx, next, method, req) }()
		var a answer
		select {
		case a = <-done:
			if a.panicked != nil {
				panic(a.panicked) // for those around us, as if there were no goroutine
			}
		case <-ctx.Done():
			a.err = ctx.Err()
		}
		if !expired(ctx, a) {
			return a.result, a.err
		}
		message := fmt.Sprintf("The %s %q took longer than the %s that it has.", kind, name, timeout)
		const fix = "Ask for less at once, or try again later."
		if method == "tools/call" {
			return calls.Failed(req, tooLong{problem.Problem{Code: "timeout", Message: message, Fix: fix}}), nil
		}
		return nil, calls.Refusal{Code: calls.CodeTimeout, Reason: "timeout", Message: message, Hint: fix}.Err()
	}
}

type answer struct {
	result   mcp.Result
	err      error
	panicked any
}

func run(ctx context.Context, next mcp.MethodHandler, method string, req mcp.Request) (a answer) {
	defer func() { a.panicked = recover() }()
	a.result, a.err = next(ctx, method, req)
	return a
}

// expired reports whether the deadline is why there is no good answer. A good
// one that came in the last moment is good.
func expired(ctx context.Context, a answer) bool {
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return false
	}
	if a.err != nil {
		return errors.Is(a.err, context.DeadlineExceeded)
	}
	call, ok := a.result.(*mcp.CallToolResult)
	return ok && call.IsError && errors.Is(call.GetError(), context.DeadlineExceeded)
}

// tooLong is a problem that the logs and metrics know as a timeout.
type tooLong struct{ problem.Problem }

func (t tooLong) Error() string { return t.Problem.Error() }
func (tooLong) Unwrap() error   { return context.DeadlineExceeded }
