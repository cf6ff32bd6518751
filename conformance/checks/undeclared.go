package checks

import (
	"context"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// noCapabilities are the capabilities of a client that has none.
func noCapabilities() map[string]any { return map[string]any{} }

// unaskedWith makes the server ask again, for a client with the capabilities
// given, and judges every question by what is wrong with it, "" for nothing.
// method is what the server must have asked a client with all capabilities for,
// or there is nothing to prove.
func unaskedWith(ctx context.Context, p *conformance.Probe, capabilities map[string]any, method string, choose func(question) bool, wrong func(question) string) error {
	if _, err := askers(ctx, p, method, choose); err != nil {
		return err
	}
	again, err := talksWith(ctx, p, capabilities)
	if err != nil {
		return err
	}
	j := p.Judge()
	for _, t := range again {
		j.Saw(t.last())
		for _, q := range t.asked {
			if why := wrong(q); why != "" {
				q.fault(j, "", "during %s: %s", t.named(), why)
			}
		}
	}
	return nil
}

// unaskedWithout holds that a client without any capability is not asked for
// the method.
func unaskedWithout(method, capability string) func(context.Context, *conformance.Probe) error {
	return func(ctx context.Context, p *conformance.Probe) error {
		err := unaskedWith(ctx, p, noCapabilities(), method, anyQuestion, func(q question) string {
			if q.method() != method {
				return ""
			}
			return "a client that does not declare " + capability + " is asked for " + method
		})
		if err != nil {
			return err
		}
		return p.Judge().Err("")
	}
}

// variant is one way for a client to answer.
type variant struct {
	name  string
	reply reply
	// slow says that the call may rightly take longer than is waited for,
	// surveyed that the survey of the handshake era has answered so.
	slow, surveyed bool
}

// endures makes the server ask for the method and answers in every variant,
// each on a session of its own: the call must come to an end each time, and
// the session must stay usable.
func endures(ctx context.Context, p *conformance.Probe, method string, variants ...variant) error {
	talks, err := askers(ctx, p, method, anyQuestion)
	if err != nil {
		return err
	}
	j := p.Judge()
	for _, v := range variants {
		for _, asker := range talks {
			// What ends a server over HTTP leaves nothing to try again.
			if v.surveyed && asker.lost() {
				j.Failf(asker.last(), "after %s %s got no answer: %s", v.name, asker.named(), outcome(asker.last()))
			}
		}
		if j.Bad() {
			return j.Err("")
		}
		h, err := newHost(ctx, p, nil, v.reply)
		if err != nil {
			return err
		}
		for _, asker := range talks {
			if asker.opening {
				h.awaitOpening(ctx, method)
			}
			t := h.talk(ctx, asker.request, v.reply)
			if len(t.asks(method)) == 0 {
				continue
			}
			x := t.last()
			j.Saw(x)
			if x.Reply() == nil && h.Log().Ended() == nil && (v.slow || slowByItself(ctx, p, t.request)) {
				continue
			}
			if x.Reply() == nil {
				j.Failf(x, "after %s %s got no answer: %s", v.name, t.named(), outcome(x))
				break
			}
			if c, err := p.Control(ctx, h.Session); err != nil {
				j.Failf(c, "after %s during %s the session is of no more use: %v", v.name, t.named(), err)
				break
			}
		}
	}
	return j.Err("the server did not ask for " + method + " again")
}

// stillServes holds that a session can be used after bad input.
func stillServes(ctx context.Context, p *conformance.Probe, s *mcp.Session, after string) {
	if x, err := p.Control(ctx, s); err != nil {
		p.Judge().Failf(x, "after %s the server no longer serves: %v", after, err)
	}
}
