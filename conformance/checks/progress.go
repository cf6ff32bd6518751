package checks

import (
	"context"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// progress is the suite about basic/utilities/progress of the handshake
// revisions and basic/patterns/progress of 2026-07-28.
func progress() conformance.Suite {
	return conformance.Suite{ID: "progress", Title: "Progress", Checks: []conformance.Check{{
		ID:     "progress/token/known",
		Title:  "progress names a token that the client gave",
		Claims: claims{Handshake: ids{"progress.token.only-active"}, Stateless: ids{"progress.token-known"}},
		Reach:  conformance.Provoke,
		Run:    progressKnown,
		Fix:    "Report progress with the progressToken of the request that is being served.",
	}, {
		ID:     "progress/token/unchanged",
		Title:  "the token comes back unchanged, a string as a string and an integer as an integer",
		Claims: claims{Handshake: ids{"progress.token.type-preserved"}, Stateless: ids{"progress.token-known"}},
		Reach:  conformance.Provoke,
		Run:    progressUnchanged,
		Fix:    "Keep progressToken as the JSON value that it came as.",
	}, {
		ID:     "progress/token/asked-for",
		Title:  "no progress is reported for requests without a token",
		Claims: claims{Handshake: ids{"progress.token.none-without-token"}, Stateless: ids{"progress.not-without-token"}},
		Watch:  progressAskedFor,
		// A token that the server makes up is wrong in either case.
		General: true, // see progress/token/known
		Fix:     "Report progress only if the request has a progressToken in _meta.",
	}, {
		ID:     "progress/value/numeric",
		Title:  "progress and total are numbers, and message is text",
		Claims: claims{Handshake: ids{"progress.value.numeric"}, Stateless: ids{"progress.numeric"}},
		Reach:  conformance.Provoke,
		Run:    progressNumeric,
	}, {
		ID:     "progress/value/increases",
		Title:  "progress grows with every notification",
		Claims: claims{Handshake: ids{"progress.value.increases"}, Stateless: ids{"progress.increasing"}},
		Reach:  conformance.Provoke,
		Run:    progressIncreases,
	}, {
		ID:     "progress/completion/stops",
		Title:  "no progress follows the response",
		Claims: claims{Handshake: ids{"progress.stops-after-completion"}, Stateless: ids{"progress.stops-at-completion"}},
		Reach:  conformance.Provoke,
		Run:    progressStops,
		Fix:    "Wait for pending notifications before the response is sent, and drop what comes later.",
	}, {
		ID:     "progress/stream/own",
		Title:  "progress flows on the stream of its own request",
		Claims: claims{Stateless: ids{"progress.on-request-stream"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    progressOwnStream,
	}, {
		ID:     "progress/rate/limited",
		Title:  "progress does not flood the client",
		Claims: claims{Handshake: ids{"progress.rate-limited"}, Stateless: ids{"progress.rate-limited"}},
		Reach:  conformance.Provoke,
		Run:    progressRate,
		Fix:    "Report a few times a second at most, whatever the work.",
	}, {
		ID:     "progress/request/token",
		Title:  "tokens in the server's own requests are strings or integers, and told apart",
		Claims: claims{Handshake: ids{"progress.sent-token.valid"}},
		Watch:  progressSentTokens,
	}}}
}

// noProgress is why the checks of progress often prove nothing.
const noProgress = "no progress was reported; allow a tool that does with --allow-tool GLOB"

func progressKnown(ctx context.Context, p *conformance.Probe) error {
	return eachReport(ctx, p, noProgress, func(j *conformance.Judge, r report) {
		j.Met(r.Seen)
		if r.of == nil && r.alike == nil {
			j.Faultf(r.Seen, "/params/progressToken", "progress names the token %.60s, which no request gave", r.token())
		}
	})
}

func progressUnchanged(ctx context.Context, p *conformance.Probe) error {
	return eachReport(ctx, p, noProgress, func(j *conformance.Judge, r report) {
		switch {
		case r.of != nil:
			j.Met(r.Seen)
		case r.alike != nil:
			j.Faultf(r.Seen, "/params/progressToken", "the token %.60s came back as %.60s", r.alike.token, r.token())
		}
	})
}

func progressNumeric(ctx context.Context, p *conformance.Probe) error {
	return eachReport(ctx, p, noProgress, func(j *conformance.Judge, r report) {
		j.Met(r.Seen)
		params := r.Params()
		if token := r.token(); !token.Is(mcp.String) && !token.Is(mcp.Number) {
			j.Faultf(r.Seen, "/params/progressToken", "progressToken must be a string or a number, not %s", aKind(token))
		}
		if v := params.Get("progress"); !v.Is(mcp.Number) {
			j.Faultf(r.Seen, "/params/progress", "progress must be a number, not %s", aKind(v))
		}
		if v := params.Get("total"); v.Exists() && !v.Is(mcp.Number) {
			j.Faultf(r.Seen, "/params/total", "total must be a number, not %s", aKind(v))
		}
		if v := params.Get("message"); p.Revision >= mcp.Rev20250326 && v.Exists() && !v.Is(mcp.String) {
			j.Faultf(r.Seen, "/params/message", "message must be a string, not %s", aKind(v))
		}
	})
}

func progressIncreases(ctx context.Context, p *conformance.Probe) error {
	last := map[*tokened]report{}
	return eachReport(ctx, p, "no request was reported on twice; allow a tool that reports progress with --allow-tool GLOB", func(j *conformance.Judge, r report) {
		now, ok := r.Params().Get("progress").Float()
		if r.of == nil || !ok {
			return // see progress/token/known and progress/value/numeric
		}
		before, again := last[r.of]
		last[r.of] = r
		// Across two streams the order is not the server's.
		if !again || before.Frame.Exchange != r.Frame.Exchange {
			return
		}
		j.Met(r.Seen)
		if was, _ := before.Params().Get("progress").Float(); now <= was {
			j.Faultf(r.Seen, "/params/progress", "progress of the token %.60s went from %v to %v", r.token(), was, now)
		}
	})
}

func progressStops(ctx context.Context, p *conformance.Probe) error {
	return eachReport(ctx, p, noProgress, func(j *conformance.Judge, r report) {
		if r.of == nil || r.of.task {
			return // a task goes on after its first response
		}
		j.Met(r.Seen)
		if r.late {
			j.Faultf(r.Seen, "", "progress of the token %.60s came after the response to %s", r.token(), r.of.sent.Method())
		}
	})
}

func progressOwnStream(ctx context.Context, p *conformance.Probe) error {
	return eachReport(ctx, p, noProgress, func(j *conformance.Judge, r report) {
		if r.of == nil {
			return
		}
		j.Met(r.Seen)
		if r.Frame.Exchange != r.of.sent.Frame.Exchange {
			j.Faultf(r.Seen, "/params/progressToken", "progress of the token %.60s came on the stream of another request", r.token())
		}
	})
}

// progressFlood is how many notifications a second are too many in any view.
const progressFlood = 100

func progressRate(ctx context.Context, p *conformance.Probe) error {
	within := map[*tokened][]time.Duration{}
	flooded := map[*tokened]bool{}
	return eachReport(ctx, p, noProgress, func(j *conformance.Judge, r report) {
		if r.of == nil {
			return
		}
		j.Met(r.Seen)
		times := within[r.of]
		times = append(times, r.Frame.At)
		for r.Frame.At-times[0] > time.Second {
			times = times[1:]
		}
		within[r.of] = times
		if len(times) > progressFlood && !flooded[r.of] {
			flooded[r.of] = true
			j.Faultf(r.Seen, "", "more than %d progress notifications came within a second for the token %.60s", progressFlood, r.token())
		}
	})
}
