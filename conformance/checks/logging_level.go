package checks

import (
	"context"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// loggingLevelChecks judge how the level is set: by logging/setLevel in the
// handshake revisions, with every request in 2026-07-28.
func loggingLevelChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "logging/set-level/answers",
		Title:  "logging/setLevel is answered with an empty result",
		Claims: claims{Handshake: ids{"logging.set-level.empty-result"}},
		Needs:  "logging",
		Reach:  conformance.Provoke,
		Run:    loggingSetLevel,
		Fix:    "Serve logging/setLevel and answer it with {}, or do not declare logging.",
	}, {
		ID:     "logging/set-level/all-levels",
		Title:  "all eight levels can be set",
		Claims: claims{Handshake: ids{"logging.set-level.all-levels"}},
		Needs:  "logging",
		Reach:  conformance.Provoke,
		Run:    loggingAllLevels,
	}, {
		ID:     "logging/set-level/unknown",
		Title:  "an unknown level is refused with error -32602",
		Claims: claims{Handshake: ids{"logging.set-level.invalid-32602"}},
		Needs:  "logging",
		Reach:  conformance.Provoke,
		Run:    loggingUnknownLevel,
	}, {
		ID:     "logging/set-level/failure",
		Title:  "a level that cannot be set is refused with error -32603",
		Claims: claims{Handshake: ids{"logging.set-level.internal-32603"}},
		Needs:  "logging",
		Reach:  conformance.Provoke,
		Run:    loggingFailure,
	}, {
		ID:     "logging/request-level/unknown",
		Title:  "a request with an unknown log level is refused with error -32602",
		Claims: claims{Stateless: ids{"logging.invalid-level"}},
		Needs:  "logging",
		Reach:  conformance.Provoke,
		Run:    loggingUnknownRequestLevel,
	}}
}

// levelSet is logging/setLevel with one level.
type levelSet struct {
	level any
	*mcp.Exchange
}

// levelsSet is logging/setLevel with all levels, and then with what is none,
// on a session of its own: the level belongs to the session.
func levelsSet(ctx context.Context, p *conformance.Probe) (known, unknown []levelSet, err error) {
	type both struct{ known, unknown []levelSet }
	all, err := conformance.Once(ctx, p, "logging/setLevel", func(ctx context.Context) (all both, err error) {
		s, err := p.Fresh(ctx)
		if err != nil {
			return all, err
		}
		set := func(level any) levelSet {
			return levelSet{level, s.Call(ctx, "logging/setLevel", map[string]any{"level": level})}
		}
		for _, level := range logLevels() {
			all.known = append(all.known, set(level))
		}
		for _, level := range []any{"verbose", "INFO", 3} {
			all.unknown = append(all.unknown, set(level))
		}
		return all, nil
	})
	return all.known, all.unknown, err
}

// levelUnset is why other checks wait for that of logging/setLevel itself.
func levelUnset(x *mcp.Exchange) error {
	return conformance.Blockedf("logging/set-level/answers", "logging/setLevel got no result: %s", outcome(x))
}

// served reports whether any of the levels could be set.
func served(known []levelSet) bool {
	return slices.ContainsFunc(known, func(l levelSet) bool { return l.Result().Exists() })
}

func loggingSetLevel(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	known, _, err := levelsSet(ctx, p)
	if err != nil {
		return err
	}
	if !served(known) {
		j.Failf(known[0].Exchange, "logging/setLevel got no result: %s", outcome(known[0].Exchange))
	}
	for _, l := range known {
		if l.Result().Exists() {
			j.Saw(l.Exchange)
			emptyResult(j, l.Exchange, "logging/setLevel")
		}
	}
	return j.Err("")
}

// emptyResult judges that a result holds nothing of its own.
func emptyResult(j *conformance.Judge, x *mcp.Exchange, method string) {
	if !x.Result().Is(mcp.Object) {
		j.Faultf(answerTo(x), "/result", "the result of %s must be an empty object, not %s", method, aKind(x.Result()))
	}
	for _, m := range x.Result().Members() {
		if m.Name != "_meta" {
			j.Faultf(answerTo(x), "/result/"+mcp.EscapePointer(m.Name), "the result of %s has a member %.60q; only _meta may stand there", method, m.Name)
		}
	}
}

func loggingAllLevels(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	known, _, err := levelsSet(ctx, p)
	if err != nil {
		return err
	}
	if !served(known) {
		return levelUnset(known[0].Exchange)
	}
	for _, l := range known {
		j.Saw(l.Exchange)
		if !l.Result().Exists() {
			j.Failf(l.Exchange, "the level %q could not be set: %s", l.level, outcome(l.Exchange))
		}
	}
	return j.Err("")
}

func loggingUnknownLevel(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	known, unknown, err := levelsSet(ctx, p)
	if err != nil {
		return err
	}
	if !served(known) {
		return levelUnset(known[0].Exchange)
	}
	for _, l := range unknown {
		invalidLevel(j, l.Exchange, "logging/setLevel", l.level)
	}
	return j.Err("")
}

// invalidLevel judges the answer to a request with a level that is none.
func invalidLevel(j *conformance.Judge, x *mcp.Exchange, method string, level any) {
	j.Saw(x)
	switch e := x.RPCError(); {
	case e == nil:
		j.Failf(x, "%s with the level %s was not refused with an error: %s", method, mcp.ValueOf(level), outcome(x))
	case e.Code != mcp.CodeInvalidParams:
		j.Faultf(answerTo(x), "/error/code", "%s with the level %s was refused with error %d, expected %d",
			method, mcp.ValueOf(level), e.Code, mcp.CodeInvalidParams)
	}
}

func loggingFailure(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	known, _, err := levelsSet(ctx, p)
	if err != nil {
		return err
	}
	for _, l := range known {
		e := l.RPCError()
		if e == nil || e.Code == mcp.CodeMethodNotFound || e.Code == mcp.CodeInvalidParams {
			continue // not a failure but a refusal: see the checks above
		}
		j.Saw(l.Exchange)
		if e.Code != mcp.CodeInternalError {
			j.Faultf(answerTo(l.Exchange), "/error/code", "the level %q could not be set, with error %d; expected %d", l.level, e.Code, mcp.CodeInternalError)
		}
	}
	return j.Err("no level failed to be set")
}

func loggingUnknownRequestLevel(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	with := func(level any) *mcp.Exchange {
		return s.Do(ctx, withMeta(mcp.Request{Method: "server/discover"}, mcp.MetaLogLevel, level))
	}
	if x := with("error"); !x.Result().Exists() {
		return conformance.Unprovenf("server/discover with the log level error got no result: %s", outcome(x))
	}
	for _, level := range []any{"verbose", 3} {
		invalidLevel(j, with(level), "server/discover", level)
	}
	return j.Err("")
}
