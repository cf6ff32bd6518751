package mcp

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Open opens the session: initialize and initialized in the handshake era,
// server/discover in the stateless one. Every failure is a *ConnectError.
func (s *Session) Open(ctx context.Context) error {
	if s.options.Revision.Era() == Stateless {
		return s.discover(ctx)
	}
	return s.initialize(ctx)
}

// initialize is the handshake: basic/lifecycle#initialization.
func (s *Session) initialize(ctx context.Context) error {
	x := s.Do(ctx, s.InitializeRequest())
	if err := s.opened(x); err != nil {
		return err
	}
	if got := Revision(x.Result().Get("protocolVersion").Text()); got != s.options.Revision {
		return s.otherRevision(x, got)
	}
	s.Adopt(x)
	s.Do(ctx, Request{Method: "notifications/initialized", Notification: true})
	if s.options.Listen && s.kind == HTTP {
		s.Listen(context.WithoutCancel(ctx), "")
	}
	return nil
}

// Adopt takes an answered initialize as the opening of the session: its session
// id and revision go with everything sent from then on. It is for callers who
// open a Bare session step by step.
func (s *Session) Adopt(x *Exchange) {
	s.keepID(x)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opening, s.ready = x, true
}

// keepID keeps the session id that came with an answer, if it may be sent back.
func (s *Session) keepID(x *Exchange) {
	id := x.Header.Get("Mcp-Session-Id")
	if id == "" || !safeSessionID(id) || s.options.Revision.Era() == Stateless {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.id = id
}

// InitializeRequest is the initialize request that opens the session.
func (s *Session) InitializeRequest() Request {
	return Request{Method: "initialize", Params: map[string]any{
		"protocolVersion": s.options.Revision,
		"capabilities":    s.clientCapabilities(),
		"clientInfo":      clientInfo(),
	}}
}

// Listen opens the standalone GET stream of a handshake revision over
// Streamable HTTP (basic/transports#listening-for-messages-from-the-server),
// resuming after the event lastID when that is not empty. The caller closes
// the exchange; Session.Close does too.
func (s *Session) Listen(ctx context.Context, lastID string) *Exchange {
	r := Request{HTTPMethod: http.MethodGet, Notification: true}
	if lastID != "" {
		r.Header = map[string]string{"Last-Event-ID": lastID}
	}
	return s.Start(ctx, r)
}

// discover asks what the server is: server/discover of 2026-07-28.
func (s *Session) discover(ctx context.Context) error {
	x := s.Do(ctx, Request{Method: "server/discover"})
	if err := s.opened(x); err != nil {
		return err
	}
	supported := revisions(x.Result().Get("supportedVersions"))
	if len(supported) > 0 && !slices.Contains(supported, s.options.Revision) {
		return s.otherRevision(x, supported...)
	}
	s.mu.Lock()
	s.opening = x
	s.mu.Unlock()
	return nil
}

// opened judges the answer to an opening request and keeps the session id.
func (s *Session) opened(x *Exchange) error {
	s.keepID(x)
	if failure := x.RPCError(); failure != nil {
		if offered := revisions(failure.Data.Get("supported")); len(offered) > 0 && !slices.Contains(offered, s.options.Revision) {
			return s.otherRevision(x, offered...)
		}
		return &ConnectError{Cause: CauseRefused, Exchange: x, Err: failure,
			What: fmt.Sprintf("the server answered %s with %v", x.Request.Method, failure),
			Hint: "Is the revision one that the server speaks? Without --revision mcpctl asks the server."}
	}
	if !x.Result().Is(Object) {
		return s.unopened(x)
	}
	return nil
}

// otherRevision says that the server speaks MCP, but not this revision.
func (s *Session) otherRevision(x *Exchange, offered ...Revision) error {
	return &ConnectError{Cause: CauseRevision, Offered: offered, Exchange: x,
		What: fmt.Sprintf("the server does not speak %s; it offers %q", s.options.Revision, offered),
		Hint: "Leave --revision out to test every revision that the server says it speaks."}
}

// safeSessionID tells whether a session id may be sent back: visible ASCII
// only, of bounded length, so that no header can be smuggled in.
func safeSessionID(id string) bool {
	return len(id) <= 4096 && strings.IndexFunc(id, func(r rune) bool { return r < 0x21 || r > 0x7e }) < 0
}

// revisions reads an array of revision strings.
func revisions(v Value) []Revision {
	var all []Revision
	for _, item := range v.Items() {
		if item.Is(String) {
			all = append(all, Revision(item.Text()))
		}
	}
	return all
}

// params is what goes into the message: r.Params with _meta merged in.
func (s *Session) params(r Request) Value {
	params := Value{}
	if r.Params != nil {
		params = ValueOf(r.Params)
	}
	if r.NoMeta || r.Raw != nil || (params.Exists() && !params.Is(Object)) {
		return params
	}
	meta := map[string]any{}
	if s.options.Revision.Era() == Stateless {
		meta[MetaVersion] = s.options.Revision
		meta[MetaClientInfo] = clientInfo()
		meta[MetaCapabilities] = s.clientCapabilities()
	}
	for _, m := range params.Get("_meta").Members() {
		meta[m.Name] = m.Value
	}
	for k, v := range r.Meta {
		if v == nil {
			delete(meta, k)
			continue
		}
		meta[k] = v
	}
	if len(meta) == 0 {
		return params
	}
	return withMeta(params, meta)
}

// withMeta replaces _meta and keeps every other member where it was.
func withMeta(params Value, meta map[string]any) Value {
	var all []Member
	for _, m := range params.Members() {
		if m.Name != "_meta" {
			all = append(all, m)
		}
	}
	all = append(all, Member{"_meta", ValueOf(meta)})
	out := []byte{'{'}
	for i, m := range all {
		if i > 0 {
			out = append(out, ',')
		}
		name, _ := json.Marshal(m.Name) // a string always marshals
		out = append(append(append(out, name...), ':'), m.Value.Raw()...)
	}
	v, err := Parse(append(out, '}'))
	if err != nil { // a meta value that does not marshal
		return params
	}
	return v
}

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

func clientInfo() map[string]any { return map[string]any{"name": "mcpctl", "version": "1"} }

func (s *Session) clientCapabilities() map[string]any {
	if s.options.Capabilities != nil {
		return s.options.Capabilities
	}
	return FullCapabilities(s.options.Revision)
}

// FullCapabilities are all client capabilities that r has, so that a server
// shows all that it can do.
func FullCapabilities(r Revision) map[string]any {
	c := map[string]any{"roots": map[string]any{}, "sampling": map[string]any{}}
	if r.Era() == Handshake {
		c["roots"] = map[string]any{"listChanged": true}
	}
	switch {
	case r >= Rev20251125:
		c["elicitation"] = map[string]any{"form": map[string]any{}, "url": map[string]any{}}
		c["sampling"] = map[string]any{"context": map[string]any{}, "tools": map[string]any{}}
	case r >= Rev20250618:
		c["elicitation"] = map[string]any{}
	}
	return c
}

// unopened says why an opening request got no usable answer.
func (s *Session) unopened(x *Exchange) error {
	e := &ConnectError{Cause: CauseNoise, Exchange: x, Err: x.Err()}
	var redirect *RedirectError
	switch {
	case errors.As(x.Err(), &redirect):
		e.What = redirect.Error()
		e.Hint = "Give the address that the redirect names, if you trust it."
	case x.Status == http.StatusUnauthorized || x.Status == http.StatusForbidden:
		e.Cause = CauseAuth
		e.What = fmt.Sprintf("the server answered %s with HTTP status %d", x.Request.Method, x.Status)
		e.Hint = "Give credentials with --bearer-env VAR or --header 'K: V'."
	case x.Status >= 300:
		e.What = fmt.Sprintf("the server answered %s with HTTP status %d", x.Request.Method, x.Status)
		e.Hint = "Is this the address of the MCP endpoint?"
	case x.Err() != nil:
		return s.failed(x)
	default:
		e.What = fmt.Sprintf("the server answered %s with something that is no result", x.Request.Method)
		e.Hint = "Is this an MCP server?"
	}
	return e
}
