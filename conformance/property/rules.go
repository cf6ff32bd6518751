package property

import "github.com/mcpctl/mcpctl/conformance"

// The rules' ids.
const (
	listContent   = "property/list/content"
	listOrder     = "property/list/order"
	listPages     = "property/list/pages"
	listCursor    = "property/list/cursor"
	schemaDefault = "property/schema/default"
	schemaExample = "property/schema/examples"
	toolAlive     = "property/tool/alive"
	toolAnswers   = "property/tool/answers"
	toolID        = "property/tool/id"
	toolNext      = "property/tool/next"
	toolRefuses   = "property/tool/refuses"
	toolExtra     = "property/tool/refuses-extra"
	toolErrorKind = "property/tool/error-kind"
	toolAccepts   = "property/tool/accepts"
	toolOpenly    = "property/tool/fails-openly"
	toolResult    = "property/tool/result"
	toolReadOnly  = "property/tool/read-only"
	toolRepeats   = "property/tool/idempotent"
	toolTrace     = "property/tool/stack-trace"
	toolPath      = "property/tool/path"
)

// The groups: passive rules call no tool.
const (
	passive = "passive"
	active  = "calls"
)

// Rules are the rules of this suite, in the order of reports.
func Rules() []conformance.Rule {
	rule := func(id, group string, verdict conformance.Verdict, title, why, fix string) conformance.Rule {
		return conformance.Rule{ID: id, Title: title, Group: group, Verdict: verdict, Why: why, Fix: fix}
	}
	return []conformance.Rule{
		rule(listContent, passive, conformance.Warn, "a list says the same when it is asked for twice",
			"Clients keep lists until they are told of a change; entries that come and go in silence are called in vain.",
			"Give all entries every time, and send list_changed when they change."),
		rule(listOrder, passive, conformance.Warn, "a list comes in the same order every time",
			"The tool list stands at the head of a model's prompt: another order breaks its cache and may change what it chooses.",
			"Keep the entries in a list, or sort them by name: maps are walked in random order."),
		rule(listPages, passive, conformance.Fail, "the pages of a list end and hold each entry once",
			"A client that follows nextCursor would turn pages for ever, or offer the same entry twice.",
			"Let each page begin where the one before ended, and leave nextCursor out of the last."),
		rule(listCursor, passive, conformance.Warn, "a cursor leads to the same page twice",
			"A client that asks again after a broken connection would skip or repeat entries.",
			"Let a cursor say where its page begins, instead of counting requests."),
		rule(schemaDefault, passive, conformance.Warn, "defaults fit the schema that they stand in",
			"Forms and models fill in the default and are refused for it.",
			"Correct the default or the schema around it."),
		rule(schemaExample, passive, conformance.Warn, "examples fit the schema that they stand in",
			"A model imitates the example and is refused for it.",
			"Correct the example or the schema around it."),
		rule(toolAlive, active, conformance.Fail, "no call ends the server",
			"One odd argument would end the session of everybody who uses the server.",
			"Catch what goes wrong while a tool runs, and answer with a result that has isError."),
		rule(toolAnswers, active, conformance.Fail, "every call is answered in time",
			"A client waits, and a model with it, until a time limit ends the turn.",
			"Bound what a tool does by time. A tool that properly takes longer needs a longer --timeout here."),
		rule(toolID, active, conformance.Fail, "the answer carries the id of the call",
			"The answer cannot be matched with its request and is lost.",
			"Copy the id of the request into the response, with its type."),
		rule(toolNext, active, conformance.Fail, "an ordinary request works after an invalid call",
			"One mistake of a model would spoil the session for all that follows.",
			"Leave the session as it was when a call is refused."),
		rule(toolRefuses, active, conformance.Fail, "arguments that the inputSchema refuses are refused",
			"A model's mistake passes for success, and the tool works on something that nobody meant.",
			"Validate the arguments against the inputSchema and answer with isError or -32602."),
		rule(toolExtra, active, conformance.Warn, "members that the inputSchema does not admit are refused",
			"A misspelt optional argument is dropped in silence.",
			"Refuse unknown members, or take additionalProperties: false out of the schema."),
		rule(toolErrorKind, active, conformance.Fail, "invalid arguments are answered with isError or -32602",
			"A model learns from an error about its arguments; an internal error tells it that the server is broken.",
			"Tell failures of validation from failures of the server: isError in the result, or -32602."),
		rule(toolAccepts, active, conformance.Warn, "arguments that the inputSchema admits are not refused as invalid",
			"A model can only keep to the schema that it is shown.",
			"Say in the inputSchema what the tool does not take: bounds, patterns, formats, required members."),
		rule(toolOpenly, active, conformance.Warn, "a tool that fails says isError",
			"Clients show and retry failures by isError; other failures pass for results, or for a broken server.",
			"Answer a failed call with a result that has isError: true and says what to do."),
		rule(toolResult, active, conformance.Fail, "results conform to the outputSchema",
			"Programs read structuredContent by the schema and break on what it does not promise.",
			"Return structuredContent that the outputSchema admits, or widen the schema."),
		rule(toolReadOnly, active, conformance.Fail, "a tool that says readOnlyHint changes nothing that can be seen",
			"Clients run such tools without asking the user.",
			"Take readOnlyHint off, or the side effect out."),
		rule(toolRepeats, active, conformance.Warn, "a tool that says idempotentHint gives the same structured result twice",
			"Clients repeat such calls when in doubt.",
			"Take idempotentHint off, or let a repeated call change nothing."),
		rule(toolTrace, active, conformance.Fail, "no error shows a stack trace",
			"It tells strangers how the server is built, and a model nothing that it can act on.",
			"Write the trace to the server's log, and one sentence into the error."),
		rule(toolPath, active, conformance.Warn, "no error shows a path of the server's machine",
			"It tells strangers about users and folders of the machine, and goes into the model's context.",
			"Name files as the user does, relative to what they may see."),
	}
}

// ruleOf finds a rule by its id.
func ruleOf(id string) conformance.Rule {
	for _, r := range Rules() {
		if r.ID == id {
			return r
		}
	}
	return conformance.Rule{ID: id, Verdict: conformance.Fail}
}
