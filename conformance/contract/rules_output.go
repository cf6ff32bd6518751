package contract

// outputRules are about the structured results of a tool. The new schema may
// yield only what the old one promised.
func outputRules() []rule {
	keep := "Yield only what was promised, or list the tool with the new result under a new name, as NAME_v2."
	result := func(id, title, why, fix string) rule {
		if fix == "" {
			fix = keep
		}
		return rule{id, Result, Major, title, why, fix}
	}
	return []rule{
		result("output-schema-removed", "structured results are still promised", "Programs that read structuredContent get none, and nobody checks it any more.", "Go on yielding structuredContent by the schema."),
		{"output-schema-added", Meta, Minor, "no structured result is newly promised", "Clients may read it and check it; nobody relied on it.", ""},
		result("output-required-removed", "every member that was always there still is", "Programs read the member without asking whether it is there.", "Go on yielding the member always."),
		result("output-property-added", "results have no member that the schema forbade", "Clients that check results by the schema they know refuse the new member.", "Leave additionalProperties open before the release that adds members."),
		{"output-property-dropped", Unknown, Minor, "every optional member is still described",
			"It was never promised to be there, and whether anybody reads it cannot be told.", "Go on yielding it, or tell those who read it."},
		result("output-type-widened", "results are of the types that they were", "A result may be of a type that programs do not expect.", ""),
		result("output-enum-widened", "results have only the values that were listed", "A value may come that programs have no case for.", ""),
		result("output-range-widened", "numbers are in the range that they were", "A number may come that was out of range, or off the step.", ""),
		result("output-length-widened", "texts, lists and objects are as long as they were", "A value may be longer or shorter than was promised.", ""),
		result("output-pattern-changed", "texts match as they did", "A text may come that does not match what was promised.", ""),
		{"output-format-changed", Unknown, Minor, "texts have the format that they had",
			"A text may come that programs which read the old format cannot read.", "Go on yielding texts of the old format, or accept the change with an ignore rule."},
		result("output-additional-allowed", "results have no members beyond the declared", "Clients that check results by the schema they know refuse them.", ""),
		result("output-items-widened", "items of lists are what they were", "A list may have items that programs do not expect.", ""),
		result("output-union-widened", "results are one of the alternatives that were promised", "A result may be one that anyOf, oneOf, allOf, not or if did not allow.", ""),
		result("output-widened", "results are what was promised", "A result may come that the old schema does not allow.", ""),
		{"output-unproven", Unknown, Minor, "that results are what was promised can be proven",
			"The schemas differ where neither a proof nor a counter-example was found.", "Look at the difference; write the schema in plainer words, or accept it with an ignore rule."},
		{"output-narrowed", Meta, Patch, "no more is promised than before", "Every result is one that was promised before.", ""},
		{"output-described-otherwise", Routing, Patch, "results are described as they were", "A model reads results by these words.", ""},
		{"schema-rewritten", Meta, Patch, "schemas are written as they were", "They mean the same and are spelled otherwise.", ""},
		{"schema-unreadable", Unknown, Minor, "schemas can be compared", "One of them is no valid JSON Schema, or of a dialect that mcpctl does not know.", "mcpctl test says what is wrong with the schema."},
	}
}
