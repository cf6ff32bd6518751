package checks

import (
	"context"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// elicitation is the suite about client/elicitation: what a server asks the
// user for, and what it does with the answers.
func elicitation() conformance.Suite {
	return conformance.Suite{ID: "elicitation", Title: "Elicitation", Checks: slices.Concat(
		elicitationRequests(), elicitationForms(), elicitationURLs(), elicitationErrors(), elicitationAnswers(),
	)}
}

// elicitationRequests are the checks of what both modes share.
func elicitationRequests() []conformance.Check {
	return []conformance.Check{{
		ID:    "elicitation/request/message",
		Title: "every elicitation has a message",
		Claims: claims{Handshake: ids{"elicitation.message-present"},
			Stateless: ids{"elicitation.params.message"}},
		Watch: elicitationMessage,
	}, {
		ID:    "elicitation/request/mode",
		Title: "the mode of an elicitation is form, url or left out",
		Claims: claims{Handshake: ids{"elicitation.form.mode-field"},
			Stateless: ids{"elicitation.params.message"}},
		Watch: elicitationMode,
	}, {
		ID:    "elicitation/capability/required",
		Title: "clients without the elicitation capability are not asked",
		Claims: claims{Handshake: ids{"elicitation.capability-required"},
			Stateless: ids{"elicitation.only-if-declared"}},
		Reach: conformance.Provoke,
		Run:   unaskedWithout(askElicit, "elicitation"),
		Fix:   "Before asking, look at the capabilities that the client declared.",
	}, {
		ID:    "elicitation/capability/modes",
		Title: "only modes that the client declared are used",
		Claims: claims{Handshake: ids{"elicitation.mode-supported"},
			Stateless: ids{"elicitation.mode.declared-only"}},
		Reach: conformance.Provoke,
		Run:   elicitationModes,
		Fix:   "Use URL mode only for clients that declare elicitation.url; an empty elicitation capability means form mode.",
	}}
}

// elicitsURL reports an elicitation in URL mode.
func elicitsURL(q question) bool {
	return q.method() == askElicit && q.params().Get("mode").Text() == "url"
}

// elicitsForm reports an elicitation in form mode, which is that of all whose
// mode is left out.
func elicitsForm(q question) bool {
	mode := q.params().Get("mode")
	return q.method() == askElicit && (!mode.Exists() || mode.Text() == "form")
}

func elicitationMessage(t *conformance.Traffic) error {
	return eachQuestion(t, askElicit, func(j *conformance.Judge, q question) {
		j.Met(q.in)
		if message := q.params().Get("message"); !message.Is(mcp.String) {
			q.fault(j, "/params/message", "an elicitation must have a message, a string, not %s", aKind(message))
		}
	})
}

func elicitationMode(t *conformance.Traffic) error {
	return eachQuestion(t, askElicit, func(j *conformance.Judge, q question) {
		j.Met(q.in)
		if !elicitsForm(q) && !elicitsURL(q) {
			q.fault(j, "/params/mode", "the mode of an elicitation is %.60s, expected form or url", q.params().Get("mode"))
		}
	})
}

// elicitationModes asks as clients that know one mode each.
func elicitationModes(ctx context.Context, p *conformance.Probe) error {
	form, url := map[string]any{"form": noCapabilities()}, map[string]any{"url": noCapabilities()}
	j, proven := p.Judge(), false
	for _, with := range []struct {
		modes map[string]any
		other func(question) bool
		wrong string
	}{
		{noCapabilities(), elicitsURL, "a client that declares elicitation without modes is asked in mode url"},
		{form, elicitsURL, "a client that declares elicitation.form alone is asked in mode url"},
		{url, elicitsForm, "a client that declares elicitation.url alone is asked in mode form"},
	} {
		if _, err := askers(ctx, p, askElicit, with.other); err != nil {
			continue // the server does not use the other mode at all
		}
		err := unaskedWith(ctx, p, map[string]any{"elicitation": with.modes}, askElicit, with.other, func(q question) string {
			if with.other(q) {
				return with.wrong
			}
			return ""
		})
		if err != nil {
			return err
		}
		proven = true
	}
	if !proven {
		return conformance.Unprovenf("%s", notAsked(p.Facts, askElicit))
	}
	return j.Err("")
}
