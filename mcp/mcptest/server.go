// Package mcptest is a scripted MCP server, and helpers for a scripted client,
// for the tests of anything that speaks the protocol.
//
// New makes a server that conforms to every revision from 2024-11-05 to
// 2026-07-28 over standard streams (in-process pipes), Streamable HTTP and
// HTTP+SSE, with tools, resources and prompts of every kind. Each part of its
// behaviour can then be broken, one fault at a time, through Server.Faults:
//
//	s := mcptest.New()
//	s.Faults = mcptest.SetIn("tools/list", "/tools/echo/inputSchema", nil)
//	session := mcptest.Dial(t, s.Target(t, mcp.HTTP), mcp.Options{Revision: mcp.Rev20251125})
package mcptest

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// Server is a scripted MCP server. Its fields may be changed until it is first
// used; after that they are only read, so one Server may serve any number of
// pipes and handlers at once.
type Server struct {
	// Revisions are the revisions it speaks, in any order. It is dual-era
	// when they span both eras.
	Revisions []mcp.Revision
	// Info is its Implementation: serverInfo. Members that a revision does
	// not have are left out when that revision is spoken.
	Info map[string]any
	// Instructions are its instructions; none when empty.
	Instructions string
	// The surface. An empty list takes its capability and methods away.
	Tools     []Tool
	Resources []Resource
	Templates []Template
	Prompts   []Prompt
	// PageSize is how many entries a page of a list has.
	PageSize int
	// Patience bounds the wait for a client's answer to a request of the
	// server's own; past it the request is cancelled.
	Patience time.Duration
	// Token, when set, is the bearer token that HTTP requests must carry.
	Token string
	// Off names features that the server properly goes without: OffLogging
	// and the other Off constants.
	Off map[string]bool
	// Faults are its departures from the protocol.
	Faults Faults

	key        [32]byte // seals requestState
	validators sync.Map // schema text → compiled schema
}

// The features that Server.Off can take away, capability and methods alike.
const (
	OffLogging     = "logging"
	OffCompletions = "completions"
	OffSubscribe   = "subscribe"
	OffListChanged = "listChanged"
)

// New is a server that conforms, with furniture of every kind: see Furniture.
func New() *Server {
	s := &Server{
		Revisions: mcp.Timeline(),
		Info: map[string]any{
			"name": "mcptest", "title": "Reference server", "version": "1.0.0",
			"description": "A server that conforms to every revision of the protocol.",
			"websiteUrl":  "https://example.com/mcptest",
			"icons":       icons(),
		},
		Instructions: "Call echo with a text to see it again.",
		PageSize:     2,
		Patience:     2 * time.Second,
		Off:          map[string]bool{},
	}
	_, _ = rand.Read(s.key[:]) // crypto/rand never fails
	s.furnish()
	return s
}

// Target serves s over one transport until the test ends: Stdio by Pipe, HTTP
// and SSE by a server on 127.0.0.1. Everything started is gone, goroutines
// included, when the test's cleanups have run.
func (s *Server) Target(t testing.TB, kind mcp.TransportKind) mcp.Target {
	t.Helper()
	if kind == mcp.Stdio {
		ctx, cancel := context.WithCancel(context.Background())
		var all sync.WaitGroup
		t.Cleanup(func() { cancel(); all.Wait() })
		return mcp.Target{Name: "mcptest", Pipe: func(context.Context) (mcp.Pipe, error) {
			p := s.start(ctx)
			all.Go(func() { <-p.done })
			return p.pipe(), nil
		}}
	}
	site := newSite(s)
	web := httptest.NewServer(site)
	t.Cleanup(func() { _ = site.Close(); web.Close() })
	target := mcp.Target{Name: "mcptest", URL: web.URL + "/mcp"}
	if kind == mcp.SSE {
		target.URL = web.URL + "/sse"
	}
	if s.Token != "" {
		target.Header = http.Header{"Authorization": {"Bearer " + s.Token}}
	}
	return target
}

// Pipe starts s as one process would start: with a state of its own. It ends
// when its standard input does, or when the Stdout of the pipe (an io.Closer)
// is closed, which is the in-process way to kill it. ctx bounds the start only.
func (s *Server) Pipe(context.Context) (mcp.Pipe, error) {
	return s.start(context.Background()).pipe(), nil
}

// Handler serves s over HTTP: the HTTP+SSE transport at GET /sse and POST
// /messages, Streamable HTTP at every other path. All requests to one Handler
// share one state. It is an io.Closer too: Close ends all sessions and streams
// and waits for the calls under way.
func (s *Server) Handler() http.Handler { return newSite(s) }

// skips tells whether a guard is left out.
func (s *Server) skips(guard string) bool { return s.Faults.Skip[guard] }

// speaks are the revisions of one era that s speaks, oldest first.
func (s *Server) speaks(era mcp.Era) []mcp.Revision {
	var all []mcp.Revision
	for _, r := range s.Revisions {
		if r.Era() == era {
			all = append(all, r)
		}
	}
	slices.Sort(all)
	return all
}

// capabilities are what s declares in revision r.
func (s *Server) capabilities(r mcp.Revision) map[string]any {
	c := map[string]any{}
	changed := func() map[string]any {
		if s.Off[OffListChanged] {
			return map[string]any{}
		}
		return map[string]any{"listChanged": true}
	}
	if len(s.Tools) > 0 {
		c["tools"] = changed()
	}
	if len(s.Prompts) > 0 {
		c["prompts"] = changed()
	}
	if len(s.Resources)+len(s.Templates) > 0 {
		resources := changed()
		if !s.Off[OffSubscribe] {
			resources["subscribe"] = true
		}
		c["resources"] = resources
	}
	if !s.Off[OffLogging] {
		c["logging"] = map[string]any{}
	}
	if !s.Off[OffCompletions] && r >= mcp.Rev20250326 {
		c["completions"] = map[string]any{}
	}
	return c
}

// offers tells whether the capability that method belongs to is declared.
func (s *Server) offers(method string) bool {
	if s.skips(SkipUndeclared) {
		return true
	}
	switch method {
	case "tools/list", "tools/call":
		return len(s.Tools) > 0
	case "prompts/list", "prompts/get":
		return len(s.Prompts) > 0
	case "resources/list", "resources/templates/list", "resources/read":
		return len(s.Resources)+len(s.Templates) > 0
	case "resources/subscribe", "resources/unsubscribe":
		return len(s.Resources)+len(s.Templates) > 0 && !s.Off[OffSubscribe]
	case "completion/complete":
		return !s.Off[OffCompletions]
	case "logging/setLevel":
		return !s.Off[OffLogging]
	}
	return true
}
