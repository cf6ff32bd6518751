package checks

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// bothEras is about servers that speak revisions of both eras, and those that
// speak the stateless one alone: basic/versioning of 2026-07-28.
func bothEras() []conformance.Check {
	return []conformance.Check{{
		ID:     "lifecycle/initialize/refused",
		Title:  "initialize gets an error from a server that has no handshake",
		Claims: claims{Stateless: ids{"lifecycle.initialize.rejected"}},
		Needs:  "stateless-only",
		Reach:  conformance.Provoke,
		Run:    lifecycleInitializeRefused,
	}, {
		ID:     "lifecycle/initialize/names-versions",
		Title:  "that error names the versions that the server supports",
		Claims: claims{Stateless: ids{"lifecycle.initialize.names-versions"}},
		Needs:  "stateless-only",
		Reach:  conformance.Provoke,
		Run:    lifecycleInitializeNamesVersions,
	}, {
		ID:     "lifecycle/both-eras/handshake",
		Title:  "after initialize a server of both eras follows the handshake revision",
		Claims: claims{Stateless: ids{"lifecycle.dual-era.initialize-served"}},
		Needs:  "dual-era",
		Reach:  conformance.Observe,
		Run:    lifecycleBothHandshake,
	}, {
		ID:      "lifecycle/both-eras/stateless",
		Title:   "requests with _meta are served by the stateless revision, without a session",
		Claims:  claims{Stateless: ids{"lifecycle.dual-era.modern-served"}},
		Needs:   "dual-era",
		Reach:   conformance.Observe,
		Run:     lifecycleBothStateless,
		General: true, // results and lists have checks of their own
	}, {
		ID:     "lifecycle/both-eras/side-by-side",
		Title:  "sessions and stateless requests do not disturb each other on one endpoint",
		Claims: claims{Stateless: ids{"lifecycle.dual-era.concurrent"}},
		Needs:  "dual-era http",
		Reach:  conformance.Provoke,
		Run:    lifecycleSideBySide,
	}, {
		ID:     "lifecycle/both-eras/handshake-shape",
		Title:  "tools called in a session answer in the shape of its revision",
		Claims: claims{Stateless: ids{"lifecycle.dual-era.legacy-shape"}},
		Needs:  "dual-era tools allowed-tools",
		Reach:  conformance.Invoke,
		Run:    lifecycleHandshakeShape,
	}}
}

// plainInitialize opens the newest handshake revision on a new connection.
func plainInitialize(ctx context.Context, p *conformance.Probe) (*mcp.Session, *mcp.Exchange, error) {
	s, err := p.Revised(ctx, mcp.Rev20251125)
	if err != nil {
		return nil, nil, err
	}
	x := s.Do(ctx, s.InitializeRequest())
	return s, x, nil
}

func lifecycleInitializeRefused(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	_, x, err := plainInitialize(ctx, p)
	if err != nil {
		return err
	}
	j.Saw(x)
	if x.RPCError() == nil {
		j.Failf(x, "initialize did not get an error: %s", outcome(x))
	}
	if p.Transport == mcp.HTTP && x.Status != http.StatusBadRequest {
		j.Failf(x, "initialize without the headers of %s came back with HTTP status %d, not 400", p.Revision, x.Status)
	}
	return j.Err("")
}

func lifecycleInitializeNamesVersions(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	_, x, err := plainInitialize(ctx, p)
	if err != nil {
		return err
	}
	e := x.RPCError()
	if e == nil {
		return conformance.Blockedf("lifecycle/initialize/refused", "initialize did not get an error")
	}
	j.Saw(x)
	text := e.Message + " " + e.Data.String()
	if !slices.ContainsFunc(p.Speaks, func(r mcp.Revision) bool { return strings.Contains(text, string(r)) }) {
		j.Failf(x, "the error for initialize names none of the supported versions %q: %s", p.Speaks, outcome(x))
	}
	return j.Err("")
}

func lifecycleBothHandshake(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, x, err := plainInitialize(ctx, p)
	if err != nil {
		return err
	}
	j.Saw(x)
	if !x.Result().Is(mcp.Object) {
		j.Failf(x, "initialize got no result: %s", outcome(x))
		return j.Err("")
	}
	s.Adopt(x)
	s.Do(ctx, mcp.Request{Method: "notifications/initialized", Notification: true})
	y := s.Call(ctx, "ping", nil)
	j.Saw(y)
	if !y.Result().Is(mcp.Object) {
		j.Failf(y, "ping in the session was not served: %s", outcome(y))
	}
	if y.Result().Has("resultType") {
		j.Failf(y, "the session got a result in the shape of %s", mcp.Rev20260728)
	}
	return j.Err("")
}

func lifecycleBothStateless(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Bare(ctx)
	if err != nil {
		return err
	}
	request := ordinary(p)
	if request.Method == "ping" {
		request.Method = "server/discover"
	}
	x := s.Do(ctx, request)
	j.Saw(x)
	switch {
	case !x.Result().Is(mcp.Object):
		j.Failf(x, "%s with _meta on a new connection was not served: %s", request.Method, outcome(x))
	case !x.Result().Has("resultType"):
		j.Faultf(answerTo(x), "/result/resultType", "%s with _meta got a result without resultType", request.Method)
	case x.Header.Get("Mcp-Session-Id") != "":
		j.Failf(x, "%s with _meta was given a session id", request.Method)
	}
	return j.Err("")
}

func lifecycleSideBySide(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, opening, err := plainInitialize(ctx, p)
	if err != nil {
		return err
	}
	if !opening.Result().Is(mcp.Object) {
		return conformance.Blockedf("lifecycle/both-eras/handshake", "initialize got no result")
	}
	s.Adopt(opening)
	s.Do(ctx, mcp.Request{Method: "notifications/initialized", Notification: true})
	stateless, err := p.Bare(ctx)
	if err != nil {
		return err
	}
	for range 2 {
		x := s.Call(ctx, "ping", nil)
		y := stateless.Call(ctx, "server/discover", nil)
		j.Saw(x)
		j.Saw(y)
		if !x.Result().Is(mcp.Object) {
			j.Failf(x, "ping in a session failed beside stateless requests: %s", outcome(x))
		}
		if !y.Result().Is(mcp.Object) {
			j.Failf(y, "server/discover failed beside a session: %s", outcome(y))
		}
	}
	return j.Err("")
}

func lifecycleHandshakeShape(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	tools, err := p.AllowedTools(ctx)
	if err != nil {
		return err
	}
	s, opening, err := plainInitialize(ctx, p)
	if err != nil {
		return err
	}
	if !opening.Result().Is(mcp.Object) {
		return conformance.Blockedf("lifecycle/both-eras/handshake", "initialize got no result")
	}
	s.Adopt(opening)
	s.Do(ctx, mcp.Request{Method: "notifications/initialized", Notification: true})
	for _, tool := range tools[:min(len(tools), maxToolCalls)] {
		r, err := exampleCall(tool)
		if err != nil {
			continue
		}
		x := s.Do(ctx, r)
		j.Saw(x)
		if x.Result().Get("resultType").Text() == "input_required" {
			j.Failf(x, "tool %.60q answered a session with input_required, which its revision does not have", tool.Get("name").Text())
		}
		if e := x.RPCError(); e != nil && e.Code <= mcp.CodeHeaderMismatch && e.Code >= mcp.CodeUnsupportedVersion {
			j.Failf(x, "tool %.60q answered a session with error code %d, which its revision does not have", tool.Get("name").Text(), e.Code)
		}
	}
	return j.Err("no arguments can be made up for an allowed tool")
}
