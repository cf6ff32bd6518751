package checks

import (
	"context"
	"net/http"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// statelessVersionHeader judges MCP-Protocol-Version:
// basic/transports/streamable-http#protocol-version-header.
func statelessVersionHeader() []conformance.Check {
	return []conformance.Check{{
		ID:     "stateless/version-header/missing",
		Title:  "a request without MCP-Protocol-Version is refused",
		Claims: claims{Stateless: ids{"http.version-header.missing-rejected"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    statelessVersionMissing,
		Fix:    "Refuse the request with 400 and -32020 before it is served.",
	}, {
		ID:     "stateless/version-header/mismatch",
		Title:  "a request whose header and _meta name different versions is refused",
		Claims: claims{Stateless: ids{"http.version-header.mismatch-rejected"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    statelessVersionMismatch,
		Fix:    "Compare the header with the version in _meta before the request is served.",
	}}
}

// statelessVersionMissing lets a server that also speaks handshake revisions
// read the absence as 2025-03-26 and refuse server/discover in its own way:
// there is no such method then.
func statelessVersionMissing(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, err := statelessOnce(ctx, p, statelessWith("server/discover", "MCP-Protocol-Version", ""))
	if err != nil {
		return err
	}
	j.Saw(x)
	older := p.Missing("dual-era") == "" && (x.RPCError() != nil || x.Status >= 400)
	if !older && !statelessHeaderError(x) && x.Status != http.StatusBadRequest {
		j.Failf(x, "server/discover without MCP-Protocol-Version was not refused for it: %s", outcome(x))
	}
	return j.Err("")
}

func statelessVersionMismatch(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	pairs := []struct{ header, body mcp.Revision }{
		{mcp.Rev20251125, p.Revision},
		{p.Revision, mcp.Rev20251125},
		{mcp.Revision(unknownVersions()[0]), p.Revision},
	}
	for _, each := range pairs {
		r := statelessWith("server/discover", "MCP-Protocol-Version", string(each.header))
		r.Meta = map[string]any{mcp.MetaVersion: each.body}
		x, err := statelessOnce(ctx, p, r)
		if err != nil {
			return err
		}
		j.Saw(x)
		// A header of the handshake era makes it that era's request for
		// a server of both, which has statuses of its own.
		older := p.Missing("dual-era") == "" && each.header == mcp.Rev20251125
		switch {
		case x.Result().Exists():
			j.Failf(x, "server/discover in version %s with MCP-Protocol-Version: %s was served", each.body, each.header)
		case x.Status != http.StatusBadRequest && !older:
			j.Failf(x, "server/discover in version %s with MCP-Protocol-Version: %s was not refused with 400: %s", each.body, each.header, outcome(x))
		}
	}
	return j.Err("")
}
