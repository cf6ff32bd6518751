package checks

import (
	"context"
	"net/http"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// statelessMethodHeader judges Mcp-Method, and how wrong headers are refused:
// basic/transports/streamable-http#server-validation.
func statelessMethodHeader() []conformance.Check {
	return []conformance.Check{{
		ID:     "stateless/method-header/missing",
		Title:  "a request without Mcp-Method is refused",
		Claims: claims{Stateless: ids{"http.headers.method-missing-rejected"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    statelessMethodWrong(func(string) string { return "" }),
		Fix:    "Refuse the request with 400 and -32020 before it is served.",
	}, {
		ID:     "stateless/method-header/mismatch",
		Title:  "a request whose Mcp-Method is another than its method is refused",
		Claims: claims{Stateless: ids{"http.headers.method-mismatch-rejected"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    statelessMethodWrong(statelessOtherMethod),
		Fix:    "Compare the header with the method in the body before the request is served.",
	}, {
		ID:     "stateless/method-header/case",
		Title:  "a request whose Mcp-Method differs from its method in case is refused",
		Claims: claims{Stateless: ids{"http.headers.method-value-case-sensitive"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    statelessMethodWrong(strings.ToUpper),
		Fix:    "Compare header values byte by byte; only header names are without case.",
	}, {
		ID:     "stateless/headers/refusal",
		Title:  "wrong headers are refused with 400, error -32020 and the id of the request",
		Claims: claims{Stateless: ids{"http.headers.mismatch-response"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    statelessRefusal,
	}}
}

// statelessOtherMethod is a method that is not the one given.
func statelessOtherMethod(method string) string {
	if method == "server/discover" {
		return "tools/list"
	}
	return "server/discover"
}

// statelessMethodWrong judges requests whose Mcp-Method is what wrong makes of
// their method.
func statelessMethodWrong(wrong func(method string) string) func(context.Context, *conformance.Probe) error {
	return func(ctx context.Context, p *conformance.Probe) error {
		j := p.Judge()
		methods := []string{"server/discover"}
		for _, what := range statelessLists(p)[:min(1, len(statelessLists(p)))] {
			methods = append(methods, what+"/list")
		}
		for _, method := range methods {
			control, err := p.Ask(ctx, method, nil)
			if err != nil {
				return err
			}
			if !control.Result().Exists() {
				continue
			}
			header := wrong(method)
			x, err := statelessOnce(ctx, p, statelessWith(method, "Mcp-Method", header))
			if err != nil {
				return err
			}
			j.Saw(x)
			if !statelessRefused(x, control) {
				j.Failf(x, "%s with %s was not refused for it: %s", method, statelessHeaderLine("Mcp-Method", header), outcome(x))
			}
		}
		return j.Err("no request with proper headers was served")
	}
}

// statelessHeaderLine is a header as a message shows it.
func statelessHeaderLine(name, value string) string {
	if value == "" {
		return "no " + name
	}
	return name + ": " + value
}

// statelessRefusal judges the form of refusals; what is not refused at all is
// for the other checks to find.
func statelessRefusal(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	control, err := p.Ask(ctx, "server/discover", nil)
	if err != nil {
		return err
	}
	probes := []mcp.Request{
		statelessWith("server/discover", "Mcp-Method", ""),
		statelessWith("server/discover", "Mcp-Method", statelessOtherMethod("server/discover")),
	}
	if p.Missing("dual-era") != "" {
		probes = append(probes, statelessWith("server/discover", "MCP-Protocol-Version", ""))
	}
	for _, r := range probes {
		x, err := statelessOnce(ctx, p, r)
		if err != nil {
			return err
		}
		if statelessRefused(x, control) {
			statelessJudgeRefusal(j, x)
		}
	}
	if err := j.Err(""); err != nil && !j.Bad() {
		return conformance.Blockedf("stateless/method-header/missing", "no wrong header was refused")
	}
	return j.Err("")
}

// statelessJudgeRefusal judges one refusal. An error about a missing header
// may be sent before the body was read, and so without the id; one about a
// difference may not.
func statelessJudgeRefusal(j *conformance.Judge, x *mcp.Exchange) {
	j.Saw(x)
	missing := false
	for _, value := range x.Request.Header {
		missing = missing || value == ""
	}
	what := "a missing header"
	if !missing {
		what = "a header that differs from the body"
	}
	switch {
	case x.RPCError() == nil:
		j.Failf(x, "%s was refused without a JSON-RPC error: %s", what, outcome(x))
	case x.RPCError().Code != mcp.CodeHeaderMismatch:
		j.Failf(x, "%s was refused with error %d, expected -32020", what, x.RPCError().Code)
	case x.Status != http.StatusBadRequest:
		j.Failf(x, "%s was refused with HTTP status %d, not 400", what, x.Status)
	case !missing && !mcp.Equal(x.Reply().ID(), x.Asked):
		j.Failf(x, "the error about %s has the id %.40s, expected %.40s", what, x.Reply().ID(), x.Asked)
	}
}
