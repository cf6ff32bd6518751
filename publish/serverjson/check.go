package serverjson

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// publisherKey is the one key of _meta that registries keep.
const publisherKey = "io.modelcontextprotocol.registry/publisher-provided"

// Document is a server.json that could be read. It is immutable.
type Document struct {
	// File is what findings call it.
	File string
	raw  []byte
	root *node
	date string // of the schema to judge by
}

// Parse reads a document. What is no JSON is a finding, and no document.
func Parse(file string, raw []byte) (*Document, []Finding) {
	root, bad := parseJSON(raw)
	if bad != nil {
		rule, _ := Lookup("json/syntax")
		return nil, []Finding{{file, positionOf(raw, bad.offset), "", rule.ID, rule.Level, bad.reason, rule.Mend}}
	}
	d := &Document{File: file, raw: raw, root: root, date: Current}
	if date := dateOf(root.at("$schema").str()); known(date) {
		d.date = date
	}
	return d, nil
}

// Check reads a document and answers all that is wrong with it, in the order of
// the file.
func Check(file string, raw []byte) []Finding {
	d, findings := Parse(file, raw)
	if d == nil {
		return findings
	}
	return d.Check()
}

// Check answers all that is wrong with the document by itself, in the order of
// the file.
func (d *Document) Check() []Finding {
	j := &judge{doc: d}
	j.text()
	j.declared()
	general := schemaOf(d.date).validate(d.root)
	if d.root.kind == isObject {
		j.server()
	}
	return d.place(append(j.faults, uncovered(general, j.faults)...))
}

// uncovered leaves out what a particular rule has found at the same place: one
// cause, one finding. A warning covers no error.
func uncovered(general, particular []fault) []fault {
	type place struct {
		pointer string
		start   int
	}
	covered := map[place]bool{}
	for _, p := range particular {
		if rule, _ := Lookup(p.rule); rule.Level == Error {
			covered[place{p.pointer, p.start}] = true
		}
	}
	return slices.DeleteFunc(general, func(g fault) bool { return covered[place{g.pointer, g.start}] })
}

// maxFindings bounds the findings of a document: nobody reads more.
const maxFindings = 1000

// place turns faults into findings, in the order of the file.
func (d *Document) place(faults []fault) []Finding {
	slices.SortStableFunc(faults, func(a, b fault) int {
		return cmp.Or(cmp.Compare(a.start, b.start), strings.Compare(a.rule, b.rule))
	})
	var all []Finding
	for _, f := range faults[:min(len(faults), maxFindings)] {
		rule, _ := Lookup(f.rule)
		all = append(all, Finding{d.File, positionOf(d.raw, f.start), f.pointer, f.rule, rule.Level, subject(f.pointer) + " " + f.reason, cmp.Or(f.mend, rule.Mend)})
	}
	return all
}

// subject names a place at the head of a sentence.
func subject(pointer string) string {
	if pointer == "" {
		return "the document"
	}
	return clip(strings.ReplaceAll(strings.ReplaceAll(pointer[1:], "~1", "/"), "~0", "~"))
}

// judge gathers what breaks the rules beyond the schema.
type judge struct {
	doc    *Document
	faults []fault
}

// get finds a member by its current name, whatever the document's date calls it.
func (j *judge) get(n *node, names ...string) *node {
	for _, name := range names {
		m, _ := n.last(spell(j.doc.date, name))
		n = m.value
	}
	return n
}

// fault says that a rule is broken at a node.
func (j *judge) fault(n *node, rule, format string, args ...any) {
	j.faults = append(j.faults, fault{rule: rule, pointer: n.pointer, start: n.start, reason: fmt.Sprintf(format, args...)})
}

// mended is fault with a better advice than the rule's.
func (j *judge) mended(n *node, rule, mend, format string, args ...any) {
	j.fault(n, rule, format, args...)
	j.faults[len(j.faults)-1].mend = mend
}

// items are the elements of a list that are objects.
func objects(n *node) []*node {
	if n == nil {
		return nil
	}
	var all []*node
	for _, i := range n.items {
		if i.kind == isObject {
			all = append(all, i)
		}
	}
	return all
}
