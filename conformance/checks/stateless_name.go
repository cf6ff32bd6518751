package checks

import (
	"context"
	"encoding/base64"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// statelessNameHeader judges Mcp-Name:
// basic/transports/streamable-http#standard-request-headers. Calls name a tool
// that does not exist; resources and prompts are ones that the server lists.
func statelessNameHeader() []conformance.Check {
	var all []conformance.Check
	for _, n := range []struct{ id, method, needs string }{
		{"tools-call", "tools/call", "tools"}, {"resources-read", "resources/read", "resources"}, {"prompts-get", "prompts/get", "prompts"},
	} {
		all = append(all, conformance.Check{
			ID:     "stateless/name-header/missing/" + n.id,
			Title:  n.method + " without Mcp-Name is refused",
			Claims: claims{Stateless: ids{"http.headers.name-missing." + n.id}},
			Needs:  "http " + n.needs,
			Reach:  conformance.Provoke,
			Run:    statelessNameWrong(n.method, func(string) string { return "" }),
			Fix:    "Refuse the request with 400 and -32020 before what it names is looked up.",
		}, conformance.Check{
			ID:     "stateless/name-header/mismatch/" + n.id,
			Title:  n.method + " whose Mcp-Name names something else is refused",
			Claims: claims{Stateless: ids{"http.headers.name-mismatch." + n.id}},
			Needs:  "http " + n.needs,
			Reach:  conformance.Provoke,
			Run:    statelessNameWrong(n.method, func(name string) string { return mcp.HeaderValue(name + "-other") }),
			Fix:    "Compare the header with the body before what it names is looked up.",
		})
	}
	return append(all, conformance.Check{
		ID:     "stateless/name-header/elsewhere",
		Title:  "methods that name nothing need no Mcp-Name",
		Claims: claims{Stateless: ids{"http.headers.name-not-needed-elsewhere"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    statelessNameElsewhere,
	})
}

// statelessNamedCall is a request that names something, and how it is answered when its
// headers are as they should be.
type statelessNamedCall struct {
	request mcp.Request
	name    string
	control *mcp.Exchange
}

// statelessNamed finds a request of a method to try Mcp-Name with.
func statelessNamed(ctx context.Context, p *conformance.Probe, method string) (statelessNamedCall, error) {
	switch method {
	case "tools/call":
		return statelessUnknownTool(ctx, p, toolsUnknown)
	case "prompts/get":
		return statelessListed(ctx, p, "prompts", func(e conformance.Entry) statelessNamedCall {
			params := map[string]any{"name": e.Get("name").Text(), "arguments": conformance.PromptArguments(e.Value)}
			return statelessNamedCall{mcp.Request{Method: method, Params: params}, e.Get("name").Text(), nil}
		})
	default:
		return statelessListed(ctx, p, "resources", func(e conformance.Entry) statelessNamedCall {
			params := map[string]any{"uri": e.Get("uri").Text()}
			return statelessNamedCall{mcp.Request{Method: method, Params: params}, e.Get("uri").Text(), nil}
		})
	}
}

// statelessUnknownTool is a call of a tool that no server has.
func statelessUnknownTool(ctx context.Context, p *conformance.Probe, name string) (statelessNamedCall, error) {
	n := statelessNamedCall{mcp.Request{Method: "tools/call", Params: map[string]any{"name": name, "arguments": map[string]any{}}}, name, nil}
	var err error
	if n.control, err = p.Ask(ctx, n.request.Method, n.request.Params); err != nil {
		return n, err
	}
	if n.control.Result().Exists() && !n.control.Result().Get("isError").True() {
		return n, conformance.Unprovenf("a tool that is not listed, %s, could be called", name)
	}
	if statelessHeaderError(n.control) {
		return n, conformance.Unprovenf("a call with proper headers was itself refused: %s", outcome(n.control))
	}
	return n, nil
}

// statelessMaxListed bounds the listed resources or prompts that are tried.
const statelessMaxListed = 5

// statelessListed finds a listed resource or prompt that the server gives.
func statelessListed(ctx context.Context, p *conformance.Probe, what string, request func(conformance.Entry) statelessNamedCall) (statelessNamedCall, error) {
	l, err := p.List(ctx, what)
	if err != nil {
		return statelessNamedCall{}, err
	}
	for _, e := range l.Entries[:min(statelessMaxListed, len(l.Entries))] {
		n := request(e)
		if n.name == "" {
			continue
		}
		if n.control, err = p.Ask(ctx, n.request.Method, n.request.Params); err != nil {
			return n, err
		}
		if n.control.Result().Exists() {
			return n, nil
		}
	}
	return statelessNamedCall{}, conformance.Unprovenf("the server lists none of its %s that it also gives", what)
}

// withName is the request with another Mcp-Name, or with none.
func (n statelessNamedCall) withName(header string) mcp.Request {
	r := n.request
	r.Header = map[string]string{"Mcp-Name": header}
	return r
}

// statelessNameWrong judges a request whose Mcp-Name is what wrong makes of
// the name.
func statelessNameWrong(method string, wrong func(name string) string) func(context.Context, *conformance.Probe) error {
	return func(ctx context.Context, p *conformance.Probe) error {
		n, err := statelessNamed(ctx, p, method)
		if err != nil {
			return err
		}
		return statelessNameRefused(ctx, p, n, wrong(n.name))
	}
}

func statelessNameRefused(ctx context.Context, p *conformance.Probe, n statelessNamedCall, header string) error {
	j := p.Judge()
	x, err := statelessOnce(ctx, p, n.withName(header))
	if err != nil {
		return err
	}
	j.Saw(x)
	if !statelessRefused(x, n.control) {
		j.Failf(x, "%s of %.60q with %.100s was not refused for it: %s", n.request.Method, n.name, statelessHeaderLine("Mcp-Name", header), outcome(x))
	}
	return j.Err("")
}

func statelessNameElsewhere(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	all := []mcp.Request{{Method: "server/discover"}}
	for _, what := range statelessLists(p) {
		all = append(all, mcp.Request{Method: what + "/list"})
	}
	if p.Missing("completions") == "" {
		all = append(all, mcp.Request{Method: "completion/complete", Params: map[string]any{
			"ref": map[string]any{"type": "ref/prompt", "name": "mcpctl-none"}, "argument": map[string]any{"name": "a", "value": ""},
		}})
	}
	if p.Missing("notifies") == "" {
		all = append(all, mcp.Request{Method: "subscriptions/listen", Params: map[string]any{"notifications": map[string]any{}}})
	}
	for _, r := range all {
		send := statelessOnce
		if r.Method == "subscriptions/listen" {
			send = statelessBegin
		}
		x, err := send(ctx, p, r)
		if err != nil {
			return err
		}
		j.Saw(x)
		if statelessCode(x) == mcp.CodeHeaderMismatch {
			j.Failf(x, "%s, which names nothing, was refused for its headers: %s", r.Method, outcome(x))
		}
	}
	return j.Err("")
}

// statelessSentinel is the base64 form of a header value, whether it is needed or not.
func statelessSentinel(s string) string {
	return "=?base64?" + base64.StdEncoding.EncodeToString([]byte(s)) + "?="
}
