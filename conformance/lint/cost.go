package lint

import (
	"fmt"
	"unicode"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// What is much, in estimated tokens and in bytes.
const (
	maxToolTokens        = 1_000
	maxListTokens        = 10_000
	maxInstructionTokens = 1_000
	maxTools             = 40
	maxIconBytes         = 16 << 10
)

func costRules() []rule {
	return []rule{
		{conformance.Rule{
			ID: "lint/cost/tool", Title: "no tool costs more than about 1000 tokens", Group: "cost", Verdict: conformance.Warn,
			Why: "Name, description and input schema of every tool go to the model with every request, called or not. mcpctl estimates their tokens; see docs/lint.md for how.",
			Fix: "Shorten descriptions and schema; leave out $schema, titles and examples that say nothing new.",
		}, tools, costTool},
		{conformance.Rule{
			ID: "lint/cost/list", Title: "all tools together cost at most about 10000 tokens", Group: "cost", Verdict: conformance.Warn,
			Why: "That much of the model's attention is gone before the user has asked anything, and it is paid for each time.",
			Fix: "Join tools that differ by one parameter, split the server by task, or let users choose which tools are offered.",
		}, tools, costList},
		{conformance.Rule{
			ID: "lint/cost/count", Title: "there are at most 40 tools", Group: "cost", Verdict: conformance.Warn,
			Why: "Some clients take no more than 40 over all servers, and models choose worse among many.",
			Fix: "Join tools, split the server by task, or let users choose which tools are offered.",
		}, tools, costCount},
		{conformance.Rule{
			ID: "lint/cost/instructions", Title: "instructions cost at most about 1000 tokens", Group: "cost", Verdict: conformance.Warn,
			Why: "Clients put the instructions before every conversation.",
			Fix: "Keep what holds for all tools; what concerns one belongs into its description, a manual into a resource.",
		}, anything, costInstructions},
		{conformance.Rule{
			ID: "lint/cost/icon", Title: "icons within lists have at most 16 kB", Group: "cost", Verdict: conformance.Warn,
			Why: "An icon as data: is sent with the list, to every client, each time.",
			Fix: "Give the icon an https address, or make it smaller.",
		}, anything, costIcon},
	}
}

// Tokens estimates how many tokens a model takes text for. Models differ and
// their vocabularies are not here, so the estimate goes by kinds of characters: a
// run of letters counts one for each six begun, a run of digits one for each
// three, a run of other printing ASCII one for each two, and every other
// character one. White space belongs to the word after it.
func Tokens(text string) int {
	total, run := 0, 0
	var kind int
	for _, r := range text {
		k, size := tokenKind(r)
		switch {
		case k == 0:
			kind = 0
			continue
		case k != kind:
			run = 0
		}
		kind = k
		if run%size == 0 {
			total++
		}
		run++
	}
	return total
}

// tokenKind sorts characters: 0 for white space. size is how many of a kind make
// a token.
func tokenKind(r rune) (kind, size int) {
	switch {
	case unicode.IsSpace(r):
		return 0, 1
	case r < unicode.MaxASCII && unicode.IsLetter(r):
		return 1, 6
	case r < unicode.MaxASCII && unicode.IsDigit(r):
		return 2, 3
	case r < unicode.MaxASCII:
		return 3, 2
	}
	return 4, 1
}

// ToolTokens estimates what a tool costs a model in every request: its name,
// description and input schema.
func ToolTokens(t mcp.Value) int {
	return Tokens(t.Get("name").Text()) + Tokens(t.Get("description").Text()) + Tokens(string(t.Get("inputSchema").Raw()))
}

// ListTokens estimates what a list of tools costs.
func ListTokens(list []mcp.Value) int {
	total := 0
	for _, t := range list {
		total += ToolTokens(t)
	}
	return total
}

func costTool(r *review) {
	for _, t := range r.tools {
		if n := ToolTokens(t.Value); n > maxToolTokens {
			r.say(t.subject, "about %d tokens, %d of them for the schema", n, Tokens(string(t.Get("inputSchema").Raw())))
		}
	}
}

func costList(r *review) {
	n := ListTokens(r.Tools)
	r.note = fmt.Sprintf("about %d tokens for %d tools", n, len(r.Tools))
	if n > maxListTokens {
		r.say("server", "%s", r.note)
	}
}

func costCount(r *review) {
	if n := len(r.Tools); n > maxTools {
		r.say("server", "there are %d tools", n)
	}
}

func costInstructions(r *review) {
	if n := Tokens(r.Instructions); n > maxInstructionTokens {
		r.say("server", "the instructions are about %d tokens", n)
	}
}

func costIcon(r *review) {
	icons := func(e item) {
		for _, icon := range e.Get("icons").Items() {
			if n := len(icon.Get("src").Raw()); n > maxIconBytes {
				r.say(e.subject, "an icon of %d bytes", n)
			}
		}
	}
	for _, t := range r.tools {
		icons(t.item)
	}
	for _, list := range [][]item{r.prompts, r.resources, r.templates} {
		for _, e := range list {
			icons(e)
		}
	}
}
