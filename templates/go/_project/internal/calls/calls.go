// Package calls answers two questions that the server's guards share: what is
// a request about, and how does one refuse it so that the caller knows what
// to do next.
package calls

import (
	"encoding/json"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// Kinds of things that a request can be about.
const (
	Tool     = "tool"
	Resource = "resource"
	Prompt   = "prompt"
)

// Target returns the kind and the name (of a resource: the URI or the URI
// template) of what a request wants to use. Both are empty for requests about
// no single thing, such as lists.
func Target(req mcp.Request) (kind, name string) {
	switch r := req.(type) {
	case *mcp.CallToolRequest:
		return Tool, r.Params.Name
	case *mcp.ReadResourceRequest:
		return Resource, r.Params.URI
	case *mcp.SubscribeRequest:
		return Resource, r.Params.URI
	case *mcp.GetPromptRequest:
		return Prompt, r.Params.Name
	case *mcp.CompleteRequest:
		if r.Params.Ref == nil {
			return "", ""
		}
		if r.Params.Ref.Type == "ref/prompt" {
			return Prompt, r.Params.Ref.Name
		}
		return Resource, r.Params.Ref.URI
	}
	return "", ""
}

// IsWork reports whether a method makes the server work for the caller. Only
// such methods are limited, timed and queued: lists are cheap, and a
// subscription lives as long as the caller wants it to.
func IsWork(method string) bool {
	switch method {
	case "tools/call", "resources/read", "prompts/get", "completion/complete":
		return true
	}
	return false
}

// Codes of refusals. They lie outside of what JSON-RPC and MCP reserve for
// themselves (-32768 to -32000) and end like the HTTP statuses that say the same.
const (
	CodeForbidden   = -31403
	CodeRateLimited = -31429
	CodeUnavailable = -31502
	CodeOverloaded  = -31503
	CodeTimeout     = -31504
)

// Refusal says why a request was not served and what the caller can do.
type Refusal struct {
	Code       int64
	Reason     string        // one word for programs: "rate_limited"
	Message    string        // a sentence for people and models
	Hint       string        // what to do, if there is something
	RetryAfter time.Duration // when it makes sense to try again; 0: no promise
}

// Err is the refusal as a JSON-RPC error with {reason, hint, retryAfterMs} as data.
func (r Refusal) Err() *jsonrpc.Error {
	data, _ := json.Marshal(struct { // strings and a number always marshal
		Reason     string `json:"reason"`
		Hint       string `json:"hint,omitempty"`
		RetryAfter int64  `json:"retryAfterMs,omitempty"`
	}{r.Reason, r.Hint, r.RetryAfter.Milliseconds()})
	return &jsonrpc.Error{Code: r.Code, Message: r.Message, Data: data}
}

// Failed is a tool result that tells the model what went wrong, for problems
// that it can work round by calling differently.
func Failed(req mcp.Request, err error) *mcp.CallToolResult {
	result := new(mcp.CallToolResult)
	if Stateless(req) {
		// The revision wants every result to say that it is complete. The SDK lets
		// handlers say so only in this way, and has passed us by when it does it itself.
		_ = json.Unmarshal([]byte(`{"resultType":"complete"}`), result)
	}
	result.SetError(err)
	return result
}

// Stateless reports whether a request is of a revision without sessions, from
// 2026-07-28 on.
func Stateless(req mcp.Request) bool {
	session, ok := req.GetSession().(*mcp.ServerSession)
	if !ok || session == nil {
		return false
	}
	params := session.InitializeParams()
	return params != nil && params.ProtocolVersion >= "2026-07-28" // revisions are dates and sort as text
}
