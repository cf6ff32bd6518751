package checks

import (
	"context"
	"fmt"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

func baseStatelessChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "base/stateless/first-request",
		Title:  "a list is served as the very first request of a connection",
		Claims: claims{Stateless: ids{"base.stateless.first-request-served"}},
		Reach:  conformance.Observe,
		Run:    baseFirstRequest,
		Fix:    "Ask for neither initialize nor server/discover before other requests.",
	}, {
		ID:     "base/stateless/meta-forgotten",
		Title:  "the _meta of one request does not serve for the next",
		Claims: claims{Stateless: ids{"base.stateless.meta-not-remembered"}},
		Reach:  conformance.Provoke,
		Run:    baseMetaForgotten,
	}, {
		ID:      "base/stateless/version-forgotten",
		Title:   "the protocol version is judged for each request alone",
		Claims:  claims{Stateless: ids{"base.stateless.version-not-remembered"}},
		Reach:   conformance.Provoke,
		Run:     baseVersionForgotten,
		General: true, // see versioning/unsupported/code
	}, {
		ID:     "base/stateless/interleaved",
		Title:  "requests of different clients may be under way at once",
		Claims: claims{Stateless: ids{"base.stateless.interleaved-requests"}},
		Reach:  conformance.Observe,
		Run:    baseInterleaved,
	}, {
		ID:     "base/stateless/affinity",
		Title:  "a cursor works on another connection",
		Claims: claims{Stateless: ids{"base.stateless.no-connection-affinity"}},
		Reach:  conformance.Observe,
		Run:    baseAffinity,
		Fix:    "Put all that the next page needs into the cursor, or keep it where every process finds it.",
	}}
}

func baseFirstRequest(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	method := pulse(p.Revision)
	if lists := listed(p); len(lists) > 0 {
		method = lists[0]
	}
	known, err := p.Ask(ctx, method, nil)
	if err != nil {
		return err
	}
	if !known.Result().Exists() {
		return conformance.Unprovenf("%s is not served on an open connection either: %s", method, outcome(known))
	}
	s, err := p.Bare(ctx)
	if err != nil {
		return err
	}
	x := s.Call(ctx, method, nil)
	j.Saw(x)
	if !x.Result().Exists() {
		j.Failf(x, "%s as the first request of a connection got no result: %s", method, outcome(x))
	}
	return j.Err("")
}

func baseMetaForgotten(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	for _, method := range pulseAndList(p) {
		if eitherEra(p) && method != pulse(p.Revision) {
			continue
		}
		if x := s.Call(ctx, method, nil); !x.Result().Exists() {
			return conformance.Unprovenf("%s with full _meta is not served: %s", method, outcome(x))
		}
		bad := mcp.Request{Method: method, Meta: map[string]any{mcp.MetaVersion: nil, mcp.MetaCapabilities: nil}}
		x := s.Do(ctx, bad)
		j.Saw(x)
		if !x.Result().Exists() {
			continue
		}
		// It is not remembered what is not asked for in the first place.
		first, err := p.Bare(ctx)
		if err != nil {
			return err
		}
		if first.Do(ctx, bad).Result().Exists() {
			return conformance.Blockedf("base/meta/required", "%s is served without version and capabilities even as the first request", method)
		}
		j.Failf(x, "%s without version and capabilities was served, after a request that had them", method)
	}
	return j.Err("")
}

func baseVersionForgotten(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	method := pulse(p.Revision)
	if _, err := p.Control(ctx, s); err != nil {
		return err
	}
	x := s.Do(ctx, inVersion(method, unknownVersions()[0]))
	j.Saw(x)
	if x.Result().Exists() {
		j.Failf(x, "%s in version %s was served, after a request in %s", method, unknownVersions()[0], p.Revision)
	}
	if after, err := p.Control(ctx, s); err != nil {
		j.Failf(after, "after a request in version %s one in %s was not served: %s", unknownVersions()[0], p.Revision, outcome(after))
	}
	return j.Err("")
}

// interleaved is how many requests are put under way at once.
const interleaved = 10

func baseInterleaved(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	var methods []string
	for _, method := range append([]string{pulse(p.Revision)}, listed(p)...) {
		if x, err := p.Ask(ctx, method, nil); err == nil && fitsMethod(x) {
			methods = append(methods, method)
		}
	}
	if len(methods) == 0 {
		return conformance.Unprovenf("the server serves neither server/discover nor a list")
	}
	var requests []mcp.Request
	for i := range interleaved {
		requests = append(requests, mcp.Request{
			Method: methods[i%len(methods)],
			Meta:   map[string]any{mcp.MetaClientInfo: map[string]any{"name": fmt.Sprintf("mcpctl-%d", i), "version": "1"}},
		})
	}
	all := callAll(ctx, s, requests)
	if _, err := p.Control(ctx, s); err != nil {
		return err
	}
	answers := answersByID(s)
	for _, x := range all {
		j.Saw(x)
		switch n := answers[idName(x.Asked)]; {
		case !x.Result().Exists():
			j.Failf(x, "%s got no result among %d requests at once: %s", x.Request.Method, interleaved, outcome(x))
		case n > 1:
			j.Failf(x, "%s was answered %d times among %d requests at once", x.Request.Method, n, interleaved)
		case !fitsMethod(x):
			j.Failf(x, "%s was answered with the result of another request: %.80s", x.Request.Method, x.Result())
		}
	}
	return j.Err("")
}

// answersByID counts the responses that came with each id.
func answersByID(s *mcp.Session) map[string]int {
	all := map[string]int{}
	for _, f := range s.Log().Frames() {
		for _, m := range f.Messages() {
			if f.Direction == mcp.Received && isResponse(m) {
				all[idName(m.ID())]++
			}
		}
	}
	return all
}

// fitsMethod reports whether a result is one of its method.
func fitsMethod(x *mcp.Exchange) bool {
	member := map[string]string{
		"server/discover": "supportedVersions", "tools/list": "tools", "resources/list": "resources", "prompts/list": "prompts",
	}[x.Request.Method]
	return x.Result().Has(member)
}

func baseAffinity(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	for _, what := range []string{"tools", "resources", "resources/templates", "prompts"} {
		if capability := map[string]string{"resources/templates": "resources"}[what]; p.Missing(capability) != "" || capability == "" && p.Missing(what) != "" {
			continue
		}
		l, err := p.List(ctx, what)
		if err != nil || len(l.Pages) < 2 {
			continue // the list has a check of its own
		}
		s, err := p.Fresh(ctx)
		if err != nil {
			return err
		}
		cursor := l.Pages[0].Result().Get("nextCursor").Text()
		x := s.Call(ctx, l.Method, map[string]any{"cursor": cursor})
		j.Saw(x)
		if !x.Result().Exists() {
			j.Failf(x, "a cursor of %s from one connection was not accepted on another: %s", l.Method, outcome(x))
		}
		return j.Err("")
	}
	return conformance.Unprovenf("no list of the server has a second page")
}
