package mcptest

import (
	"slices"
	"strconv"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// SetIn sets the value at a JSON Pointer inside each result of method. Array
// elements are named by index or by their name, uri or uriTemplate:
// "/tools/echo/inputSchema/type" (a / within a token is written ~1). A result
// without the parent of the place stays as it is, so other pages of a list do.
func SetIn(method, pointer string, value any) Faults {
	return ChangeIn(method, pointer, func(any) any { return value })
}

// DropIn removes the member or element at a JSON Pointer, as in SetIn.
func DropIn(method, pointer string) Faults {
	return ChangeIn(method, pointer, func(any) any { return dropped{} })
}

// ChangeIn replaces the value at a JSON Pointer, as in SetIn, by what change
// makes of it; nil is what is not there.
func ChangeIn(method, pointer string, change func(old any) any) Faults {
	return EditReply(method, func(_ *Context, out map[string]any) {
		if result, ok := out["result"]; ok {
			out["result"] = at(result, tokens(pointer), change)
		}
	})
}

// EditReply changes each response (results and errors) to method.
func EditReply(method string, edit func(c *Context, out map[string]any)) Faults {
	return Faults{Edit: func(c *Context, out map[string]any) {
		if _, asks := out["method"]; !asks && c.In.Method() == method {
			edit(c, out)
		}
	}}
}

// EditSent changes each notification or request that the server sends under
// the method.
func EditSent(method string, edit func(c *Context, out map[string]any)) Faults {
	return Faults{Edit: func(c *Context, out map[string]any) {
		if out["method"] == method {
			edit(c, out)
		}
	}}
}

// SetSent sets the value at a JSON Pointer in the params of each notification
// or request that the server sends under the method.
func SetSent(method, pointer string, value any) Faults {
	return EditSent(method, func(_ *Context, out map[string]any) {
		params, ok := out["params"]
		if !ok {
			params = map[string]any{}
		}
		out["params"] = at(params, tokens(pointer), func(any) any { return value })
	})
}

// DropSent removes the member at a JSON Pointer from the params of each
// notification or request that the server sends under the method.
func DropSent(method, pointer string) Faults { return SetSent(method, pointer, dropped{}) }

// dropped marks what is to be taken away.
type dropped struct{}

// tokens splits a JSON Pointer (RFC 6901).
func tokens(pointer string) []string {
	if pointer == "" {
		return nil
	}
	all := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for i, token := range all {
		all[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
	}
	return all
}

// at changes what the tokens lead to and returns the whole.
func at(v any, path []string, change func(any) any) any {
	if len(path) == 0 {
		return change(v)
	}
	switch in := v.(type) {
	case map[string]any:
		old, there := in[path[0]]
		if !there && len(path) > 1 {
			return in
		}
		fresh := at(old, path[1:], change)
		if _, drop := fresh.(dropped); drop {
			delete(in, path[0])
			return in
		}
		in[path[0]] = fresh
	case []any:
		i := element(in, path[0])
		if i < 0 {
			return in
		}
		fresh := at(in[i], path[1:], change)
		if _, drop := fresh.(dropped); drop {
			return slices.Delete(in, i, i+1)
		}
		in[i] = fresh
	}
	return v
}

// element finds an array element by index or by what identifies it.
func element(all []any, token string) int {
	if i, err := strconv.Atoi(token); err == nil {
		if i >= 0 && i < len(all) {
			return i
		}
		return -1
	}
	return slices.IndexFunc(all, func(each any) bool {
		m, _ := each.(map[string]any)
		return m["name"] == token || m["uri"] == token || m["uriTemplate"] == token
	})
}

// OnError changes the code of each error response to method.
func OnError(method string, code int) Faults {
	return EditReply(method, func(_ *Context, out map[string]any) {
		if e, ok := out["error"].(map[string]any); ok {
			e["code"] = code
		}
	})
}

// Refuse answers every request for method with an error.
func Refuse(method string, code int64, message string) Faults {
	return handling(method, func(m mcp.Message) []any {
		return []any{failure(m.ID(), &mcp.RPCError{Code: code, Message: message})}
	})
}

// Answer answers every request for method with the result given.
func Answer(method string, result any) Faults {
	return handling(method, func(m mcp.Message) []any {
		return []any{map[string]any{"jsonrpc": "2.0", "id": m.ID(), "result": result}}
	})
}

// Ignore never answers requests for method (over HTTP: by a stream without
// the response).
func Ignore(method string) Faults { return handling(method, func(mcp.Message) []any { return nil }) }

func handling(method string, out func(mcp.Message) []any) Faults {
	return Faults{Handle: func(_ *Context, m mcp.Message) ([]any, bool) {
		if m.Method() != method || m.MessageKind() != mcp.RequestMessage {
			return nil, false
		}
		return out(m), true
	}}
}

// SendBefore sends a message, anything that encoding/json can marshal, before
// the response to method; SendAfter after it.
func SendBefore(method string, message any) Faults {
	return Faults{Encode: func(c *Context, raw []byte) [][]byte {
		if responds(c, method, raw) {
			return [][]byte{encode(message), raw}
		}
		return [][]byte{raw}
	}}
}

// SendAfter is SendBefore for a message after the response.
func SendAfter(method string, message any) Faults {
	return Faults{Encode: func(c *Context, raw []byte) [][]byte {
		if responds(c, method, raw) {
			return [][]byte{raw, encode(message)}
		}
		return [][]byte{raw}
	}}
}

// Mangle replaces the text of each response to method.
func Mangle(method string, change func(raw []byte) []byte) Faults {
	return Faults{Encode: func(c *Context, raw []byte) [][]byte {
		if responds(c, method, raw) {
			raw = change(raw)
		}
		return [][]byte{raw}
	}}
}

// responds tells whether raw is the response to a request for method.
func responds(c *Context, method string, raw []byte) bool {
	if c.In.Method() != method {
		return false
	}
	m, err := mcp.ParseMessage(slices.Clone(raw))
	return err == nil && m.MessageKind() == mcp.ResponseMessage
}

// Without leaves guards out: see the Skip constants.
func Without(guards ...string) Faults {
	f := Faults{Skip: map[string]bool{}}
	for _, g := range guards {
		f.Skip[g] = true
	}
	return f
}
