package checks

import (
	"context"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// resourcesTemplateChecks judge the list of resource templates.
func resourcesTemplateChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "resources/templates/list",
		Title:  "resources/templates/list gives an array of templates on every page",
		Claims: claims{Handshake: ids{"resources.templates.result-shape"}, Stateless: ids{"resources.template.list-answers"}},
		Needs:  "resources",
		Run:    templatesAnswers,
		Fix:    "Answer resources/templates/list with a result whose member resourceTemplates is an array; it may be empty.",
	}, {
		ID:     "resources/templates/shape",
		Title:  "listed templates have a uriTemplate, a name and members of the right types",
		Claims: claims{Handshake: ids{"resources.templates.result-shape"}, Stateless: ids{"resources.template.shape"}},
		Needs:  "resources",
		Run:    templatesShape,
	}, {
		ID:     "resources/templates/rfc6570",
		Title:  "listed templates are URI templates by RFC 6570",
		Claims: claims{Handshake: ids{"resources.templates.rfc6570"}, Stateless: ids{"resources.template.shape"}},
		Needs:  "resources",
		Run:    templatesSyntax,
		Fix:    "Write variables as {name}, of letters, digits, underscores and dots.",
	}, {
		ID:     "resources/templates/mime-uniform",
		Title:  "a template names a MIME type only if all resources that match it have that type",
		Claims: claims{Handshake: ids{"resources.templates.mime-uniform"}},
		Needs:  "resources",
		Reach:  conformance.Provoke,
		Run:    templatesMIME,
		Fix:    "Leave mimeType out of templates whose resources differ.",
	}}
}

func templatesAnswers(ctx context.Context, p *conformance.Probe) error {
	l, err := p.List(ctx, "resources/templates")
	if l == nil {
		return err
	}
	j := p.Judge()
	for i, page := range l.Pages {
		if i > 0 && !page.Result().Exists() {
			continue // a cursor that is refused is pagination's affair
		}
		j.Saw(page)
		switch list := page.Result().Get("resourceTemplates"); {
		case templatesUnknown(page):
			return conformance.Skipf("the server does not know resources/templates/list, which the specification leaves open")
		case !page.Result().Exists():
			j.Failf(page, "resources/templates/list got no result: %s", outcome(page))
		case !list.Is(mcp.Array):
			j.Faultf(answerTo(page), "/result", "the result of resources/templates/list must have an array resourceTemplates, not %s", aKind(list))
		}
	}
	return j.Err("")
}

// templatesUnknown reports whether a server said that it has no templates at
// all by not knowing the method.
func templatesUnknown(page *mcp.Exchange) bool {
	e := page.RPCError()
	return e != nil && e.Code == mcp.CodeMethodNotFound
}

// templatesEach judges the listed templates one by one, as descriptors does.
func templatesEach(ctx context.Context, p *conformance.Probe, nothing string, look func(*conformance.Judge, conformance.Entry)) error {
	if l, _ := p.List(ctx, "resources/templates"); l != nil && templatesUnknown(l.Pages[0]) {
		return conformance.Skipf("the server does not know resources/templates/list")
	}
	return descriptors(ctx, p, "resources/templates", nothing, look)
}

func templatesShape(ctx context.Context, p *conformance.Probe) error {
	return templatesEach(ctx, p, "the server lists no resource templates", func(j *conformance.Judge, e conformance.Entry) {
		j.Saw(e.Page)
		if !e.Is(mcp.Object) {
			descriptorFault(j, e, "", "a resource template must be an object, not %s", aKind(e.Value))
			return
		}
		all := wantStrings(e.Value, []string{"uriTemplate", "name"}, append(titled(p.Revision), "description", "mimeType"))
		for _, f := range append(all, metaFaults(e.Value, p.Revision)...) {
			descriptorFault(j, e, f.pointer, "%s", f.message)
		}
	})
}

func templatesSyntax(ctx context.Context, p *conformance.Probe) error {
	return templatesEach(ctx, p, "the server lists no resource templates", func(j *conformance.Judge, e conformance.Entry) {
		template := e.Get("uriTemplate")
		if !template.Is(mcp.String) {
			return
		}
		j.Saw(e.Page)
		if why := templateFault(template.Text()); why != "" {
			descriptorFault(j, e, "/uriTemplate", "%.80q is no URI template: %s", template.Text(), why)
		}
	})
}

// templatesMost bounds how many templates are matched with URIs.
const templatesMost = 200

// templatesMIME compares templates with the listed resources that match them,
// as they are listed and as they are read.
func templatesMIME(ctx context.Context, p *conformance.Probe) error {
	listed, err := resourcesListed(ctx, p)
	if err != nil {
		return err
	}
	looked := 0
	return templatesEach(ctx, p, "no listed resource matches a template that has a mimeType", func(j *conformance.Judge, e conformance.Entry) {
		promised := essence(e.Get("mimeType").Text())
		if looked++; looked > templatesMost {
			return
		}
		for _, r := range listed {
			uri := r.Get("uri").Text()
			if promised == "" || !templateMatches(e.Get("uriTemplate").Text(), uri) {
				continue
			}
			j.Saw(e.Page)
			if has := essence(r.Get("mimeType").Text()); has != "" && has != promised {
				descriptorFault(j, e, "/mimeType", "the template says %q, but %.80q, which matches it, is listed as %q", promised, uri, has)
				continue
			}
			x, err := resourcesRead(ctx, p, uri)
			if err != nil {
				continue
			}
			for _, item := range x.Result().Get("contents").Items() {
				if has := essence(item.Get("mimeType").Text()); has != "" && has != promised && item.Get("uri").Text() == uri {
					j.Failf(x, "the template says %q, but %.80q, which matches it, is read as %q", promised, uri, has)
				}
			}
		}
	})
}

// essence is a MIME type without parameters, in lower case.
func essence(mime string) string {
	kind, _, _ := strings.Cut(mime, ";")
	return strings.ToLower(strings.TrimSpace(kind))
}
