package checks

import (
	"context"
	"iter"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// caching is the suite about server/utilities/caching of 2026-07-28.
func caching() conformance.Suite {
	hints := func(what, needs, claim string, run func(context.Context, *conformance.Probe) error) conformance.Check {
		return conformance.Check{
			ID: "caching/hints/" + claim, Title: "the result of " + what + " says how long and for whom it may be kept",
			Claims: claims{Stateless: ids{"caching.hints." + claim}}, Needs: needs, Run: run,
			Fix: `Add ttlMs and cacheScope; "ttlMs": 0 and "cacheScope": "private" promise nothing.`,
		}
	}
	read := hints("resources/read", "resources", "resources-read", cachingRead)
	read.Reach = conformance.Provoke
	return conformance.Suite{ID: "caching", Title: "Caching", Checks: []conformance.Check{
		hints("server/discover", "", "server-discover", cachingDiscover),
		hints("tools/list", "tools", "tools-list", cachingList("tools")),
		hints("prompts/list", "prompts", "prompts-list", cachingList("prompts")),
		hints("resources/list", "resources", "resources-list", cachingList("resources")),
		hints("resources/templates/list", "resources", "resources-templates-list", cachingList("resources/templates")),
		read,
		{
			ID:     "caching/ttl/integer",
			Title:  "ttlMs is a whole number",
			Claims: claims{Stateless: ids{"caching.ttl.integer"}},
			Watch:  cachingWholeTTL,
		}, {
			ID:     "caching/ttl/not-negative",
			Title:  "ttlMs is not negative",
			Claims: claims{Stateless: ids{"caching.ttl.non-negative"}},
			Watch:  cachingPositiveTTL,
			Fix:    "Send 0 for what must not be kept.",
		}, {
			ID:     "caching/scope/known",
			Title:  "cacheScope is public or private",
			Claims: claims{Stateless: ids{"caching.scope.enum"}},
			Watch:  cachingScope,
		}, {
			ID:     "caching/scope/same-on-all-pages",
			Title:  "all pages of a list have the same cacheScope",
			Claims: claims{Stateless: ids{"caching.scope.same-on-all-pages"}},
			Run:    cachingSameScope,
		}, {
			ID:     "caching/input-required/no-hints",
			Title:  "a request for more input carries no caching hints",
			Claims: claims{Stateless: ids{"caching.input-required-no-hints"}},
			Watch:  cachingInterim,
		},
	}}
}

// cachingMethods are the methods whose results carry caching hints.
func cachingMethods() []string {
	return []string{"server/discover", "tools/list", "prompts/list", "resources/list", "resources/templates/list", "resources/read"}
}

// cachingHints judges whether a final result has both hints.
func cachingHints(j *conformance.Judge, x *mcp.Exchange, method string) {
	if !x.Result().Is(mcp.Object) || cachingIsInterim(x.Result()) {
		return
	}
	j.Saw(x)
	for _, hint := range []string{"ttlMs", "cacheScope"} {
		if !x.Result().Has(hint) {
			j.Faultf(answerTo(x), "/result", "the result of %s has no %s", method, hint)
		}
	}
}

// cachingIsInterim reports a result that is a question: there is nothing to keep.
func cachingIsInterim(result mcp.Value) bool {
	return result.Get("resultType").Text() == "input_required"
}

func cachingDiscover(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, err := p.Ask(ctx, "server/discover", nil)
	if err != nil {
		return err
	}
	cachingHints(j, x, "server/discover")
	return j.Err("server/discover got no result this time: " + outcome(x))
}

func cachingList(what string) func(context.Context, *conformance.Probe) error {
	return func(ctx context.Context, p *conformance.Probe) error {
		l, err := p.List(ctx, what)
		if l == nil {
			return err
		}
		j := p.Judge()
		for _, page := range l.Pages {
			cachingHints(j, page, l.Method)
		}
		if judged := j.Err(""); judged == nil || j.Bad() || err == nil {
			return judged
		}
		return err // there was no page at all
	}
}

func cachingRead(ctx context.Context, p *conformance.Probe) error {
	const most = 3
	resources, err := p.List(ctx, "resources")
	if err != nil {
		return err
	}
	j := p.Judge()
	for _, e := range resources.Entries[:min(most, len(resources.Entries))] {
		if !e.Get("uri").Is(mcp.String) {
			continue
		}
		x, err := p.Ask(ctx, "resources/read", map[string]any{"uri": e.Get("uri").Text()})
		if err != nil {
			return err
		}
		cachingHints(j, x, "resources/read")
	}
	return j.Err("no listed resource could be read")
}

// cachingSeen are the values of a hint in all results that may be kept.
func cachingSeen(t *conformance.Traffic, hint string) iter.Seq2[conformance.Seen, mcp.Value] {
	return func(yield func(conformance.Seen, mcp.Value) bool) {
		for m := range t.Results(cachingMethods()...) {
			if v := m.Result().Get(hint); v.Exists() && !cachingIsInterim(m.Result()) && !yield(m, v) {
				return
			}
		}
	}
}

func cachingWholeTTL(t *conformance.Traffic) error {
	j := t.Judge()
	for m, ttl := range cachingSeen(t, "ttlMs") {
		j.Met(m)
		if !ttl.Whole() {
			j.Faultf(m, "/result/ttlMs", "ttlMs of %s must be a whole number, not %.40s", m.Exchange.Request.Method, ttl)
		}
	}
	return j.Err("no result has a ttlMs")
}

func cachingPositiveTTL(t *conformance.Traffic) error {
	j := t.Judge()
	for m, ttl := range cachingSeen(t, "ttlMs") {
		n, ok := ttl.Float()
		if !ok {
			continue // see caching/ttl/integer
		}
		j.Met(m)
		if n < 0 {
			j.Faultf(m, "/result/ttlMs", "ttlMs of %s is negative: %.40s", m.Exchange.Request.Method, ttl)
		}
	}
	return j.Err("no result has a numeric ttlMs")
}

func cachingScope(t *conformance.Traffic) error {
	j := t.Judge()
	for m, scope := range cachingSeen(t, "cacheScope") {
		j.Met(m)
		if scope.Text() != "public" && scope.Text() != "private" {
			j.Faultf(m, "/result/cacheScope", `cacheScope of %s must be "public" or "private", not %.40s`, m.Exchange.Request.Method, scope)
		}
	}
	return j.Err("no result has a cacheScope")
}

func cachingSameScope(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	err := paginationEach(ctx, p, func(what string, l *conformance.Listing) error {
		first := l.Pages[0].Result().Get("cacheScope")
		for i, page := range l.Pages[1:] {
			scope := page.Result().Get("cacheScope")
			if !first.Exists() || !scope.Exists() {
				continue // see caching/hints
			}
			j.Saw(page)
			if !mcp.Equal(first, scope) {
				j.Faultf(answerTo(page), "/result/cacheScope", "page %d of %s has the cacheScope %.40s, the first page has %.40s", i+2, l.Method, scope, first)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return j.Err(paginationNoPages)
}

func cachingInterim(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range t.Results() {
		if !cachingIsInterim(m.Result()) {
			continue
		}
		j.Met(m)
		for _, hint := range []string{"ttlMs", "cacheScope"} {
			if m.Result().Has(hint) {
				j.Faultf(m, "/result/"+hint, "the input_required result of %s has a %s", m.Exchange.Request.Method, hint)
			}
		}
	}
	return j.Err("the server asked for no more input")
}
