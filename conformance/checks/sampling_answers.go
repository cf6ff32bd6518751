package checks

import (
	"context"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// samplingPatience is how long a server may take to end its loop of tools.
const samplingPatience = 30 * time.Second

// samplingAnswers are the checks of what a server does with refusals and bad
// answers. In the stateless era nothing is refused: the client stays away.
func samplingAnswers() []conformance.Check {
	return []conformance.Check{{
		ID:     "sampling/answer/refused",
		Title:  "a call comes to an end when the user refuses sampling",
		Claims: claims{Handshake: ids{"sampling.rejection-handled"}},
		Reach:  conformance.Provoke,
		Run:    samplingRefused,
	}, {
		ID:     "sampling/answer/validated",
		Title:  "an answer that is no message is not accepted",
		Claims: claims{Handshake: ids{"sampling.validates-response"}},
		Reach:  conformance.Provoke,
		Run:    samplingValidated,
	}}
}

func samplingRefused(ctx context.Context, p *conformance.Probe) error {
	return endures(ctx, p, askSample, variant{name: "a refused sampling request", reply: declining, surveyed: true})
}

func samplingValidated(ctx context.Context, p *conformance.Probe) error {
	talks, err := askers(ctx, p, askSample, anyQuestion)
	if err != nil {
		return err
	}
	h, err := newHost(ctx, p, nil, accepting)
	if err != nil {
		return err
	}
	j := p.Judge()
	for _, t := range talks {
		good := h.talk(ctx, t.request, accepting)
		if h, err = h.orAnother(ctx, p); err != nil {
			return err
		}
		if len(good.asks(askSample)) == 0 || !succeeded(good.last()) {
			continue // nothing shows that a proper answer makes a difference
		}
		for _, bad := range []struct {
			what   string
			answer any
		}{
			{"no members", map[string]any{}},
			{"content that is a number", sampled(7)},
			{"a text block without text", sampled(map[string]any{"type": "text"})},
			{"a content block of no type", sampled(map[string]any{"text": "mcpctl"})},
		} {
			again := h.talk(ctx, t.request, onlyFirst(instead(askSample, bad.answer)))
			x := again.last()
			j.Saw(x)
			if len(again.asks(askSample)) == 1 && succeeded(x) {
				j.Failf(x, "%s succeeded with an answer to its sampling request that has %s", t.named(), bad.what)
			}
			if h.Log().Ended() != nil {
				j.Failf(x, "the server ended the session on an answer to its sampling request that has %s", bad.what)
				return j.Err("")
			}
		}
	}
	return j.Err("no call that samples succeeds with a proper answer")
}

// onlyFirst answers the first question as told and declines every other.
func onlyFirst(answer reply) reply {
	asked := false
	return func(q question) (any, *mcp.RPCError) {
		if asked {
			return declining(q)
		}
		asked = true
		return answer(q)
	}
}
