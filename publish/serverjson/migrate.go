package serverjson

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Migrate brings a document to the current date of the schema, and mends what
// has only one mend: names in snake_case or the wrong case, what is the
// registry's own now, and images and bundles that were described in several
// parts. It answers the new text and what was done, in words; the author's layout
// stays. A document that needs nothing comes back as it is.
func Migrate(d *Document) (text []byte, done []string) {
	// An edit may bring the next to light, as names below a misspelled name: so
	// edits are made in rounds. Each takes something away for good; the bound is
	// for a mistake of ours.
	for range 100 {
		m := &migration{doc: d}
		m.edits()
		edits := apart(m.all)
		next, bad := Parse(d.File, apply(d.raw, edits))
		if len(edits) == 0 || bad != nil { // no edit breaks JSON; too long it may become
			break
		}
		d = next
		for _, e := range edits {
			done = append(done, e.what)
		}
	}
	return d.raw, done
}

// edit puts text in the place of some bytes, and says what that does.
type edit struct {
	start, end int
	text, what string
}

// apart sorts edits and leaves out those that meet another: they have their turn
// in the next round.
func apart(edits []edit) []edit {
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Compare(a.start, b.start) })
	var kept []edit
	for _, e := range edits {
		if n := len(kept); n == 0 || e.start >= kept[n-1].end && e.start > kept[n-1].start {
			kept = append(kept, e)
		}
	}
	return kept
}

// apply makes sorted edits that are apart.
func apply(raw []byte, edits []edit) []byte {
	var out []byte
	at := 0
	for _, e := range edits {
		out = append(append(out, raw[at:e.start]...), e.text...)
		at = e.end
	}
	return append(out, raw[at:]...)
}

// migration is one round.
type migration struct {
	doc *Document
	all []edit
}

func (m *migration) edit(start, end int, text, what string, args ...any) {
	m.all = append(m.all, edit{start, end, text, fmt.Sprintf(what, args...)})
}

func (m *migration) edits() {
	root := m.doc.root
	if root.kind != isObject {
		return
	}
	m.schema(root)
	m.rename(root)
	if status, ok := root.last("status"); ok {
		m.remove(root, status, "removed status, which is the registry's own since "+dateOwned)
	}
	if meta := root.at("_meta"); meta != nil {
		if official, ok := meta.last("io.modelcontextprotocol.registry/official"); ok {
			m.remove(meta, official, "removed the registry's own block from _meta")
		}
	}
	for _, p := range objects(root.at("packages")) {
		switch p.at("registryType").str() {
		case oci:
			m.image(p)
		case mcpb:
			if base, ok := p.last("registryBaseUrl"); ok && absolute(p.at("identifier").str()) {
				m.remove(p, base, "removed registryBaseUrl of a bundle, whose identifier is the whole address")
			}
		}
	}
}

func (m *migration) schema(root *node) {
	want := quoted(SchemaURL(Current))
	declared, ok := root.last("$schema")
	switch {
	case !ok:
		after := root.start + 1
		text := ` "$schema": ` + want
		if len(root.members) > 0 {
			text = string(m.doc.raw[after:root.members[0].start]) + `"$schema": ` + want + ","
		}
		m.edit(after, after, text, "added $schema")
	case declared.value.str() != SchemaURL(Current) && known(dateOf(declared.value.str())):
		m.edit(declared.value.start, declared.value.end, want, "brought $schema from %s to %s", dateOf(declared.value.text), Current)
	}
}

// rename respells the names that the current schema knows in another spelling.
func (m *migration) rename(root *node) {
	type place struct {
		owner *node
		name  string
	}
	claimed := map[place]bool{} // of two misspellings of one name, the author chooses
	v := &validator{schema: schemaOf(Current), renames: func(owner *node, was member, right string) {
		if _, taken := owner.last(right); !taken && !claimed[place{owner, right}] {
			claimed[place{owner, right}] = true
			m.edit(was.start, was.end, quoted(right), "wrote %s as %s", was.name, right)
		}
	}}
	v.named(root, []string{"Server"})
}

// image puts host and version of an image where they belong since 2025-10-11.
func (m *migration) image(p *node) {
	identifier := p.at("identifier")
	version, versioned := p.last("version")
	base, based := p.last("registryBaseUrl")
	ref, ok := parseImage(identifier.str())
	if !ok || !versioned && !based {
		return
	}
	text := identifier.text
	if u, err := url.Parse(base.value.str()); based && err == nil && u.Host != "" && ref.host == "" {
		text = u.Host + "/" + text
		if named, ok := parseImage(text); !ok || named.host == "" {
			return // a name without a dot or a port is no host there, but a part of the path
		}
	}
	if v := version.value.str(); v != "" && ref.tag == "" && ref.digest == "" {
		if !imageTag.MatchString(v) {
			return
		}
		text += ":" + v
	}
	if text != identifier.text {
		m.edit(identifier.start, identifier.end, quoted(text), "wrote the image as %s", clip(text))
		return // the rest goes in the next round
	}
	if based {
		m.remove(p, base, "removed registryBaseUrl of an image, whose identifier names the host")
	}
	if versioned {
		m.remove(p, version, "removed version of an image, whose identifier names it")
	}
}

// remove takes a member out, with the comma and the space that it leaves.
func (m *migration) remove(owner *node, gone member, what string) {
	i := slices.IndexFunc(owner.members, func(x member) bool { return x.start == gone.start })
	start, end := gone.start, gone.value.end
	switch {
	case i+1 < len(owner.members):
		end = owner.members[i+1].start
	case i > 0:
		start = owner.members[i-1].value.end
	default:
		start, end = owner.start+1, owner.end-1
	}
	m.edit(start, end, "", "%s", what)
}

// quoted is text as JSON, without the escapes that only HTML needs.
func quoted(text string) string {
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(text) // a string always encodes
	return strings.TrimSuffix(out.String(), "\n")
}
