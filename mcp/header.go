package mcp

import (
	"encoding/base64"
	"net/http"
	"strings"
)

// header is what a well-behaved client sends with r.
func (s *Session) header(r Request, params Value) http.Header {
	h := http.Header{}
	if s.kind == Stdio {
		return h
	}
	switch {
	case r.HTTPMethod == http.MethodGet:
		h.Set("Accept", "text/event-stream")
	case r.HTTPMethod == http.MethodPost:
		h.Set("Content-Type", "application/json")
		h.Set("Accept", "application/json, text/event-stream")
	}
	if s.options.Revision.Era() == Stateless {
		s.statelessHeader(h, r, params)
		return h
	}
	s.mu.Lock()
	id, ready := s.id, s.ready
	s.mu.Unlock()
	if ready && s.kind == HTTP && s.options.Revision >= Rev20250618 {
		h.Set("MCP-Protocol-Version", string(s.options.Revision))
	}
	if id != "" && s.kind == HTTP {
		h.Set("Mcp-Session-Id", id)
	}
	return h
}

// statelessHeader mirrors the body into headers:
// basic/transports/streamable-http#request-headers of 2026-07-28.
func (s *Session) statelessHeader(h http.Header, r Request, params Value) {
	h.Set("MCP-Protocol-Version", string(s.options.Revision))
	if v := params.Get("_meta", MetaVersion).Text(); v != "" {
		h.Set("MCP-Protocol-Version", v)
	}
	if r.Method == "" {
		return
	}
	h.Set("Mcp-Method", r.Method)
	switch r.Method {
	case "tools/call", "prompts/get":
		h.Set("Mcp-Name", HeaderValue(params.Get("name").Text()))
	case "resources/read":
		h.Set("Mcp-Name", HeaderValue(params.Get("uri").Text()))
	}
	if h.Get("Mcp-Name") == "" {
		h.Del("Mcp-Name")
	}
}

// HeaderValue writes a value so that it can stand in a header: as it is, or
// in the base64 form that 2026-07-28 defines for everything that cannot.
func HeaderValue(s string) string {
	plain := strings.IndexFunc(s, func(r rune) bool { return (r < 0x20 && r != '\t') || r > 0x7e }) < 0
	wrapped := strings.HasPrefix(s, "=?base64?") && strings.HasSuffix(s, "?=")
	if plain && !wrapped && s == strings.TrimSpace(s) {
		return s
	}
	return "=?base64?" + base64.StdEncoding.EncodeToString([]byte(s)) + "?="
}
