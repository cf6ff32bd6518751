package contract

// promptRules are about prompts.
func promptRules() []rule {
	return []rule{
		{"prompt-removed", Call, Major, "every prompt is still there", "People who had it in a menu, and clients that stored its name, are answered with an error.", "Keep the prompt, mark it as deprecated with a date, and remove it after that."},
		{"prompt-retired", Meta, Major, "no deprecated prompt has left", "It was marked as deprecated and its time is over, so its users were told.", ""},
		{"prompt-added", Meta, Minor, "no prompt is new", "People have one more to choose from.", ""},
		{"prompt-argument-removed", Call, Major, "every argument of a prompt is still taken", "What was passed is refused, or ignored in silence.", "Go on taking the argument."},
		{"prompt-argument-required", Call, Major, "no argument of a prompt has become required", "Prompts without it worked and are refused.", "Make the argument optional."},
		{"prompt-argument-added", Meta, Minor, "no optional argument of a prompt is new", "Prompts without it work as before.", ""},
		{"prompt-argument-optional", Meta, Minor, "arguments of prompts that were required are", "Prompts with it work as before.", ""},
	}
}

// resourceRules are about resources and their templates.
func resourceRules() []rule {
	return []rule{
		{"resource-removed", Call, Major, "every listed resource still is", "Clients that kept its address are answered with an error.", "Keep the address, or answer it with a link to the new one. Lists that follow changing data are better left out of a contract by an ignore rule."},
		{"resource-retired", Meta, Major, "no deprecated resource has left", "It was marked as deprecated and its time is over, so its users were told.", ""},
		{"resource-added", Meta, Minor, "no resource is new", "Clients may read it; nobody relied on it.", ""},
		{"template-removed", Call, Major, "every template is still there", "Clients that make addresses by it are answered with errors. A template with other variables is another.", "Keep the template beside the new one."},
		{"template-retired", Meta, Major, "no deprecated template has left", "It was marked as deprecated and its time is over, so its users were told.", ""},
		{"template-added", Meta, Minor, "no template is new", "Clients may use it; nobody relied on it.", ""},
		{"mime-type-changed", Result, Major, "contents are of the type that they were", "Clients choose by the type how to read and show the content.", "Offer the new form at an address of its own."},
		{"mime-type-told", Meta, Minor, "no type of content is newly told", "Clients may rely on it from now on.", ""},
		{"audience-changed", Routing, Patch, "annotations for clients are the same", "Clients choose by audience and priority what a model is shown.", ""},
		{"name-changed", Meta, Patch, "resources and templates have their names", "The name is shown to people; clients know them by address.", ""},
		{"size-changed", Meta, None, "resources have the size that they had", "Clients use it as a hint only.", ""},
	}
}

// commonRules are about what descriptors of all kinds have.
func commonRules() []rule {
	return []rule{
		{"deprecated", Routing, Minor, "nothing is newly deprecated", "Whoever uses it has to move on; models may avoid it.", ""},
		{"description-changed", Routing, Patch, "descriptions are worded as they were", "A model chooses by these words. A changed description is also how a server that was trusted begins to mislead.",
			"Read the new words, try them on the models that use the server, then take the snapshot anew."},
		{"title-changed", Meta, Patch, "titles are the same", "They are shown to people.", ""},
		{"icons-changed", Meta, Patch, "icons are the same", "They are shown to people.", ""},
		{"meta-changed", Meta, Patch, "_meta is the same", "It is for those who know its keys.", ""},
		{"member-changed", Unknown, Minor, "members that mcpctl does not know are the same", "Their meaning is not known, so neither is whether somebody relies on them.", "Look at the change, then accept it with an ignore rule or take the snapshot anew."},
		{"duplicate-name", Unknown, Minor, "every name stands once in its list", "Which of several with one name a client takes is not known, so they cannot be compared.", "Let each name stand once."},
		{"changed-unseen", Unknown, Minor, "what changed can be seen", "Only the digest of the old or the new descriptor is known, as in snapshots signed before descriptors came along.", "Compare with a snapshot that has descriptors."},
	}
}
