package checks

import "github.com/mcpctl/mcpctl/conformance"

// resourcesChangeChecks judge what the server tells of changes of its
// resources.
func resourcesChangeChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "resources/list-changed/only-if-declared",
		Title:  "changes of the list are announced only if that is declared",
		Claims: claims{Handshake: ids{"resources.list-changed.only-if-declared"}},
		Needs:  "no-resources.listChanged",
		Watch:  surfaceUndeclared("resources"),
		Fix:    "Declare resources.listChanged, or do not send the notification.",
	}, {
		ID:     "resources/list-changed/announced",
		Title:  "a change of the list is announced",
		Claims: claims{Handshake: ids{"resources.list-changed.sent"}, Stateless: ids{"resources.list-changed.notifies"}},
		Needs:  "resources.listChanged allowed-tools",
		Reach:  conformance.Invoke,
		Run:    surfaceAnnounced("resources"),
	}, {
		ID:     "resources/updated/announced",
		Title:  "a change of a watched resource is announced on the listen stream",
		Claims: claims{Stateless: ids{"resources.subscribe.update-delivered"}},
		Needs:  "resources.subscribe allowed-tools",
		Reach:  conformance.Invoke,
		Run:    surfaceUpdates,
	}}
}
