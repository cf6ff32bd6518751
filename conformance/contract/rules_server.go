package contract

// serverRules are about the server as a whole.
func serverRules() []rule {
	return []rule{
		{"revision-removed", Call, Major, "every revision that was spoken still is",
			"Clients of that revision cannot connect any more.",
			"Go on speaking the old revision beside the new one until its clients have moved."},
		{"revision-added", Meta, Minor, "no new revision is spoken", "Newer clients find the server; older ones notice nothing.", ""},
		{"server-renamed", Routing, Minor, "the server has the name that it had",
			"Clients and registries keep settings, consent and trust under that name.", "Keep the name; change the title, which is for people."},
		{"server-version-changed", Meta, None, "the version is the one that it was", "Told so that a change and its version stand side by side.", ""},
		{"server-details-changed", Meta, Patch, "the server describes itself as it did", "Its site, or what else it says of itself, is shown to people.", ""},
		{"instructions-changed", Routing, Patch, "the instructions are worded as they were",
			"They are put before a model, which may choose and use tools otherwise from now on.", "Try the new wording on the models that use the server, then take the snapshot anew."},
		{"capability-removed", Call, Major, "every capability is still declared",
			"Clients do not send requests of a capability that is not declared, and servers refuse them.", "Declare the capability as long as its methods work; remove both in a major version."},
		{"capability-added", Meta, Minor, "no capability is new", "Clients may use it; nobody relied on it.", ""},
		{"capability-feature-removed", Call, Major, "everything beneath the capabilities is still declared",
			"Clients ask before they use such a part, as resources.subscribe, and do without it now.", "Go on declaring it as long as clients use it."},
		{"notifications-dropped", Result, Major, "lists that changed were announced and still are",
			"Clients that rely on listChanged keep showing a list that is out of date.", "Go on sending list_changed, or tell clients to ask again."},
		{"capability-feature-added", Meta, Minor, "nothing beneath the capabilities is new", "Clients may use it; nobody relied on it.", ""},
		{"capability-settings-changed", Unknown, Minor, "what capabilities declare is what they declared",
			"mcpctl does not know what this setting means to clients.", "Look at it, then accept it with an ignore rule or take the snapshot anew."},
	}
}
