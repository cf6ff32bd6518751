package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/publish/surface"
)

// digestPrefix names the algorithm of digests.
const digestPrefix = "sha256:"

// file is a snapshot as it is written.
type file struct {
	Schema    string         `json:"schema"`
	Revisions []mcp.Revision `json:"revisions"`
	Partial   []Kind         `json:"partial,omitempty"`
	Entries   []fileEntry    `json:"entries"`
}

// fileEntry is an entry as it is written.
type fileEntry struct {
	Kind       Kind           `json:"kind"`
	Name       string         `json:"name,omitempty"`
	Revisions  []mcp.Revision `json:"revisions,omitempty"`
	Digest     string         `json:"digest"`
	Descriptor mcp.Value      `json:"descriptor,omitzero"`
}

// Encode is the snapshot's file: sorted, indented, with everything that is not
// plainly visible escaped. Equal snapshots give equal bytes.
func (s *Snapshot) Encode() []byte {
	f := file{Schema: Schema, Revisions: s.Revisions, Partial: s.Partial, Entries: []fileEntry{}}
	for _, e := range s.Entries {
		f.Entries = append(f.Entries, fileEntry{e.Kind, e.Name, e.Revisions, e.Digest, e.Descriptor})
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(f) // texts and parsed JSON always marshal
	return inspect.SafeJSON(out.Bytes())
}

var (
	digestForm = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	dateForm   = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)
)

// Parse reads a snapshot's file of at most [MaxBytes], and checks every digest.
// Members that are not of the format are passed over. The error says where the
// file is broken.
func Parse(raw []byte) (*Snapshot, error) {
	v, err := document(raw)
	if err != nil {
		return nil, err
	}
	switch schema := v.Get("schema"); {
	case !v.Is(mcp.Object) || !v.Has("schema"):
		return nil, fmt.Errorf("it is no contract snapshot: its member schema is not %q", Schema)
	case schema.Text() != Schema:
		return nil, fmt.Errorf("its schema is %.60s, and this mcpctl reads %q", inspect.SafeJSON(schema.Raw()), Schema)
	case !v.Get("entries").Is(mcp.Array):
		return nil, errors.New("it has no list of entries")
	case v.Get("entries").Len() > maxEntries:
		return nil, fmt.Errorf("it has more than %d entries", maxEntries)
	}
	s := &Snapshot{Entries: []Entry{}}
	if s.Revisions, err = revisions(v.Get("revisions")); err != nil || len(s.Revisions) == 0 {
		return nil, errors.Join(errors.New("it names no revisions, or wrong ones"), err)
	}
	if s.Partial, err = partial(v.Get("partial")); err != nil {
		return nil, err
	}
	seen := map[entryKey]bool{}
	for i, item := range v.Get("entries").Items() {
		e, err := s.entry(item)
		if err != nil {
			return nil, fmt.Errorf("entry %d: %w", i+1, err)
		}
		k := entryKey{e.Kind, e.Name, e.Digest}
		if seen[k] {
			return nil, fmt.Errorf("entry %d: %.60q stands there twice with one digest", i+1, e.Subject())
		}
		seen[k] = true
		s.Entries = append(s.Entries, e)
	}
	s.sort()
	return s, nil
}

// document is the file as JSON, or where it is none.
func document(raw []byte) (mcp.Value, error) {
	switch {
	case len(raw) > MaxBytes:
		return mcp.Value{}, fmt.Errorf("it is longer than %d bytes", MaxBytes)
	case !utf8.Valid(raw):
		return mcp.Value{}, errors.New("it is not UTF-8")
	}
	v, err := mcp.Parse(raw)
	if err == nil {
		return v, nil
	}
	var syntax *json.SyntaxError
	var sink json.RawMessage
	if errors.As(json.Unmarshal(raw, &sink), &syntax) {
		line, column := position(raw, int(syntax.Offset))
		hint := ""
		if bytes.Contains(raw, []byte("\n<<<<<<< ")) {
			hint = " (it has the marks of an unfinished merge)"
		}
		return v, fmt.Errorf("line %d, column %d: %w%s", line, column, err, hint)
	}
	return v, err
}

// position is the line and column, from 1 on, of the byte before an offset.
func position(raw []byte, offset int) (line, column int) {
	before := raw[:min(max(offset-1, 0), len(raw))]
	line = bytes.Count(before, []byte("\n")) + 1
	return line, utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
}

// entry reads one entry and checks it.
func (s *Snapshot) entry(v mcp.Value) (Entry, error) {
	e := Entry{Kind: Kind(v.Get("kind").Text()), Name: v.Get("name").Text(), Digest: v.Get("digest").Text(), Descriptor: v.Get("descriptor")}
	var err error
	if e.Revisions, err = revisions(v.Get("revisions")); err != nil {
		return e, err
	}
	for _, r := range e.Revisions {
		if !slices.Contains(s.Revisions, r) {
			return e, fmt.Errorf("it stands in revision %q, which the snapshot does not have", r)
		}
	}
	switch {
	case len(v.Duplicates()) > 0:
		return e, fmt.Errorf("it has the member %.40q twice", v.Duplicates()[0])
	case !slices.Contains(Kinds(), e.Kind):
		return e, fmt.Errorf("its kind %.40q is none of %v", e.Kind, Kinds())
	case e.Kind.single() != (e.Name == "") || len(e.Name) > maxName:
		return e, fmt.Errorf("the name %.40q does not suit a %s", e.Name, e.Kind)
	case !digestForm.MatchString(e.Digest):
		return e, fmt.Errorf("the digest of %.60q is not sha256: and 64 hexadecimal digits", e.Subject())
	case !e.Descriptor.Exists():
		return e, nil
	case !e.Descriptor.Is(mcp.Object):
		return e, fmt.Errorf("the descriptor of %.60q is no object", e.Subject())
	}
	descriptor, hash, err := surface.Canonical(e.Descriptor.Raw())
	if err != nil {
		return e, fmt.Errorf("the descriptor of %.60q: %w", e.Subject(), err)
	}
	if e.Digest != digestPrefix+hash {
		return e, fmt.Errorf("the descriptor of %.60q was edited: its digest is another. Take the snapshot anew", e.Subject())
	}
	e.Descriptor = descriptor
	return e, nil
}

// revisions are the dates of a list, in order.
func revisions(v mcp.Value) ([]mcp.Revision, error) {
	var all []mcp.Revision
	for _, item := range v.Items() {
		if !dateForm.MatchString(item.Text()) {
			return nil, fmt.Errorf("the revision %.40q is no date", item.Text())
		}
		all = append(all, mcp.Revision(item.Text()))
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

func partial(v mcp.Value) ([]Kind, error) {
	var all []Kind
	for _, item := range v.Items() {
		k := Kind(item.Text())
		if k != Revision && !slices.Contains(Kinds(), k) {
			return nil, fmt.Errorf("of the unknown kind %.40q nothing can be partial", k)
		}
		all = append(all, k)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}
