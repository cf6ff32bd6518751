package checks

import (
	"context"
	"net/http"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// versionHeader is the part of the suite about the header MCP-Protocol-Version
// of the handshake era: basic/transports#protocol-version-header.
func versionHeader() []conformance.Check {
	return []conformance.Check{{
		ID:     "versioning/header/accepted",
		Title:  "requests whose header names the negotiated version are served",
		Claims: claims{Handshake: ids{"http.version-header.negotiated-accepted"}},
		Needs:  "http",
		Reach:  conformance.Observe,
		Run:    versionHeaderAccepted,
	}, {
		ID:     "versioning/header/invalid",
		Title:  "a header with a version that does not exist is refused with 400",
		Claims: claims{Handshake: ids{"http.version-header.invalid-400"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    versionHeaderInvalid,
		Fix:    "Check MCP-Protocol-Version on every request after initialize, whatever its HTTP method.",
	}, {
		ID:     "versioning/header/absent",
		Title:  "a request of a session without the header is served",
		Claims: claims{Handshake: ids{"http.version-header.absent-assume-2025-03-26"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    versionHeaderAbsent,
	}}
}

func versionHeaderAccepted(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, err := p.Ask(ctx, "ping", nil)
	if err != nil {
		return err
	}
	j.Saw(x)
	if x.Status == http.StatusBadRequest {
		j.Failf(x, "ping with MCP-Protocol-Version: %s was refused: %s", p.Revision, outcome(x))
	}
	return j.Err("")
}

func versionHeaderInvalid(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	if _, err := p.Control(ctx, s); err != nil {
		return err
	}
	for _, version := range []string{unknownVersions()[0], "garbage"} {
		x := s.Do(ctx, mcp.Request{Method: "ping", Header: map[string]string{"MCP-Protocol-Version": version}})
		j.Saw(x)
		if x.Status != http.StatusBadRequest {
			j.Failf(x, "ping with MCP-Protocol-Version: %s was not refused with 400: %s", version, outcome(x))
		}
	}
	return j.Err("")
}

func versionHeaderAbsent(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	x := s.Do(ctx, mcp.Request{Method: "ping", Header: map[string]string{"MCP-Protocol-Version": ""}})
	j.Saw(x)
	if !x.Result().Is(mcp.Object) {
		j.Failf(x, "ping without MCP-Protocol-Version was not served: %s", outcome(x))
	}
	return j.Err("")
}
