package mcp

import (
	"encoding/base64"
	"net/http"
	"strings"
)

// mirrored is all that the header of a well-behaved client depends on.
type mirrored struct{ httpMethod, version, session, method, name string }

// maxHeaders bounds the headers that are shared.
const maxHeaders = 1_000

// header is what a well-behaved client sends with r. Requests that send the
// same share it, as most do and all are kept: nobody may change it.
func (s *Session) header(r Request, params Value) http.Header {
	m := s.mirrored(r, params)
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.headers[m]
	if h == nil {
		if len(s.headers) >= maxHeaders {
			clear(s.headers) // they are shared to be few, not for good
		}
		h = m.header()
		s.headers[m] = h
	}
	return h
}

func (s *Session) mirrored(r Request, params Value) mirrored {
	m := mirrored{httpMethod: r.HTTPMethod}
	switch {
	case s.Revision().Era() == Stateless:
		s.mirrorBody(&m, r, params)
	case s.kind == HTTP:
		s.mu.Lock()
		defer s.mu.Unlock()
		m.session = s.id
		if s.ready && s.Revision() >= Rev20250618 {
			m.version = string(s.Revision())
		}
	}
	return m
}

// mirrorBody mirrors the body into headers:
// basic/transports/streamable-http#request-headers of 2026-07-28.
func (s *Session) mirrorBody(m *mirrored, r Request, params Value) {
	m.version, m.method = string(s.Revision()), r.Method
	if v := params.Get("_meta", MetaVersion).Text(); v != "" {
		m.version = v
	}
	switch r.Method {
	case "tools/call", "prompts/get":
		m.name = HeaderValue(params.Get("name").Text())
	case "resources/read":
		m.name = HeaderValue(params.Get("uri").Text())
	}
}

func (m mirrored) header() http.Header {
	h := http.Header{}
	switch m.httpMethod {
	case http.MethodGet:
		h.Set("Accept", "text/event-stream")
	case http.MethodPost:
		h.Set("Content-Type", "application/json")
		h.Set("Accept", "application/json, text/event-stream")
	}
	for name, value := range map[string]string{
		"MCP-Protocol-Version": m.version, "Mcp-Session-Id": m.session, "Mcp-Method": m.method, "Mcp-Name": m.name,
	} {
		if value != "" {
			h.Set(name, value)
		}
	}
	return h
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
