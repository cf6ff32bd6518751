package cache

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/calls"
)

// Caller is whose results are kept apart: tools may answer by who asks, and by
// what they may do.
type Caller struct {
	ID     string
	Scopes []string
}

// Middleware answers calls from the cache where it can. A call of a tool that
// is not read-only clears the cache: what it changed is unknown. It belongs
// beneath all that checks or changes calls and results.
func (c *Cache) Middleware(who func(mcp.Request) Caller) mcp.Middleware {
	return func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
			call, ok := req.(*mcp.CallToolRequest)
			if !ok {
				return next(ctx, method, req)
			}
			switch kind := c.tools.kind(ctx, next, call); {
			case kind == writes:
				defer c.Clear(context.WithoutCancel(ctx))
			case kind == repeats && slices.Contains(c.cfg.Tools, call.Params.Name):
				return c.call(ctx, next, method, call, who(req))
			}
			return next(ctx, method, req)
		}
	}
}

func (c *Cache) call(ctx context.Context, next mcp.MethodHandler, method string, call *mcp.CallToolRequest, caller Caller) (mcp.Result, error) {
	key, err := keyOf(call, caller)
	if err != nil || call.Params.RequestState != "" || call.Params.InputResponses != nil {
		return next(ctx, method, call)
	}
	value, then := c.get(ctx, key)
	if value != nil {
		if result, err := decode(value); err == nil {
			return result, nil
		}
	}
	result, err := next(ctx, method, call)
	if err != nil {
		return nil, err
	}
	if full, ok := result.(*mcp.CallToolResult); ok && !full.IsError && !full.NeedsInput() && full.InputRequests == nil {
		if value, err := json.Marshal(full); err == nil {
			c.set(ctx, key, value, then)
		}
	}
	return result, nil
}

// keyOf is a digest of the question: who asks which tool what, and in which
// era, as results look different there. Arguments that say the same in another
// order or with other white space are the same.
func keyOf(call *mcp.CallToolRequest, caller Caller) (string, error) {
	var arguments any
	if len(call.Params.Arguments) > 0 {
		decoder := json.NewDecoder(bytes.NewReader(call.Params.Arguments))
		decoder.UseNumber()
		if err := decoder.Decode(&arguments); err != nil {
			return "", fmt.Errorf("reading the arguments: %w", err)
		}
	}
	question, err := json.Marshal([]any{
		call.Params.Name, arguments, caller.ID, slices.Sorted(slices.Values(caller.Scopes)), calls.Stateless(call),
	})
	if err != nil {
		return "", fmt.Errorf("making a key: %w", err)
	}
	sum := sha256.Sum256(question)
	return hex.EncodeToString(sum[:]), nil
}

// decode makes a result of its own for every caller, who may change it.
func decode(value []byte) (*mcp.CallToolResult, error) {
	var result mcp.CallToolResult
	if err := json.Unmarshal(value, &result); err != nil {
		return nil, err
	}
	// Structured content goes out as it was: decoded, large numbers would suffer.
	var raw struct {
		Structured json.RawMessage `json:"structuredContent"`
	}
	if err := json.Unmarshal(value, &raw); err != nil {
		return nil, err
	}
	if raw.Structured != nil {
		result.StructuredContent = raw.Structured
	}
	return &result, nil
}
