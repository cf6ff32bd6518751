package checks

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// streamableSessions is the part of the suite about session ids:
// basic/transports#session-management.
func streamableSessions() []conformance.Check {
	return []conformance.Check{{
		ID:     "streamable/session/id-on-initialize",
		Title:  "the session id comes with the answer to initialize and stays",
		Claims: claims{Handshake: ids{"http.session.id-on-initialize"}},
		Watch:  streamableIDOnInitialize,
	}, {
		ID:     "streamable/session/id-visible-ascii",
		Title:  "session ids consist of visible ASCII characters",
		Claims: claims{Handshake: ids{"http.session.id-visible-ascii"}},
		Watch:  streamableIDVisible,
	}, {
		ID:     "streamable/session/id-secure",
		Title:  "session ids are all different and cannot be guessed",
		Claims: claims{Handshake: ids{"http.session.id-unique-secure"}},
		Needs:  "sessions",
		Reach:  conformance.Provoke,
		Run:    streamableIDSecure,
		Fix:    "Draw session ids from a cryptographic source of randomness, such as UUIDs of version 4.",
	}, {
		ID:     "streamable/session/header-case",
		Title:  "the name of the session header is accepted in any letter case",
		Claims: claims{Handshake: ids{"http.session.header-case-insensitive"}},
		Needs:  "sessions",
		Reach:  conformance.Provoke,
		Run:    streamableHeaderCase,
		Fix:    "Read headers through the HTTP library, which ignores case.",
	}, {
		ID:     "streamable/session/initialize-without-id",
		Title:  "initialize is served without a session id while other sessions are open",
		Claims: claims{Handshake: ids{"http.session.initialize-without-id"}},
		Reach:  conformance.Observe,
		Run:    streamableInitializeWithoutID,
		Fix:    "Give every client a session, and a transport object, of its own.",
	}}
}

// streamableNoSessions is the verdict where no session id was seen.
func streamableNoSessions() error { return conformance.Skipf("the server gives no session id") }

func streamableIDOnInitialize(t *conformance.Traffic) error {
	j := t.Judge()
	for _, x := range streamablePosted(t) {
		got, sent := x.Header.Get("Mcp-Session-Id"), x.SentHeader.Get("Mcp-Session-Id")
		switch {
		case x.Status/100 != 2, got == "":
		case x.Request.Method == "initialize":
			j.Saw(x)
		case sent == "":
			j.Failf(x, "the answer to %s gives a session id, which that to initialize did not", x.Request.Method)
		case got != sent:
			j.Failf(x, "the answer to %s, sent with session id %.60q, gives another: %.60q", x.Request.Method, sent, got)
		}
	}
	if err := j.Err(""); err == nil || j.Bad() {
		return err
	}
	return streamableNoSessions()
}

func streamableIDVisible(t *conformance.Traffic) error {
	j := t.Judge()
	for _, c := range t.Connections {
		for _, x := range c.Exchanges() {
			if !streamableOver(x.Opened()) {
				continue
			}
			for _, id := range x.Header.Values("Mcp-Session-Id") {
				j.Saw(x)
				if at := strings.IndexFunc(id, func(r rune) bool { return r < 0x21 || r > 0x7e }); at >= 0 {
					j.Failf(x, "the session id %.80q has a character that is not visible ASCII", id)
				}
			}
		}
	}
	if err := j.Err(""); err == nil || j.Bad() {
		return err
	}
	return streamableNoSessions()
}

func streamableHeaderCase(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	ping := func(name string) *mcp.Exchange {
		head, body := streamablePing(p, name+": "+s.ID()+"\r\n")
		return s.RawHTTP(ctx, head, body)
	}
	if x := ping("Mcp-Session-Id"); !x.Result().Is(mcp.Object) {
		return conformance.Unprovenf("a hand-written ping was not served: %s", outcome(x))
	}
	for _, name := range []string{"mcp-session-id", "MCP-SESSION-ID", "MCP-Session-Id"} {
		x := ping(name)
		j.Saw(x)
		if !x.Result().Is(mcp.Object) {
			j.Failf(x, "ping with the session id in the header %s was not served: %s", name, outcome(x))
		}
	}
	return j.Err("")
}

// streamablePing is a ping as it stands on the wire, with a header line added.
func streamablePing(p *conformance.Probe, line string) (head string, body []byte) {
	body = []byte(`{"jsonrpc":"2.0","id":"mcpctl-case","method":"ping"}`)
	if p.Revision >= mcp.Rev20250618 {
		line += "MCP-Protocol-Version: " + string(p.Revision) + "\r\n"
	}
	return fmt.Sprintf("POST {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Type: application/json\r\n"+
		"Accept: application/json, text/event-stream\r\n%sContent-Length: %d\r\nConnection: close\r\n\r\n", line, len(body)), body
}

func streamableInitializeWithoutID(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	first, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	if _, err := p.Control(ctx, first); err != nil {
		return err
	}
	s, err := p.Bare(ctx)
	if err != nil {
		return err
	}
	x := s.Do(ctx, s.InitializeRequest())
	j.Saw(x)
	if !x.Result().Is(mcp.Object) {
		j.Failf(x, "initialize without a session id, while another session was open, got no result: %s", outcome(x))
		return j.Err("")
	}
	s.Adopt(x) // so that the session is ended with the connection
	return j.Err("")
}

// streamableUnder sends a request on a session under another session id, or
// under none, and gives what came of it. GET streams are closed at once.
func streamableUnder(ctx context.Context, s *mcp.Session, method, id string) *mcp.Exchange {
	header := map[string]string{"Mcp-Session-Id": id}
	switch method {
	case http.MethodGet:
		x, _ := streamableHead(ctx, s, method, header)
		x.Close()
		return x
	case http.MethodPost:
		return s.Do(ctx, mcp.Request{Method: "ping", Header: header})
	}
	return s.Do(ctx, mcp.Request{HTTPMethod: method, Notification: true, Header: header})
}
