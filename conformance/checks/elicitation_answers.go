package checks

import (
	"context"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

// maxBadAnswers bounds how many bad answers one form gets.
const maxBadAnswers = 4

// elicitationAnswers are the checks of client/elicitation#response-actions and
// of what becomes of the answers.
func elicitationAnswers() []conformance.Check {
	return []conformance.Check{{
		ID:    "elicitation/answer/actions",
		Title: "accepted, declined and cancelled elicitations all come to an end",
		Claims: claims{Handshake: ids{"elicitation.actions-handled"},
			Stateless: ids{"elicitation.decline-cancel-handled"}},
		Reach: conformance.Provoke,
		Run:   elicitationActions,
		Fix:   "Look at action before content: only accept has content.",
	}, {
		ID:    "elicitation/answer/validated",
		Title: "content that does not fit requestedSchema is not accepted",
		Claims: claims{Handshake: ids{"elicitation.response-validated"},
			Stateless: ids{"elicitation.response-validated"}},
		Reach: conformance.Provoke,
		Run:   elicitationValidated,
		Fix:   "Check content against the schema that was sent, and ask again or fail when it does not fit.",
	}}
}

func elicitationActions(ctx context.Context, p *conformance.Probe) error {
	return endures(ctx, p, askElicit,
		variant{name: "a declined elicitation", reply: acting("decline"), surveyed: true},
		variant{name: "a cancelled elicitation", reply: acting("cancel")},
		variant{name: "an accepted elicitation", reply: accepting, slow: true},
	)
}

func elicitationValidated(ctx context.Context, p *conformance.Probe) error {
	talks, err := askers(ctx, p, askElicit, elicitsForm)
	if err != nil {
		return err
	}
	h, err := newHost(ctx, p, nil, declining)
	if err != nil {
		return err
	}
	j := p.Judge()
	for _, t := range talks {
		good := h.talk(ctx, t.request, accepting)
		if len(good.asks(askElicit)) == 0 || !succeeded(good.last()) {
			if h, err = h.orAnother(ctx, p); err != nil {
				return err
			}
			continue // nothing shows that proper content makes a difference
		}
		declined := h.talk(ctx, t.request, acting("decline")).last().Result()
		if h, err = h.orAnother(ctx, p); err != nil {
			return err
		}
		for _, bad := range badContents(t.asks(askElicit)) {
			again := h.talk(ctx, t.request, fillOnce(bad.content))
			x := again.last()
			j.Saw(x)
			// Who asks once more, or acts as if nothing was given, has noticed.
			if len(again.asks(askElicit)) == 1 && succeeded(x) && !mcp.Equal(x.Result(), declined) {
				j.Failf(x, "%s succeeded with content that does not fit the form: %s", t.named(), bad.what)
			}
			if h.Log().Ended() != nil {
				j.Failf(x, "the server ended the session on content that does not fit the form: %s", bad.what)
				return j.Err("")
			}
		}
	}
	return j.Err("no form was found that can be filled in well and badly")
}

// badContent is what fills a form in badly, and how.
type badContent struct {
	content map[string]any
	what    string
}

// badContents fill the first form among questions in badly.
func badContents(all []question) []badContent {
	for _, q := range all {
		if !elicitsForm(q) {
			continue
		}
		bad, err := schema.Breaking(q.params().Get("requestedSchema").Raw())
		if err != nil {
			return nil
		}
		var contents []badContent
		for _, b := range bad[:min(maxBadAnswers, len(bad))] {
			answer := map[string]any{"action": "accept", "content": b.Value}
			contents = append(contents, badContent{answer, cutText(b.Pointer + " " + b.Message)})
		}
		return contents
	}
	return nil
}

// fillOnce answers the first form badly and declines every other question.
func fillOnce(content map[string]any) reply {
	answered := false
	return func(q question) (any, *mcp.RPCError) {
		if !answered && elicitsForm(q) {
			answered = true
			return content, nil
		}
		return declining(q)
	}
}
