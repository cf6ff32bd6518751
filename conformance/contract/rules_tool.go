package contract

// toolRules are about tools, but for their schemas.
func toolRules() []rule {
	return []rule{
		{"tool-removed", Call, Major, "every tool is still there",
			"Whoever calls it, from a prompt, a script or an agent's memory, is answered with an error.", "Keep the tool, mark it as deprecated with a date, and remove it after that."},
		{"tool-renamed", Call, Major, "every tool has its name",
			"A tool that takes the same arguments stands there under another name; calls of the old one are refused.", "List the tool under both names for a while and mark the old one as deprecated."},
		{"tool-retired", Meta, Major, "no deprecated tool has left",
			"It was marked as deprecated and its time is over, so its users were told.", ""},
		{"tool-added", Routing, Minor, "no tool is new",
			"A model has one more to choose from, which changes what it chooses for requests that others served.", "See that its description does not compete with those of the other tools."},
		{"tool-version-added", Routing, Minor, "no new version of a tool stands beside it",
			"The old one goes on working; models may choose either.", "Mark the old one as deprecated, with a date."},
		{"task-support-narrowed", Call, Major, "a tool can be called with and without a task as before",
			"A client that calls it the other way is refused.", "Go on supporting both ways: optional."},
		{"task-support-widened", Meta, Minor, "a tool can be called as a task in no new way", "Old calls work as before.", ""},
		{"read-only-changed", Routing, Minor, "readOnlyHint says what it said",
			"Clients ask for consent, or do not, by this hint.", "Check that the hint is true; users have to be told when a tool begins to write."},
		{"destructive-changed", Routing, Minor, "destructiveHint says what it said",
			"Clients warn by this hint.", "Check that the hint is true."},
		{"idempotent-changed", Routing, Minor, "idempotentHint says what it said",
			"Clients repeat calls that failed, or do not, by this hint.", "Check that the hint is true."},
		{"open-world-changed", Routing, Minor, "openWorldHint says what it said",
			"Clients trust results more or less by this hint.", "Check that the hint is true."},
		{"annotations-changed", Meta, Patch, "annotations without effect are the same",
			"A hint that says what its absence said, or one that clients do not know.", ""},
	}
}
