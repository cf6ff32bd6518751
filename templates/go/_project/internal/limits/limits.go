// Package limits bounds what goes into tools and what comes out of them. (The
// size of HTTP bodies is bounded before, by the lanes.)
package limits

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/calls"
	"example.com/acme-server/internal/problem"
)

// Config of the limits. Zero switches a limit off.
type Config struct {
	Arguments int `env:"MCP_MAX_ARGUMENT_BYTES" envDefault:"1048576"` // all arguments of a call
	Depth     int `env:"MCP_MAX_ARGUMENT_DEPTH" envDefault:"32"`      // objects and lists in each other
	String    int `env:"MCP_MAX_STRING_BYTES" envDefault:"262144"`    // one string in the arguments
	Result    int `env:"MCP_MAX_RESULT_BYTES" envDefault:"1048576"`   // a whole result
}

// Requests is middleware that refuses calls whose arguments exceed the limits.
// The refusal is a result, so that the model sees it and can ask for less.
func (c Config) Requests(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
		if call, ok := req.(*mcp.CallToolRequest); ok {
			if err := c.check(call.Params.Arguments); err != nil {
				return tooLarge(req, "The call was refused: "+err.Error()+".", "Call again with smaller arguments."), nil
			}
		}
		return next(ctx, method, req)
	}
}

// check reads the arguments token by token: nothing is built up in memory.
func (c Config) check(arguments json.RawMessage) error {
	if c.Arguments > 0 && len(arguments) > c.Arguments {
		return fmt.Errorf("the arguments have %d bytes, more than the %d allowed", len(arguments), c.Arguments)
	}
	decoder := json.NewDecoder(bytes.NewReader(arguments))
	decoder.UseNumber()
	depth := 0
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) && depth == 0 {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the arguments are not JSON: %w", err)
		}
		switch token := token.(type) {
		case json.Delim:
			if token == '{' || token == '[' {
				depth++
			} else {
				depth--
			}
			if c.Depth > 0 && depth > c.Depth {
				return fmt.Errorf("the arguments are nested deeper than the %d levels allowed", c.Depth)
			}
		case string:
			if c.String > 0 && len(token) > c.String {
				return fmt.Errorf("a string in the arguments has %d bytes, more than the %d allowed", len(token), c.String)
			}
		}
	}
}

// Results is middleware that replaces results above the limit with an error
// that says so. A result cut short would be worse: broken JSON, or a list that
// looks complete.
func (c Config) Results(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
		result, err := next(ctx, method, req)
		if err != nil || c.Result <= 0 || !calls.IsWork(method) {
			return result, err
		}
		size, err := sizeOf(result)
		if err != nil {
			return nil, fmt.Errorf("measuring the result: %w", err)
		}
		if size <= c.Result {
			return result, nil
		}
		message := fmt.Sprintf("The result has %d bytes, more than the %d allowed.", size, c.Result)
		const hint = "Ask for less: a page, a filter or a smaller range."
		if method == "tools/call" {
			return tooLarge(req, message, hint), nil
		}
		return nil, calls.Refusal{Code: jsonrpc.CodeInternalError, Reason: "result_too_large", Message: message, Hint: hint}.Err()
	}
}

func tooLarge(req mcp.Request, message, fix string) *mcp.CallToolResult {
	return calls.Failed(req, &problem.Problem{Code: "too_large", Message: message, Fix: fix})
}

// sizeOf counts the bytes of a result as JSON without keeping them.
func sizeOf(result mcp.Result) (int, error) {
	var n counter
	err := json.NewEncoder(&n).Encode(result)
	return int(n), err
}

type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
