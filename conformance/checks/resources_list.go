package checks

import (
	"context"
	"fmt"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// resourcesListChecks judge the list of resources and the URIs in it.
func resourcesListChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "resources/list/answers",
		Title:  "resources/list gives an array of resources on every page",
		Claims: claims{Handshake: ids{"resources.list.result-shape"}, Stateless: ids{"resources.list.responds"}},
		Needs:  "resources",
		Run:    surfaceAnswers("resources"),
		Fix:    "Answer resources/list with a result whose member resources is an array; it may be empty.",
	}, {
		ID:     "resources/list/declared",
		Title:  "a server that lists resources or templates declares the capability",
		Claims: claims{Handshake: ids{"resources.capability.declared"}},
		Run:    surfaceDeclared("resources", "resources", "resources/templates"),
		Fix:    "Put resources into the capabilities of the initialize result.",
	}, {
		ID:     "resources/list/shape",
		Title:  "listed resources have a uri, a name and members of the right types",
		Claims: claims{Handshake: ids{"resources.list.result-shape"}, Stateless: ids{"resources.resource.shape"}},
		Needs:  "resources",
		Run:    resourcesShape,
	}, {
		ID:     "resources/list/uri-valid",
		Title:  "listed resources have absolute URIs",
		Claims: claims{Handshake: ids{"resources.list.uri-valid", "resources.uri.custom-rfc3986"}, Stateless: ids{"resources.uri.rfc3986"}},
		Needs:  "resources",
		Run:    resourcesURIValid,
		Fix:    "Give every resource a URI with a scheme, and percent-encode what RFC 3986 does not allow.",
	}, {
		ID:     "resources/list/uri-unique",
		Title:  "no resource is listed twice",
		Claims: claims{Handshake: ids{"resources.list.uri-unique"}},
		Needs:  "resources",
		Run:    surfaceUnique("resources"),
	}, {
		ID:     "resources/list/same-for-connections",
		Title:  "two connections are shown the same resources",
		Claims: claims{Stateless: ids{"resources.list.not-per-connection"}},
		Needs:  "resources",
		Run:    surfacePerConnection("resources"),
		Fix:    "Let the set of resources depend on the credentials of a request at most, never on its connection.",
	}, {
		ID:     "resources/list/unchanged-by-requests",
		Title:  "other requests on a connection do not change which resources it is shown",
		Claims: claims{Stateless: ids{"resources.list.no-side-effect-variation"}},
		Needs:  "resources",
		Reach:  conformance.Provoke,
		Run:    surfaceSideEffects("resources"),
		Fix:    "List the same resources whatever a connection has asked for before.",
	}, {
		ID:     "resources/uri/valid",
		Title:  "URIs in contents, links and update notifications are absolute URIs",
		Claims: claims{Handshake: ids{"resources.uri.custom-rfc3986"}, Stateless: ids{"resources.uri.rfc3986"}},
		Watch:  resourcesURIsSeen,
		Fix:    "Name resources by the same valid URIs everywhere.",
	}, {
		ID:     "resources/annotations/valid",
		Title:  "annotations have a known audience, a priority from 0 to 1 and an ISO 8601 time",
		Claims: claims{Stateless: ids{"resources.annotations.valid"}},
		Watch:  resourcesAnnotations,
	}}
}

func resourcesShape(ctx context.Context, p *conformance.Probe) error {
	return descriptors(ctx, p, "resources", "the server lists no resources", func(j *conformance.Judge, e conformance.Entry) {
		j.Saw(e.Page)
		for _, f := range resourceFaults(e.Value, p.Revision) {
			descriptorFault(j, e, f.pointer, "%s", f.message)
		}
	})
}

func resourcesURIValid(ctx context.Context, p *conformance.Probe) error {
	return descriptors(ctx, p, "resources", "the server lists no resources", func(j *conformance.Judge, e conformance.Entry) {
		uri := e.Get("uri")
		if !uri.Is(mcp.String) {
			return
		}
		j.Saw(e.Page)
		if why := uriFault(uri.Text()); why != "" {
			descriptorFault(j, e, "/uri", "%.80q is no absolute URI: %s", uri.Text(), why)
		}
	})
}

func resourcesURIsSeen(t *conformance.Traffic) error {
	j := t.Judge()
	look := func(m conformance.Seen, uri mcp.Value, pointer string) {
		if !uri.Is(mcp.String) {
			return
		}
		j.Met(m)
		if why := uriFault(uri.Text()); why != "" {
			j.Faultf(m, pointer, "%.80q is no absolute URI: %s", uri.Text(), why)
		}
	}
	for m, item := range contentsRead(t) {
		look(m, item.Get("uri"), item.pointer+"/uri")
	}
	for m, block := range contentBlocks(t) {
		switch block.Get("type").Text() {
		case "resource_link":
			look(m, block.Get("uri"), block.pointer+"/uri")
		case "resource":
			look(m, block.Get("resource", "uri"), block.pointer+"/resource/uri")
		}
	}
	for m := range t.Notifications("notifications/resources/updated") {
		look(m, m.Params().Get("uri"), "/params/uri")
	}
	return j.Err("no contents, links or update notifications with a URI came")
}

func resourcesAnnotations(t *conformance.Traffic) error {
	j := t.Judge()
	look := func(m conformance.Seen, v part) {
		if v.Get("annotations").Exists() {
			j.Met(m)
			v.faults(j, m, annotationFaults(v.Value, t.Revision))
		}
	}
	for method, member := range surfaceMembers([]string{"resources", "resources/templates"}) {
		for m := range t.Results(method) {
			for i, e := range m.Result().Get(member).Items() {
				look(m, part{e, fmt.Sprintf("/result/%s/%d", member, i)})
			}
		}
	}
	for m, block := range contentBlocks(t) {
		look(m, block)
	}
	return j.Err("nothing that came has annotations")
}
