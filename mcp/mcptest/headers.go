package mcptest

import (
	"encoding/base64"
	"math/big"
	"net/http"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// The checks of request headers against the body, as the stateless era has
// them: basic/transports/streamable-http#server-validation of 2026-07-28. On
// stdio (no request) there is nothing to compare.

func mismatch(format string, args ...any) *mcp.RPCError {
	return rpcError(mcp.CodeHeaderMismatch, nil, format, args...)
}

// headerPresent wants MCP-Protocol-Version to be there.
func (s *Server) headerPresent(r *http.Request) *mcp.RPCError {
	if r == nil || s.skips(SkipHeaderVersion) || len(r.Header.Values("Mcp-Protocol-Version")) == 1 {
		return nil
	}
	return mismatch("MCP-Protocol-Version must be given once; the revisions spoken are %v", s.speaks(mcp.Stateless))
}

// headerVersion compares MCP-Protocol-Version.
func (s *Server) headerVersion(r *http.Request, version mcp.Value) *mcp.RPCError {
	if r == nil || s.skips(SkipHeaderVersion) || !version.Is(mcp.String) || r.Header.Get("Mcp-Protocol-Version") == version.Text() {
		return nil
	}
	return mismatch("MCP-Protocol-Version differs from _meta")
}

// headerRouting compares Mcp-Method, Mcp-Name and Mcp-Param.
func (s *Server) headerRouting(c *Call) *mcp.RPCError {
	if c.HTTP == nil {
		return nil
	}
	method, header := c.In.Method(), c.HTTP.Header
	if got := header.Values("Mcp-Method"); !s.skips(SkipHeaderMethod) && (len(got) != 1 || got[0] != method) {
		return mismatch("Mcp-Method must be the body's method")
	}
	name := mcp.Value{}
	switch method {
	case "tools/call", "prompts/get":
		name = c.In.Params().Get("name")
	case "resources/read":
		name = c.In.Params().Get("uri")
	}
	if name.Is(mcp.String) && !s.skips(SkipHeaderName) {
		got := header.Values("Mcp-Name")
		if len(got) == 0 && name.Text() == "" {
			got = []string{""} // an empty header may get lost on the way
		}
		if len(got) != 1 {
			return mismatch("Mcp-Name must be given once")
		}
		if plain, ok := s.headerValue(got[0]); !ok || plain != name.Text() {
			return mismatch("Mcp-Name differs from the body")
		}
	}
	if method == "tools/call" && !s.skips(SkipHeaderParam) {
		return s.headerParams(c)
	}
	return nil
}

// headerValue reads a header value, base64 form included.
func (s *Server) headerValue(raw string) (string, bool) {
	outside := strings.IndexFunc(raw, func(r rune) bool { return r != '\t' && (r < ' ' || r > '~') })
	if outside >= 0 && !s.skips(SkipHeaderASCII) {
		return "", false
	}
	inner, opened := strings.CutPrefix(raw, "=?base64?")
	inner, closed := strings.CutSuffix(inner, "?=")
	if !opened || !closed || s.skips(SkipHeaderDecode) {
		return raw, true
	}
	plain, err := base64.StdEncoding.Strict().DecodeString(inner)
	if err != nil {
		return raw, s.skips(SkipHeaderBase64)
	}
	return string(plain), true
}

// headerParams compares the Mcp-Param headers that the tool's inputSchema
// declares with the arguments at the same place.
func (s *Server) headerParams(c *Call) *mcp.RPCError {
	tool, ok := c.tool(c.In.Params().Get("name").Text())
	if !ok {
		return nil
	}
	schema, _ := tool.Descriptor["inputSchema"].(map[string]any)
	return s.mirrored(c.HTTP.Header, schema, c.In.Params().Get("arguments"))
}

func (s *Server) mirrored(header http.Header, schema map[string]any, value mcp.Value) *mcp.RPCError {
	properties, _ := schema["properties"].(map[string]any)
	for property, sub := range properties {
		below, _ := sub.(map[string]any)
		if err := s.mirrored(header, below, value.Get(property)); err != nil {
			return err
		}
		name, _ := below["x-mcp-header"].(string)
		if name == "" {
			continue
		}
		got, argument := header.Values("Mcp-Param-"+name), value.Get(property)
		absent := !argument.Exists() || argument.Is(mcp.Null)
		if absent && len(got) == 0 {
			continue
		}
		if absent || len(got) != 1 || !s.sameParam(got[0], argument) {
			return mismatch("Mcp-Param-%s must be given exactly as the argument is", name)
		}
	}
	return nil
}

// sameParam compares one header with one argument: integers by value, the
// rest by text.
func (s *Server) sameParam(raw string, argument mcp.Value) bool {
	plain, ok := s.headerValue(raw)
	if !ok {
		return false
	}
	switch argument.Kind() {
	case mcp.String:
		return plain == argument.Text()
	case mcp.Number:
		if s.skips(SkipHeaderNumber) {
			return plain == argument.String()
		}
		return sameNumber(plain, argument.String())
	case mcp.Bool:
		return plain == argument.String()
	}
	return true // not a type that can be mirrored; the schema refuses it
}

// sameNumber compares decimal numbers exactly; exponents are not accepted, for
// they could stand for any amount of digits.
func sameNumber(a, b string) bool {
	for _, text := range []string{a, b} {
		if len(text) > 40 || strings.ContainsAny(text, "bBeEoOpPxX/_") {
			return a == b
		}
	}
	x, okX := new(big.Rat).SetString(a)
	y, okY := new(big.Rat).SetString(b)
	return okX && okY && x.Cmp(y) == 0
}
