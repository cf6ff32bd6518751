package checks

import (
	"context"
	"net/http"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// roots is the suite about client/roots.
func roots() conformance.Suite {
	return conformance.Suite{ID: "roots", Title: "Roots", Checks: []conformance.Check{{
		ID:     "roots/request/shape",
		Title:  "a request for roots has proper params",
		Claims: claims{Stateless: ids{"roots.request-shape"}},
		Watch:  rootsShape,
	}, {
		ID:    "roots/capability/required",
		Title: "clients without the roots capability are not asked",
		Claims: claims{Handshake: ids{"roots.capability-checked"},
			Stateless: ids{"roots.only-if-declared"}},
		Reach: conformance.Provoke,
		Run:   unaskedWithout(askRoots, "roots"),
		Fix:   "Before asking, look at the capabilities that the client declared.",
	}, {
		ID:     "roots/answer/error",
		Title:  "errors in answer to roots/list are coped with",
		Claims: claims{Handshake: ids{"roots.error-tolerated"}},
		Reach:  conformance.Provoke,
		Run:    rootsError,
	}, {
		ID:    "roots/answer/unavailable",
		Title: "roots that do not exist are coped with",
		Claims: claims{Handshake: ids{"roots.unavailable-handled"},
			Stateless: ids{"roots.unavailable-handled"}},
		Reach: conformance.Provoke,
		Run:   rootsUnavailable,
	}, {
		ID:     "roots/changed/tolerated",
		Title:  "notifications/roots/list_changed is taken without harm",
		Claims: claims{Handshake: ids{"roots.list-changed-handled"}},
		Reach:  conformance.Provoke,
		Run:    rootsChanged,
	}, {
		ID:    "roots/boundaries/outside",
		Title: "files beside the roots are not given out",
		Claims: claims{Handshake: ids{"roots.boundaries-respected"},
			Stateless: ids{"roots.boundaries-respected"}},
		Needs: "local allowed-tools",
		Reach: conformance.Invoke,
		Run:   rootsOutside,
	}, {
		ID:    "roots/boundaries/traversal",
		Title: "neither .. nor a symbolic link leads out of the roots",
		Claims: claims{Handshake: ids{"roots.paths-validated"},
			Stateless: ids{"roots.boundaries-respected"}},
		Needs: "local allowed-tools",
		Reach: conformance.Invoke,
		Run:   rootsTraversal,
		Fix:   "Resolve the path, symbolic links included, before it is compared with the roots.",
	}}}
}

func rootsShape(t *conformance.Traffic) error {
	return eachQuestion(t, askRoots, func(j *conformance.Judge, q question) {
		j.Met(q.in)
		params := q.params()
		switch {
		case params.Exists() && !params.Is(mcp.Object):
			q.fault(j, "/params", "the params of roots/list must be an object, not %s", aKind(params))
		case params.Has("_meta") && !params.Get("_meta").Is(mcp.Object):
			q.fault(j, "/params/_meta", "_meta must be an object, not %s", aKind(params.Get("_meta")))
		}
	})
}

func rootsError(ctx context.Context, p *conformance.Probe) error {
	return endures(ctx, p, askRoots,
		variant{name: "error -32601 from roots/list", reply: refusing(askRoots, mcp.CodeMethodNotFound, "there are no roots")},
		variant{name: "error -32603 from roots/list", reply: refusing(askRoots, mcp.CodeInternalError, "the roots cannot be listed")},
	)
}

// goneRoot is a folder that does not exist.
const goneRoot = "file:///mcpctl-no-such-folder"

// rooted are roots as a client lists them.
func rooted(uris ...string) map[string]any {
	all := []any{}
	for _, uri := range uris {
		all = append(all, map[string]any{"uri": uri, "name": "mcpctl"})
	}
	return map[string]any{"roots": all}
}

func rootsUnavailable(ctx context.Context, p *conformance.Probe) error {
	return endures(ctx, p, askRoots, variant{name: "a root that does not exist", reply: instead(askRoots, rooted(goneRoot))})
}

func rootsChanged(ctx context.Context, p *conformance.Probe) error {
	talks, err := askers(ctx, p, askRoots, anyQuestion)
	if err != nil {
		return err
	}
	h, err := newHost(ctx, p, nil, instead(askRoots, rooted(goneRoot)))
	if err != nil {
		return err
	}
	if talks[0].opening {
		h.awaitOpening(ctx, askRoots)
	}
	h.talk(ctx, talks[0].request, instead(askRoots, rooted(goneRoot)))
	j := p.Judge()
	since := lastFrame(h.Log())
	told := h.Do(ctx, mcp.Request{Method: "notifications/roots/list_changed", Notification: true})
	j.Saw(told)
	after := h.talk(ctx, talks[0].request, accepting)
	x := after.last()
	j.Saw(x)
	if told.Status >= http.StatusBadRequest {
		j.Failf(told, "notifications/roots/list_changed was refused: %s", outcome(told))
	}
	for _, m := range heard(h.Log(), since) {
		if m.Has("error") && nobody(m.ID()) {
			j.Faultf(m, "/error", "notifications/roots/list_changed was answered with an error: %v", m.RPCError())
		}
	}
	if x.Reply() == nil && (h.Log().Ended() != nil || !slowByItself(ctx, p, talks[0].request)) {
		j.Failf(x, "after notifications/roots/list_changed %s got no answer: %s", after.named(), outcome(x))
	}
	return j.Err("")
}
