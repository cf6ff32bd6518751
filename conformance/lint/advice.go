package lint

import (
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

func adviceRules() []rule {
	return []rule{
		{conformance.Rule{
			ID: "lint/server/version", Title: "the server says which version it is", Group: "server", Verdict: conformance.Warn,
			Why: "Without a version nobody can say which release a report, a log or a contract is about.",
			Fix: "Set version in serverInfo, from the build.",
		}, anything, serverVersion},
		{conformance.Rule{
			ID: "lint/server/instructions", Title: "the server introduces itself to the model", Group: Advice, Verdict: conformance.Warn,
			Why: "Instructions are the one place for what holds across tools: in which order they go together, and what the server is not for.",
			Fix: "Add a few sentences of instructions.",
		}, anything, serverInstructions},
		{conformance.Rule{
			ID: "lint/tool/title", Title: "every tool has a title", Group: Advice, Verdict: conformance.Warn,
			Why: "People who are asked to approve a call are shown the title, or the bare name.",
			Fix: "Set title, as in \"Search files\".",
		}, tools, toolTitle},
		{conformance.Rule{
			ID: "lint/tool/output-schema", Title: "every tool has an output schema", Group: Advice, Verdict: conformance.Warn,
			Why: "With it clients can check and pass on structured results, and code can be written against them.",
			Fix: "Declare outputSchema and answer with structuredContent.",
		}, tools, toolOutputSchema},
		{conformance.Rule{
			ID: "lint/schema/closed", Title: "input schemas take no parameters that they do not name", Group: Advice, Verdict: conformance.Warn,
			Why: "With additionalProperties: false a misspelt parameter is an error that the model can correct. Without it, it is silently left out.",
			Fix: "Add \"additionalProperties\": false, and refuse others in the server.",
		}, tools, schemaClosed},
		{conformance.Rule{
			ID: "lint/prompt/title", Title: "every prompt has a title", Group: Advice, Verdict: conformance.Warn,
			Why: "Menus show the title, or the bare name.",
			Fix: "Set title, as in \"Review a change\".",
		}, prompts, promptTitle},
	}
}

func serverVersion(r *review) {
	if r.Name != "" && strings.TrimSpace(r.Version) == "" {
		r.say("server", "the version is empty")
	}
}

func serverInstructions(r *review) {
	if strings.TrimSpace(r.Instructions) == "" {
		r.say("server", "there are no instructions")
	}
}

func toolTitle(r *review) {
	for _, t := range r.tools {
		if title(t.item) == "" {
			r.say(t.subject, "there is no title")
		}
	}
}

func toolOutputSchema(r *review) {
	for _, t := range r.tools {
		if !t.Get("outputSchema").Exists() {
			r.say(t.subject, "there is no outputSchema")
		}
	}
}

func schemaClosed(r *review) {
	for _, t := range r.tools {
		if extra := t.Get("inputSchema", "additionalProperties"); !extra.Is(mcp.Bool) || extra.True() {
			r.say(t.subject, "inputSchema takes any other parameter")
		}
	}
}

func promptTitle(r *review) {
	for _, p := range r.prompts {
		if p.Get("title").Text() == "" {
			r.say(p.subject, "there is no title")
		}
	}
}
