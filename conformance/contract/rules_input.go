package contract

// inputRules are about the arguments that a tool takes. The new schema has to
// accept all that the old one accepted.
func inputRules() []rule {
	widen := "Accept what was accepted: loosen the new schema, or list the stricter tool under a new name, as NAME_v2."
	call := func(id, title, why, fix string) rule {
		if fix == "" {
			fix = widen
		}
		return rule{id, Call, Major, title, why, fix}
	}
	return []rule{
		call("input-required-added", "no argument has become required", "Calls without it worked and are refused.", "Make the argument optional and give it a default."),
		call("input-argument-removed", "every argument is still taken", "Calls with it worked and are refused, as the schema allows no other members.", "Go on taking the argument, and ignore it if it has no use any more."),
		call("input-argument-ignored", "every argument is still read",
			"The schema takes any member, so calls with the argument succeed, and what the caller meant by it is lost in silence. A renamed argument looks like that.",
			"Read the argument under both names, or forbid others by additionalProperties: false, so that callers are told."),
		{"input-argument-retired", Meta, Major, "no deprecated argument has left", "It was marked as deprecated, so its users were told.", ""},
		{"input-argument-added", Meta, Minor, "no optional argument is new", "Calls without it work as before. What undeclared member a caller may have sent under that name is his own doing.", ""},
		call("input-type-narrowed", "every type is still taken", "Values of a type that worked are refused.", ""),
		call("input-enum-narrowed", "every listed value is still taken", "A value that callers have chosen from the list is refused.", "Go on taking the value, as another word for a new one."),
		call("input-range-narrowed", "every number is still taken", "Numbers that worked are out of range, or off the step.", ""),
		call("input-length-narrowed", "texts, lists and objects may be as long and as short as before", "Values of a length that worked are refused.", ""),
		call("input-pattern-changed", "every text still matches", "A text that matched does not any more.", ""),
		{"input-format-changed", Unknown, Minor, "texts have the format that they had",
			"A validator may check the format or not; where it does, texts that were taken can be refused.", "Look whether callers send texts without the format; then accept the change with an ignore rule, or take the format back."},
		call("input-additional-forbidden", "members that are not declared are taken as before", "Calls with a member that the schema does not name worked and are refused.", ""),
		call("input-items-narrowed", "every item of a list is still taken", "A list that worked has items that are refused.", ""),
		call("input-union-narrowed", "every alternative is still taken", "A value that one branch of anyOf, oneOf, allOf, not or if took is refused by all.", ""),
		call("input-dependency-added", "no argument asks for another that it did not", "Calls with the one and without the other worked and are refused.", ""),
		call("input-narrowed", "every call is still taken", "A call that worked is refused.", ""),
		{"input-unproven", Unknown, Minor, "that every call is still taken can be proven",
			"The schemas differ where neither a proof nor a counter-example was found.", "Look at the difference; write the schema in plainer words, or accept it with an ignore rule."},
		{"input-widened", Meta, Minor, "no call is newly taken", "Old calls work as before, others do now as well.", ""},
		{"input-default-changed", Routing, Minor, "defaults are what they were",
			"A call without the argument may now mean something else.", "Keep the default, or say in the description what it was."},
		{"input-described-otherwise", Routing, Patch, "arguments are described as they were", "A model fills in arguments by these words.", ""},
	}
}
