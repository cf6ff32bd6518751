package form

import (
	"bytes"
	"net/url"
	"strconv"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// place is a schema within its document. References in it start from base, the
// address of the resource that it belongs to.
type place struct {
	at   mcp.Value
	base string
}

func (p place) to(at mcp.Value) place { return place{at, p.base} }

// document is the schema that a form is made from.
type document struct {
	root      place
	resources map[string]mcp.Value // by the address that they give themselves
	anchors   map[string]place     // by address#name
	old       bool                 // up to draft-07, $ref hides what stands beside it
	left      int                  // what one act of a person may still cost, in parts looked at
}

// maxEffort bounds what one act of a person costs, to about a second.
const maxEffort = 200_000

// home is the address of a schema that does not name its own.
const home = "schema:///form"

func newDocument(root mcp.Value) *document {
	d := &document{
		root:      place{root, home},
		resources: map[string]mcp.Value{home: root},
		anchors:   map[string]place{},
		left:      maxEffort,
	}
	for _, name := range []string{"draft-04", "draft-06", "draft-07"} {
		d.old = d.old || strings.Contains(root.Get("$schema").Text(), name)
	}
	if bytes.Contains(root.Raw(), []byte(`"$id"`)) || bytes.Contains(root.Raw(), []byte("nchor")) {
		d.index(d.root)
	}
	d.root.base = d.enter(d.root).base
	return d
}

// index takes note of the names that parts of the document give themselves.
func (d *document) index(p place) {
	p = d.enter(p)
	for _, keyword := range []string{"$anchor", "$dynamicAnchor"} {
		if name := p.at.Get(keyword).Text(); name != "" {
			d.anchors[p.base+"#"+name] = p
		}
	}
	if id := p.at.Get("$id").Text(); strings.HasPrefix(id, "#") {
		d.anchors[p.base+id] = p
	} else if id != "" {
		d.resources[p.base] = p.at
	}
	for _, m := range p.at.Members() {
		d.index(p.to(m.Value))
	}
	for _, item := range p.at.Items() {
		d.index(p.to(item))
	}
}

// enter changes the base where a schema names itself.
func (d *document) enter(p place) place {
	id := p.at.Get("$id").Text()
	if id == "" || strings.HasPrefix(id, "#") {
		return p
	}
	if address, _, ok := join(p.base, id); ok {
		p.base = address
	}
	return p
}

// join resolves a reference to the address of a resource and a fragment.
func join(base, ref string) (address, fragment string, ok bool) {
	b, err := url.Parse(base)
	if err != nil {
		return "", "", false
	}
	u, err := b.Parse(ref)
	if err != nil {
		return "", "", false
	}
	fragment, u.Fragment, u.RawFragment = u.Fragment, "", ""
	return u.String(), fragment, true
}

// resolve finds what a reference stands for, and one name for it however it is
// written. It finds nothing outside the document.
func (d *document) resolve(p place, ref string) (to place, name string, ok bool) {
	address, fragment, ok := join(p.base, ref)
	if !ok {
		return place{}, "", false
	}
	name = address + "#" + fragment
	root, ok := d.resources[address]
	switch {
	case !ok:
		return place{}, name, false
	case fragment == "":
		return place{root, address}, name, true
	case !strings.HasPrefix(fragment, "/"):
		to, ok = d.anchors[name]
		return to, name, ok
	}
	to = d.pointed(place{root, address}, fragment)
	return to, name, to.at.Exists()
}

// pointed follows a JSON Pointer.
func (d *document) pointed(p place, pointer string) place {
	for token := range strings.SplitSeq(pointer[1:], "/") {
		p = d.enter(p)
		token = unescape(token)
		if items := p.at.Items(); items != nil {
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(items) {
				return place{}
			}
			p = p.to(items[i])
			continue
		}
		p = p.to(p.at.Get(token))
	}
	return p
}

// unescape reads one token of a JSON Pointer.
func unescape(token string) string {
	return strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
}
