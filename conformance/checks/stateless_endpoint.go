package checks

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// statelessEndpoint judges what the endpoint accepts.
func statelessEndpoint() []conformance.Check {
	return []conformance.Check{{
		ID:     "stateless/endpoint/post",
		Title:  "one endpoint takes the POSTs of all methods",
		Claims: claims{Stateless: ids{"http.endpoint.post"}},
		Needs:  "http",
		Reach:  conformance.Observe,
		Run:    statelessOneEndpoint,
		Fix:    "Route by the method in the body, not by the path.",
	}, {
		ID:     "stateless/endpoint/get",
		Title:  "GET is answered with 405 by a server of this revision alone",
		Claims: claims{Stateless: ids{"http.endpoint.get-405"}},
		Needs:  "http stateless-only",
		Reach:  conformance.Provoke,
		Run:    statelessGet405,
		Fix:    "Answer every HTTP method but POST with 405 and an Allow header.",
	}, {
		ID:     "stateless/endpoint/delete",
		Title:  "DELETE is answered with 405 by a server of this revision alone",
		Claims: claims{Stateless: ids{"http.endpoint.delete-405"}},
		Needs:  "http stateless-only",
		Reach:  conformance.Provoke,
		Run:    statelessDelete405,
		Fix:    "Answer every HTTP method but POST with 405 and an Allow header.",
	}, {
		ID:     "stateless/endpoint/http-sse",
		Title:  "a server without older revisions does not take up the deprecated HTTP+SSE transport",
		Claims: claims{Stateless: ids{"http.legacy-sse.not-adopted"}},
		Needs:  "http stateless-only",
		Reach:  conformance.Provoke,
		Run:    statelessNoSSE,
	}, {
		ID:     "stateless/endpoint/batch",
		Title:  "a body that is an array is not served",
		Claims: claims{Stateless: ids{"http.post.body-single-message"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    statelessNoBatch,
		Fix:    "Refuse an array with 400 and -32600: a body is one message.",
	}, {
		ID:     "stateless/endpoint/response",
		Title:  "a body that is a response is refused",
		Claims: claims{Stateless: ids{"http.post.response-body-refused"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    statelessNoResponse,
		Fix:    "Refuse responses with 400: this revision has no requests that a client could answer.",
	}, {
		ID:     "stateless/endpoint/accept",
		Title:  "a request whose Accept lacks a type is served or refused, and does not break the server",
		Claims: claims{Stateless: ids{"http.accept.missing"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    statelessPoorAccept,
	}}
}

// statelessLists are the list methods that the server declares.
func statelessLists(p *conformance.Probe) []string {
	var all []string
	for _, what := range []string{"tools", "resources", "prompts"} {
		if p.Missing(what) == "" {
			all = append(all, what)
		}
	}
	return all
}

func statelessOneEndpoint(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, err := p.Ask(ctx, "server/discover", nil)
	if err != nil {
		return err
	}
	all := []*mcp.Exchange{x}
	for _, what := range statelessLists(p) {
		l, err := p.List(ctx, what)
		if l == nil {
			return err
		}
		all = append(all, l.Pages[0])
	}
	for _, x := range all {
		j.Saw(x)
		var moved *mcp.RedirectError
		nowhere := slices.Contains([]int{http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented}, x.Status)
		if x.Reply() == nil && (nowhere || errors.As(x.Err(), &moved)) {
			j.Failf(x, "%s is not served at the endpoint that serves server/discover: %s", x.Request.Method, outcome(x))
		}
	}
	return j.Err("")
}

// statelessGet sends GET to the endpoint, once.
func statelessGet(ctx context.Context, p *conformance.Probe) (*mcp.Exchange, error) {
	return conformance.Once(ctx, p, "stateless get", func(ctx context.Context) (*mcp.Exchange, error) {
		return statelessBegin(ctx, p, mcp.Request{HTTPMethod: http.MethodGet, Notification: true})
	})
}

// statelessOpensSSE reports whether an answer is a stream that begins as HTTP+SSE does.
func statelessOpensSSE(x *mcp.Exchange) bool {
	return slices.ContainsFunc(x.Frames(), func(f mcp.Frame) bool {
		return f.Direction == mcp.Received && f.Event != nil && f.Event.Name == "endpoint"
	})
}

func statelessGet405(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, err := statelessGet(ctx, p)
	if err != nil {
		return err
	}
	if statelessOpensSSE(x) {
		return conformance.Skipf("GET serves the HTTP+SSE transport of 2024-11-05")
	}
	j.Saw(x)
	if x.Status != http.StatusMethodNotAllowed {
		j.Failf(x, "GET was answered with HTTP status %d, not 405", x.Status)
	}
	return j.Err("")
}

func statelessDelete405(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	r := mcp.Request{HTTPMethod: http.MethodDelete, Notification: true, Header: map[string]string{"Mcp-Session-Id": "mcpctl-made-up"}}
	x, err := statelessOnce(ctx, p, r)
	if err != nil {
		return err
	}
	j.Saw(x)
	if x.Status != http.StatusMethodNotAllowed {
		j.Failf(x, "DELETE was answered with HTTP status %d, not 405", x.Status)
	}
	return j.Err("")
}

// statelessNoSSE leaves servers of handshake revisions alone: old clients are
// what they may keep the old transport for.
func statelessNoSSE(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, err := statelessGet(ctx, p)
	if err != nil {
		return err
	}
	j.Saw(x)
	if statelessOpensSSE(x) {
		j.Failf(x, "GET opens the deprecated HTTP+SSE transport, and no revision that has it is spoken at this endpoint")
	}
	return j.Err("")
}

func statelessNoBatch(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	meta := mcp.ValueOf(map[string]any{mcp.MetaVersion: p.Revision, mcp.MetaCapabilities: map[string]any{}})
	one := `{"jsonrpc":"2.0","id":"mcpctl-%d","method":"server/discover","params":{"_meta":%s}}`
	body := fmt.Appendf(nil, "["+one+","+one+"]", 1, meta, 2, meta)
	x, err := statelessOnce(ctx, p, mcp.Request{Method: "server/discover", Raw: body})
	if err != nil {
		return err
	}
	j.Saw(x)
	served, refused := 0, x.Status >= 400
	for _, m := range x.Received() {
		if m.Result().Exists() {
			served++
		}
		refused = refused || m.RPCError() != nil
	}
	switch {
	case served > 0:
		j.Failf(x, "of two requests in one array %d were served, expected a refusal", served)
	case !refused:
		j.Failf(x, "an array of two requests was not refused: %s", outcome(x))
	}
	return j.Err("")
}

// statelessNoResponse lets a server of both eras take the response for one of
// the handshake era, where 202 is right.
func statelessNoResponse(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, err := statelessOnce(ctx, p, mcp.Request{Raw: []byte(`{"jsonrpc":"2.0","id":"mcpctl-none","result":{}}`), Notification: true})
	if err != nil {
		return err
	}
	j.Saw(x)
	handshake := p.Missing("dual-era") == "" && x.Status == http.StatusAccepted
	failed := slices.ContainsFunc(x.Received(), func(m mcp.Message) bool { return m.RPCError() != nil })
	if x.Status < 400 && !failed && !handshake {
		j.Failf(x, "a response to no request was not refused: %s", outcome(x))
	}
	return j.Err("")
}

func statelessPoorAccept(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	for _, accept := range []string{"application/json", "*/*", ""} {
		x, err := statelessOnce(ctx, p, statelessWith("server/discover", "Accept", accept))
		if err != nil {
			return err
		}
		j.Saw(x)
		if x.Status >= 400 && x.Status < 500 || x.Reply() != nil {
			continue
		}
		j.Failf(x, "server/discover with Accept: %q was neither served nor refused: %s", accept, outcome(x))
	}
	return j.Err("")
}
