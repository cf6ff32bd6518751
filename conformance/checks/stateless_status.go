package checks

import (
	"context"
	"net/http"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// statelessStatuses judges the HTTP status that goes with an error.
func statelessStatuses() []conformance.Check {
	return []conformance.Check{{
		ID:     "stateless/status/method-not-found",
		Title:  "an unknown method is answered with 404 and error -32601",
		Claims: claims{Stateless: ids{"http.method-not-found.404"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    statelessMethodNotFound,
		Fix:    "Send the JSON-RPC error with status 404; its body is how clients tell it from a wrong address.",
	}, {
		ID:     "stateless/status/missing-meta",
		Title:  "a request without a field that _meta must have is answered with 400",
		Claims: claims{Stateless: ids{"http.meta-missing.400"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    statelessMissingMeta,
	}, {
		ID:     "stateless/status/missing-capability",
		Title:  "the error that asks for a client capability comes with 400",
		Claims: claims{Stateless: ids{"http.capability-missing.400"}},
		Needs:  "http tools allowed-tools",
		Reach:  conformance.Invoke,
		Run:    statelessMissingCapability,
	}}
}

func statelessMethodNotFound(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, err := p.Ask(ctx, "mcpctl/does-not-exist", nil)
	if err != nil {
		return err
	}
	j.Saw(x)
	switch {
	case x.RPCError() == nil:
		j.Failf(x, "a request for an unknown method got no JSON-RPC error: %s", outcome(x))
	case x.RPCError().Code != mcp.CodeMethodNotFound:
		j.Failf(x, "a request for an unknown method got error %d, expected -32601", x.RPCError().Code)
	case x.Status != http.StatusNotFound:
		j.Failf(x, "the error for an unknown method came with HTTP status %d, not 404", x.Status)
	}
	return j.Err("")
}

// statelessMissingMeta leaves the version in for servers of both eras: it is
// by the version that they tell which era a request is of.
func statelessMissingMeta(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	bad := map[string]mcp.Request{
		"clientCapabilities": {Method: "server/discover", Meta: map[string]any{mcp.MetaCapabilities: nil}},
	}
	if p.Missing("stateless-only") == "" {
		bad["protocolVersion"] = mcp.Request{Method: "server/discover", Meta: map[string]any{mcp.MetaVersion: nil}}
		bad["any field"] = mcp.Request{Method: "server/discover", NoMeta: true}
	}
	for _, missing := range []string{"clientCapabilities", "protocolVersion", "any field"} {
		r, tried := bad[missing]
		if !tried {
			continue
		}
		x, err := statelessOnce(ctx, p, r)
		if err != nil {
			return err
		}
		j.Saw(x)
		if x.Status != http.StatusBadRequest {
			j.Failf(x, "a request whose _meta lacks %s was answered with HTTP status %d, not 400", missing, x.Status)
		}
	}
	return j.Err("")
}

func statelessMissingCapability(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	allowed, err := p.AllowedTools(ctx)
	if err != nil {
		return err
	}
	for _, tool := range allowed[:min(statelessMaxListed, len(allowed))] {
		r, err := conformance.ExampleCall(tool)
		if err != nil {
			continue
		}
		r.Meta = map[string]any{mcp.MetaCapabilities: map[string]any{}}
		x, err := statelessOnce(ctx, p, r)
		if err != nil {
			return err
		}
		if statelessCode(x) != mcp.CodeMissingCapability {
			continue
		}
		j.Saw(x)
		if x.Status != http.StatusBadRequest {
			j.Failf(x, "the tool %.60q asked for a capability with HTTP status %d, not 400", toolName(tool), x.Status)
		}
	}
	return j.Err("no allowed tool needs a client capability")
}
