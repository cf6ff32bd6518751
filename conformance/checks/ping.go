package checks

import (
	"context"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// ping is the suite about basic/utilities/ping of the handshake revisions.
func ping() conformance.Suite {
	return conformance.Suite{ID: "ping", Title: "Ping", Checks: []conformance.Check{{
		ID:     "ping/result/empty",
		Title:  "ping is answered at once with an empty result",
		Claims: claims{Handshake: ids{"ping.empty-result", "ping.prompt"}},
		Reach:  conformance.Observe,
		Run:    pingEmptyResult,
		Fix:    "Answer ping with {} before any other work is looked at.",
	}, {
		ID:     "ping/initialization/served",
		Title:  "ping is served between the initialize result and the initialized notification",
		Claims: claims{Handshake: ids{"ping.before-initialized"}},
		Reach:  conformance.Provoke,
		Run:    pingBeforeInitialized,
		Fix:    "Let ping through the guard that holds back requests until notifications/initialized has come.",
	}, {
		ID:     "ping/server/not-excessive",
		Title:  "the server does not send bursts of pings",
		Claims: claims{Handshake: ids{"ping.server.not-excessive"}},
		Watch:  pingNotExcessive,
		Fix:    "Ping on an interval of many seconds, and only while a connection is idle.",
	}}}
}

func pingEmptyResult(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, err := p.Ask(ctx, "ping", nil)
	if err != nil {
		return err
	}
	j.Saw(x)
	if !x.Result().Is(mcp.Object) {
		j.Failf(x, "ping got no result object: %s", outcome(x))
		return j.Err("")
	}
	for _, m := range x.Result().Members() {
		if m.Name != "_meta" {
			j.Failf(x, "the result of ping has a member %q; only _meta may stand there", m.Name)
		}
	}
	return j.Err("")
}

func pingBeforeInitialized(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Bare(ctx)
	if err != nil {
		return err
	}
	if opening := s.Do(ctx, s.InitializeRequest()); !opening.Result().Is(mcp.Object) {
		return conformance.Unprovenf("initialize got no result: %s", outcome(opening))
	} else {
		s.Adopt(opening)
	}
	x := s.Call(ctx, "ping", nil)
	j.Saw(x)
	if !x.Result().Is(mcp.Object) {
		j.Failf(x, "ping before notifications/initialized got no result: %s", outcome(x))
	}
	return j.Err("")
}

// maxPings is how many pings in a second are still no burst: the specification
// names no number, and a tool may well ping once for each call.
const maxPings = 10

func pingNotExcessive(t *conformance.Traffic) error {
	j := t.Judge()
	sent := map[*mcp.Log][]time.Duration{}
	for m := range t.Requests("ping") {
		j.Met(m)
		sent[m.Connection.Log] = append(sent[m.Connection.Log], m.Frame.At)
		times := sent[m.Connection.Log]
		if n := len(times); n > maxPings && times[n-1]-times[n-1-maxPings] < time.Second {
			j.Faultf(m, "", "the server sent more than %d pings within a second", maxPings)
		}
	}
	return j.Err("the server sent no pings")
}
