package mcptest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/mcp"
)

func response(id mcp.Value, result map[string]any) map[string]any {
	return map[string]any{"jsonrpc": "2.0", "id": id, "result": result}
}

func notification(method string, params map[string]any) map[string]any {
	m := map[string]any{"jsonrpc": "2.0", "method": method}
	if params != nil {
		m["params"] = params
	}
	return m
}

// failure is an error response; an absent id is left out.
func failure(id mcp.Value, err *mcp.RPCError) map[string]any {
	e := map[string]any{"code": err.Code, "message": err.Message}
	if err.Data.Exists() {
		e["data"] = err.Data
	}
	m := map[string]any{"jsonrpc": "2.0", "error": e}
	if id.Exists() {
		m["id"] = id
	}
	return m
}

// rpcError makes an error; data may be nil.
func rpcError(code int64, data any, format string, args ...any) *mcp.RPCError {
	e := &mcp.RPCError{Code: code, Message: fmt.Sprintf(format, args...)}
	if data != nil {
		e.Data = mcp.ValueOf(data)
	}
	return e
}

// unreadableID is the id of an error about a message whose own id cannot be
// read. Up to 2025-06-18 the schema demands an id, and JSON-RPC says null;
// from 2025-11-25 on it is left out.
func unreadableID(r mcp.Revision) mcp.Value {
	if r != "" && r < mcp.Rev20251125 {
		return mcp.MustParse("null")
	}
	return mcp.Value{}
}

// parse reads a message, which must be JSON in UTF-8.
func parse(raw []byte) (mcp.Message, *mcp.RPCError) {
	if !utf8.Valid(raw) {
		return mcp.Message{}, rpcError(mcp.CodeParseError, nil, "the message is not UTF-8")
	}
	m, err := mcp.ParseMessage(raw)
	if err != nil {
		return m, rpcError(mcp.CodeParseError, nil, "the message is not JSON")
	}
	return m, nil
}

// validID tells whether an id is a string or an integer.
func validID(id mcp.Value) bool { return id.Is(mcp.String) || id.Whole() }

// envelope checks that one message, no batch, is JSON-RPC 2.0 as MCP has it.
// id is what an error about it can be addressed to.
func (s *Server) envelope(m mcp.Message) (id mcp.Value, err *mcp.RPCError) {
	if validID(m.ID()) {
		id = m.ID()
	}
	if s.skips(SkipJSON) {
		return id, nil
	}
	kind := m.MessageKind()
	switch {
	case kind == mcp.Malformed:
		return id, rpcError(mcp.CodeInvalidRequest, nil, "this is no JSON-RPC message")
	case m.Get("jsonrpc").Text() != "2.0":
		return id, rpcError(mcp.CodeInvalidRequest, nil, "jsonrpc must be \"2.0\"")
	case m.Has("method") && !m.Get("method").Is(mcp.String):
		return id, rpcError(mcp.CodeInvalidRequest, nil, "method must be a string")
	case kind == mcp.RequestMessage && !id.Exists() && !s.skips(SkipID):
		return id, rpcError(mcp.CodeInvalidRequest, nil, "id must be a string or an integer")
	case kind == mcp.RequestMessage && m.Has("params") && !m.Params().Is(mcp.Object):
		return id, rpcError(mcp.CodeInvalidParams, nil, "params must be an object")
	}
	return id, nil
}

// pieces are the bytes of an outgoing message after the Edit (if edit) and
// Encode faults.
func (s *Server) pieces(c *Context, m any, edit bool) [][]byte {
	raw := encode(m)
	if edit && s.Faults.Edit != nil {
		if fresh, ok := decode(raw).(map[string]any); ok {
			s.Faults.Edit(c, fresh)
			raw = encode(fresh)
		}
	}
	if s.Faults.Encode != nil {
		return s.Faults.Encode(c, raw)
	}
	return [][]byte{raw}
}

// handled sends what a Handle hook gave in place of an answer.
func (s *Server) handled(c *Context, out []any, to sink) {
	var pieces [][]byte
	for _, each := range out {
		pieces = append(pieces, s.pieces(c, each, false)...)
	}
	to.put(pieces, true)
}

// encode writes JSON on one line. What cannot be written (a fault's doing)
// becomes null.
func encode(v any) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return []byte("null")
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// decode reads JSON with numbers as json.Number; nil when it is none.
func decode(raw []byte) any {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil
	}
	return v
}
