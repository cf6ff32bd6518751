package mcp

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Open opens the session: initialize and initialized in the handshake era,
// server/discover in the stateless one. Every failure is a *ConnectError.
func (s *Session) Open(ctx context.Context) error {
	if s.Revision().Era() == Stateless {
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
	if got := Revision(x.Result().Get("protocolVersion").Text()); got != s.Revision() {
		if !s.options.Negotiate || !got.Known() || got.Era() != Handshake {
			return s.otherRevision(x, got)
		}
		s.revision.Store(&got)
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
	if id == "" || !safeSessionID(id) || s.Revision().Era() == Stateless {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.id = id
}

// InitializeRequest is the initialize request that opens the session.
func (s *Session) InitializeRequest() Request {
	return Request{Method: "initialize", Params: map[string]any{
		"protocolVersion": s.Revision(),
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
	if len(supported) > 0 && !slices.Contains(supported, s.Revision()) {
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
		if offered := revisions(failure.Data.Get("supported")); len(offered) > 0 && !slices.Contains(offered, s.Revision()) {
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

func clientInfo() map[string]any { return map[string]any{"name": "mcpctl", "version": "1"} }

// said is what every request of the stateless era says of the client.
func (s *Session) said() (info, capabilities Value) {
	s.describe.Do(func() { s.info, s.capabilities = ValueOf(clientInfo()), ValueOf(s.clientCapabilities()) })
	return s.info, s.capabilities
}

func (s *Session) clientCapabilities() map[string]any {
	if s.options.Capabilities != nil {
		return s.options.Capabilities
	}
	return FullCapabilities(s.Revision())
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
