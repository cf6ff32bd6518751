package add

import (
	"bytes"
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/scaffold"
)

// maxEntries bounds how many items a project records.
const maxEntries = 1000

// readEntries reads the list of added items, and refuses what could lead a
// later write astray.
func readEntries(record []byte) ([]Entry, error) {
	var doc struct {
		Added []Entry `yaml:"added"`
	}
	if err := yaml.Unmarshal(record, &doc); err != nil {
		return nil, fmt.Errorf("read %s: %w", scaffold.ProjectName, err)
	}
	if len(doc.Added) > maxEntries {
		return nil, fmt.Errorf("read %s: it lists more than %d added items", scaffold.ProjectName, maxEntries)
	}
	for i, e := range doc.Added {
		if err := checkName(e.Kind, e.Name); err != nil {
			return nil, fmt.Errorf("read %s: added: %w", scaffold.ProjectName, err)
		}
		if e.Kind != Tool && e.Kind != Resource && e.Kind != Prompt {
			return nil, fmt.Errorf("read %s: added: %s is a %q, which is none of %v", scaffold.ProjectName, e.Name, e.Kind, Kinds())
		}
		if err := scaffold.CheckPath(e.File); err != nil {
			return nil, fmt.Errorf("read %s: added: %s: %w", scaffold.ProjectName, e.Name, err)
		}
		for _, other := range doc.Added[:i] {
			if other.Kind == e.Kind && other.Name == e.Name {
				return nil, fmt.Errorf("read %s: added: the %s %s is listed twice", scaffold.ProjectName, e.Kind, e.Name)
			}
		}
	}
	return doc.Added, nil
}

// writeEntries puts the list into mcpctl.yaml. All other bytes stay, comments
// and blank lines too, which a YAML encoder would not keep.
func writeEntries(record []byte, entries []Entry) ([]byte, error) {
	fail := func(err error) ([]byte, error) {
		return nil, fmt.Errorf("write %s: %w", scaffold.ProjectName, err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(record, &doc); err != nil {
		return fail(err)
	}
	if doc.Kind != yaml.DocumentNode || doc.Content[0].Kind != yaml.MappingNode || doc.Content[0].Style&yaml.FlowStyle != 0 {
		return fail(errors.New("it is no mapping in block style, so nothing can be put into it"))
	}
	lines := bytes.SplitAfter(record, []byte("\n"))
	from, to := len(lines), len(lines)
	keys := doc.Content[0].Content
	for i := 0; i < len(keys); i += 2 {
		if keys[i].Value == "added" {
			from = keys[i].Line - 1
			if i+2 < len(keys) {
				to = keys[i+2].Line - 1
			}
		}
	}
	for to > from+1 && !belongs(lines[to-1]) {
		to-- // a comment or blank line before the next key is that key's
	}
	block, err := encodeEntries(entries)
	if err != nil {
		return fail(err)
	}
	before := bytes.Join(lines[:from], nil)
	if len(before) > 0 && !bytes.HasSuffix(before, []byte("\n")) {
		before = append(before, '\n')
	}
	out := append(append(before, block...), bytes.Join(lines[to:], nil)...)
	if _, err := readEntries(out); err != nil {
		return fail(err)
	}
	return out, nil
}

// belongs reports whether a line can be part of the block above it.
func belongs(line []byte) bool {
	return len(bytes.TrimSpace(line)) > 0 && line[0] != '#'
}

func encodeEntries(entries []Entry) ([]byte, error) {
	out := []byte("added:\n")
	for _, e := range entries {
		var n yaml.Node
		if err := n.Encode(e); err != nil {
			return nil, err
		}
		n.Style = yaml.FlowStyle
		line, err := yaml.Marshal(&n)
		if err != nil {
			return nil, err
		}
		out = append(out, "  - "...)
		out = append(out, bytes.ReplaceAll(bytes.TrimSpace(line), []byte("\n"), []byte(" "))...)
		out = append(out, '\n')
	}
	return out, nil
}
