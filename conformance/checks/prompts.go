package checks

import (
	"context"
	"fmt"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// prompts is the suite about server/prompts.
func prompts() conformance.Suite {
	return conformance.Suite{ID: "prompts", Title: "Prompts", Checks: slices.Concat(
		promptsListChecks(),
		promptsGetChecks(),
		promptsContentChecks(),
		promptsChangeChecks(),
	)}
}

// promptsListChecks judge the list of prompts.
func promptsListChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "prompts/list/answers",
		Title:  "prompts/list gives an array of prompts on every page",
		Claims: claims{Handshake: ids{"prompts.list.result-shape"}, Stateless: ids{"prompts.list.responds"}},
		Needs:  "prompts",
		Run:    surfaceAnswers("prompts"),
		Fix:    "Answer prompts/list with a result whose member prompts is an array; it may be empty.",
	}, {
		ID:     "prompts/list/declared",
		Title:  "a server that lists prompts declares the capability",
		Claims: claims{Handshake: ids{"prompts.capability.declared"}},
		Run:    surfaceDeclared("prompts", "prompts"),
		Fix:    "Put prompts into the capabilities of the initialize result.",
	}, {
		ID:     "prompts/list/shape",
		Title:  "listed prompts have a name, and arguments of the right types",
		Claims: claims{Handshake: ids{"prompts.list.result-shape"}, Stateless: ids{"prompts.prompt.shape"}},
		Needs:  "prompts",
		Run:    promptsShape,
	}, {
		ID:     "prompts/list/name-unique",
		Title:  "no two prompts have the same name",
		Claims: claims{Handshake: ids{"prompts.list.name-unique"}},
		Needs:  "prompts",
		Run:    surfaceUnique("prompts"),
	}, {
		ID:     "prompts/list/same-for-connections",
		Title:  "two connections are shown the same prompts",
		Claims: claims{Stateless: ids{"prompts.list.not-per-connection"}},
		Needs:  "prompts",
		Run:    surfacePerConnection("prompts"),
		Fix:    "Let the set of prompts depend on the credentials of a request at most, never on its connection.",
	}, {
		ID:     "prompts/list/unchanged-by-requests",
		Title:  "other requests on a connection do not change which prompts it is shown",
		Claims: claims{Stateless: ids{"prompts.list.no-side-effect-variation"}},
		Needs:  "prompts",
		Reach:  conformance.Provoke,
		Run:    surfaceSideEffects("prompts"),
		Fix:    "List the same prompts whatever a connection has asked for before.",
	}}
}

// promptsChangeChecks judge what the server tells of changes of its prompts.
func promptsChangeChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "prompts/list-changed/only-if-declared",
		Title:  "changes of the list are announced only if that is declared",
		Claims: claims{Handshake: ids{"prompts.list-changed.only-if-declared", "prompts.capability-negotiation-respected"}},
		Needs:  "no-prompts.listChanged",
		Watch:  surfaceUndeclared("prompts"),
		Fix:    "Declare prompts.listChanged, or do not send the notification.",
	}, {
		ID:     "prompts/list-changed/announced",
		Title:  "a change of the list is announced",
		Claims: claims{Handshake: ids{"prompts.list-changed.sent"}, Stateless: ids{"prompts.list-changed.notifies"}},
		Needs:  "prompts.listChanged allowed-tools",
		Reach:  conformance.Invoke,
		Run:    surfaceAnnounced("prompts"),
	}}
}

func promptsShape(ctx context.Context, p *conformance.Probe) error {
	return descriptors(ctx, p, "prompts", "the server lists no prompts", func(j *conformance.Judge, e conformance.Entry) {
		j.Saw(e.Page)
		for _, f := range promptFaults(e.Value, p.Revision) {
			descriptorFault(j, e, f.pointer, "%s", f.message)
		}
	})
}

// promptFaults judges the shape of an entry of prompts/list.
func promptFaults(prompt mcp.Value, rev mcp.Revision) []fault {
	if !prompt.Is(mcp.Object) {
		return []fault{{"", fmt.Sprintf("a prompt must be an object, not %s", aKind(prompt))}}
	}
	all := wantStrings(prompt, []string{"name"}, append(titled(rev), "description"))
	all = append(all, metaFaults(prompt, rev)...)
	arguments := prompt.Get("arguments")
	if arguments.Exists() && !arguments.Is(mcp.Array) {
		return append(all, fault{"/arguments", fmt.Sprintf("arguments must be an array, not %s", aKind(arguments))})
	}
	for i, a := range arguments.Items() {
		all = append(all, under(fmt.Sprintf("/arguments/%d", i), promptArgumentFaults(a, rev))...)
	}
	return all
}

func promptArgumentFaults(a mcp.Value, rev mcp.Revision) []fault {
	if !a.Is(mcp.Object) {
		return []fault{{"", fmt.Sprintf("a prompt's argument must be an object, not %s", aKind(a))}}
	}
	all := wantStrings(a, []string{"name"}, append(titled(rev), "description"))
	if required := a.Get("required"); required.Exists() && !required.Is(mcp.Bool) {
		all = append(all, fault{"/required", fmt.Sprintf("required must be a boolean, not %s", aKind(required))})
	}
	return all
}
