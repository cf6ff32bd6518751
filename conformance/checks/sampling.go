package checks

import (
	"context"
	"fmt"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// sampling is the suite about client/sampling: what a server asks the client's
// model for, and what it does with the answers.
func sampling() conformance.Suite {
	return conformance.Suite{ID: "sampling", Title: "Sampling", Checks: slices.Concat(
		samplingRequests(), samplingCapabilities(), samplingToolUse(), samplingAnswers(),
	)}
}

// samplingRequests are the checks of what stands in a request.
func samplingRequests() []conformance.Check {
	return []conformance.Check{{
		ID:    "sampling/request/required",
		Title: "sampling requests have messages and maxTokens",
		Claims: claims{Handshake: ids{"sampling.request-shape"},
			Stateless: ids{"sampling.params.required"}},
		Watch: samplingRequired,
	}, {
		ID:     "sampling/request/optional",
		Title:  "the other members of a sampling request have their types",
		Claims: claims{Handshake: ids{"sampling.request-shape"}},
		Watch:  samplingOptional,
	}, {
		ID:    "sampling/messages/roles",
		Title: "every message has the role user or assistant, and content",
		Claims: claims{Handshake: ids{"sampling.request-shape"},
			Stateless: ids{"sampling.messages.role"}},
		Watch: samplingRoles,
	}, {
		ID:    "sampling/messages/content",
		Title: "the content of messages is of the types that the revision has",
		Claims: claims{Handshake: ids{"sampling.content-types"},
			Stateless: ids{"sampling.messages.role"}},
		Watch: samplingContent,
	}, {
		ID:    "sampling/preferences/range",
		Title: "cost, speed and intelligence priorities lie between 0 and 1",
		Claims: claims{Handshake: ids{"sampling.priorities-range"},
			Stateless: ids{"sampling.preferences.range"}},
		Watch: samplingPreferences,
	}, {
		ID:    "sampling/context/avoided",
		Title: "includeContext does without thisServer and allServers",
		Claims: claims{Handshake: ids{"sampling.include-context-avoided"},
			Stateless: ids{"sampling.include-context.avoided"}},
		Watch: samplingContext,
		Fix:   "Leave includeContext out, and put what the model needs into the messages.",
	}, {
		ID:     "sampling/tools/choice",
		Title:  "toolChoice.mode is auto, required or none",
		Claims: claims{Handshake: ids{"sampling.tool-choice-enum"}},
		Watch:  samplingToolChoice,
	}}
}

// samplingCapabilities are the checks of what must be declared for it.
func samplingCapabilities() []conformance.Check {
	return []conformance.Check{{
		ID:    "sampling/capability/required",
		Title: "clients without the sampling capability are not asked",
		Claims: claims{Handshake: ids{"sampling.capability-required", "sampling.capability-respected"},
			Stateless: ids{"sampling.only-if-declared"}},
		Reach: conformance.Provoke,
		Run:   unaskedWithout(askSample, "sampling"),
		Fix:   "Before asking, look at the capabilities that the client declared.",
	}, {
		ID:    "sampling/capability/tools",
		Title: "tools are offered only to clients that declare sampling.tools",
		Claims: claims{Handshake: ids{"sampling.tools-capability-required"},
			Stateless: ids{"sampling.tools-only-if-declared"}},
		Reach: conformance.Provoke,
		Run: samplingPlain(func(q question) string {
			if q.params().Has("tools") || q.params().Has("toolChoice") {
				return "a client that does not declare sampling.tools is sent tools or toolChoice"
			}
			return ""
		}),
	}, {
		ID:    "sampling/capability/context",
		Title: "context is asked for only of clients that declare sampling.context",
		Claims: claims{Handshake: ids{"sampling.include-context-gated"},
			Stateless: ids{"sampling.include-context.needs-capability"}},
		Reach: conformance.Provoke,
		Run: samplingPlain(func(q question) string {
			if asksContext(q) {
				return "a client that does not declare sampling.context is asked to include context"
			}
			return ""
		}),
	}}
}

func samplingRequired(t *conformance.Traffic) error {
	return eachQuestion(t, askSample, func(j *conformance.Judge, q question) {
		j.Met(q.in)
		if messages := q.params().Get("messages"); !messages.Is(mcp.Array) {
			q.fault(j, "/params/messages", "messages must be an array, not %s", aKind(messages))
		}
		if most := q.params().Get("maxTokens"); !most.Is(mcp.Number) {
			q.fault(j, "/params/maxTokens", "maxTokens must be a number, not %s", aKind(most))
		}
	})
}

func samplingOptional(t *conformance.Traffic) error {
	kinds := []struct {
		member string
		kind   mcp.Kind
	}{{"systemPrompt", mcp.String}, {"temperature", mcp.Number}, {"stopSequences", mcp.Array}, {"metadata", mcp.Object}, {"modelPreferences", mcp.Object}}
	return eachQuestion(t, askSample, func(j *conformance.Judge, q question) {
		j.Met(q.in)
		params := q.params()
		for _, k := range kinds {
			if v := params.Get(k.member); v.Exists() && !v.Is(k.kind) {
				q.fault(j, "/params/"+k.member, "%s must be %s, not %s", k.member, theKind(k.kind), aKind(v))
			}
		}
		if stops := params.Get("stopSequences"); stops.Is(mcp.Array) && !stringsOnly(stops) {
			q.fault(j, "/params/stopSequences", "stopSequences must hold strings only, not %.60s", stops)
		}
		if context := params.Get("includeContext"); context.Exists() && !slices.Contains([]string{"none", "thisServer", "allServers"}, context.Text()) {
			q.fault(j, "/params/includeContext", "includeContext must be none, thisServer or allServers, not %.60s", context)
		}
		q.faults(j, under("/params/modelPreferences/hints", hintFaults(params.Get("modelPreferences", "hints"))))
	})
}

// hintFaults are the faults of hints for a model.
func hintFaults(hints mcp.Value) []fault {
	if hints.Exists() && !hints.Is(mcp.Array) {
		return []fault{{"", "hints must be an array, not " + aKind(hints)}}
	}
	var all []fault
	for i, hint := range hints.Items() {
		at := fmt.Sprintf("/%d", i)
		if !hint.Is(mcp.Object) {
			all = append(all, fault{at, "a hint must be an object, not " + aKind(hint)})
			continue
		}
		all = append(all, under(at, wantStrings(hint, nil, []string{"name"}))...)
	}
	return all
}

func samplingPreferences(t *conformance.Traffic) error {
	return eachQuestion(t, askSample, func(j *conformance.Judge, q question) {
		for _, name := range []string{"costPriority", "speedPriority", "intelligencePriority"} {
			priority := q.params().Get("modelPreferences", name)
			if !priority.Exists() {
				continue
			}
			j.Met(q.in)
			if n, ok := priority.Float(); !ok || n < 0 || n > 1 {
				q.fault(j, "/params/modelPreferences/"+name, "%s must be a number from 0 to 1, not %.40s", name, priority)
			}
		}
	})
}

// asksContext reports a request for the context of servers.
func asksContext(q question) bool {
	context := q.params().Get("includeContext").Text()
	return context == "thisServer" || context == "allServers"
}

func samplingContext(t *conformance.Traffic) error {
	return eachQuestion(t, askSample, func(j *conformance.Judge, q question) {
		j.Met(q.in)
		if asksContext(q) {
			q.fault(j, "/params/includeContext", "includeContext is %s", q.params().Get("includeContext"))
		}
	})
}

func samplingToolChoice(t *conformance.Traffic) error {
	return eachQuestion(t, askSample, func(j *conformance.Judge, q question) {
		choice := q.params().Get("toolChoice")
		if !choice.Exists() {
			return
		}
		j.Met(q.in)
		mode := choice.Get("mode")
		if !choice.Is(mcp.Object) || mode.Exists() && !slices.Contains([]string{"auto", "required", "none"}, mode.Text()) {
			q.fault(j, "/params/toolChoice", "the mode of toolChoice must be auto, required or none: %.60s", choice)
		}
	})
}

// samplingPlain judges what a client is asked that declares sampling and
// nothing of what can come with it.
func samplingPlain(wrong func(question) string) func(context.Context, *conformance.Probe) error {
	return func(ctx context.Context, p *conformance.Probe) error {
		err := unaskedWith(ctx, p, map[string]any{"sampling": noCapabilities()}, askSample, anyQuestion, func(q question) string {
			if q.method() != askSample {
				return ""
			}
			return wrong(q)
		})
		if err != nil {
			return err
		}
		return p.Judge().Err("")
	}
}
