package publish

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// look asks every registry whether it has the version. An entry of the same
// content is what an earlier run has published, here or on another machine: what
// it signed is taken over, instead of signing again what nobody would point to.
func (p *Plan) look(ctx context.Context) error {
	for _, t := range p.targets {
		entry, err := t.Registry.Get(ctx, p.Release.Name, p.Release.Version)
		if refusal.Code(err) == "not-found" {
			continue
		}
		if err == nil {
			err = p.compare(ctx, t, entry)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			p.Release.problem(err)
		}
	}
	_, ours := p.all()
	p.idle = len(p.targets) > 0 && !ours && p.pointer == nil
	for _, t := range p.targets {
		p.idle = p.idle && t.entry != nil
	}
	return nil
}

// compare accepts an entry that is this release.
func (p *Plan) compare(ctx context.Context, t *target, e *registry.Entry) error {
	there, signed, err := p.same(t.Name, e)
	if err != nil {
		return err
	}
	if !signed {
		return differs(t.Name, p.Release, "it is the same but for the pointer to its attestations, which it lacks")
	}
	switch e.Status {
	case registry.Deleted:
		return &refusal.Refusal{Kind: refusal.Finding, Code: "version-deleted", Doing: "publishing " + p.Release.ID() + " at " + t.Name,
			Why: "this version was published there and deleted", Mend: "Raise the version; or make it active again with `mcpctl registry status`."}
	case registry.Deprecated:
		p.Release.Notes = append(p.Release.Notes, t.Name+" has this version as deprecated: "+either(e.StatusMessage, "without a reason")+".")
	}
	if own, ok := p.ownPointer(); ok && equal(own, there) {
		t.entry = e
		return nil
	}
	if p.pointer == nil || !equal(*p.pointer, there) {
		bundles, err := p.recover(ctx, t, there)
		if err != nil && len(there.OCI) == 0 && there.URL == "" {
			t.entry = e
			p.Release.Notes = append(p.Release.Notes, t.Name+" has this entry from an earlier run; its attestations are nowhere but where that run left its file.")
			return nil
		}
		if err != nil {
			return differs(t.Name, p.Release, "it was published by another run, whose attestations cannot be had: "+err.Error())
		}
		if p.pointer == nil {
			p.adopt(there, bundles)
		}
	}
	t.entry = e
	p.Release.Notes = append(p.Release.Notes, t.Name+" has this entry from an earlier run, with the attestations of that run; `mcpctl verify "+p.Release.ID()+"` checks them.")
	return nil
}

// same reports whether an entry has the content of the release, and the pointer
// that it has. The refusal is duplicate-differs.
func (p *Plan) same(where string, e *registry.Entry) (there attest.Pointer, signed bool, err error) {
	digest, err := attest.Digest(e.Server)
	if err != nil {
		return there, false, err
	}
	if digest != p.Release.Digest {
		return there, false, differs(where, p.Release, "its content is another: "+difference(p.Release.Raw, e.Server))
	}
	there, signed, err = attest.PointerOf(e.Server)
	if err == nil && signed && there.Subject != p.Release.Digest {
		err = differs(where, p.Release, "its pointer speaks of another document")
	}
	return there, signed, err
}

func differs(where string, r *Release, why string) error {
	return &refusal.Refusal{Kind: refusal.Finding, Code: "duplicate-differs", Doing: "publishing " + r.ID() + " at " + where,
		Why: "this version is there already, and " + why, Mend: "A version is never replaced: raise the version, here and in the packages."}
}

// ownPointer is the pointer to what this run and its journal have signed.
func (p *Plan) ownPointer() (attest.Pointer, bool) {
	all, ok := p.all()
	if !ok || p.pointer != nil {
		return attest.Pointer{}, false
	}
	_, sum := attach.Lines(all)
	return p.Release.pointer(sum), true
}

func equal(a, b attest.Pointer) bool {
	return a.Subject == b.Subject && a.URL == b.URL && a.SHA256 == b.SHA256 && slices.Equal(a.OCI, b.OCI)
}

// earlier names the bundles of an earlier run.
func earlier(i int) string { return fmt.Sprintf("earlier-%d", i) }

func (p *Plan) adopt(there attest.Pointer, bundles [][]byte) {
	p.pointer = &there
	p.bundles = map[string][]byte{}
	for i, b := range bundles {
		p.bundles[earlier(i)] = b
	}
}

// recover gets the bundles that a pointer leads to, from where the user has named:
// an entry may not send us anywhere else.
func (p *Plan) recover(ctx context.Context, t *target, there attest.Pointer) ([][]byte, error) {
	var failed []error
	keep := func(lines []byte, err error) [][]byte {
		var all [][]byte
		if err == nil {
			all, err = attach.ParseLines(lines)
		}
		if err == nil {
			if _, got := attach.Lines(all); got != there.SHA256 {
				err = errors.New("the file has another digest than the entry says")
			}
		}
		if err != nil {
			failed = append(failed, err)
			return nil
		}
		return p.about(all)
	}
	if shelf, ok := t.Registry.(Shelf); ok && there.SHA256 != "" {
		if all := keep(shelf.Attestations(ctx, there.SHA256)); len(all) > 0 {
			return all, nil
		}
	}
	if there.URL != "" && there.URL == p.Release.Settings.URL {
		if all := keep(p.services.Download(ctx, there.URL, registry.MaxAttestations)); len(all) > 0 {
			return all, nil
		}
	}
	for _, ref := range there.OCI {
		if !slices.Contains(p.Release.Refs(), ref) {
			continue
		}
		all, err := p.services.Images.Fetch(ctx, ref)
		if err != nil {
			failed = append(failed, err)
		}
		if all = p.about(all); len(all) > 0 {
			return all, nil
		}
	}
	return nil, errors.Join(append(failed, errors.New("nothing that speaks of this release was found where you named a place (--attach-to, --attestations-url)"))...)
}

// about keeps the bundles that speak of this release.
func (p *Plan) about(all [][]byte) [][]byte {
	var kept [][]byte
	for _, b := range all {
		s, err := attest.Parse(payload(b))
		if err != nil {
			continue
		}
		for _, subject := range s.Subject {
			if "sha256:"+subject.Digest["sha256"] == p.Release.Digest {
				kept = append(kept, b)
				break
			}
		}
	}
	return kept
}

// difference names the first members that differ in two documents.
func difference(ours, theirs []byte) string {
	a, errA := members(ours)
	b, errB := members(theirs)
	if errA != nil || errB != nil {
		return "it cannot be read"
	}
	var names []string
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			names = append(names, name)
		}
	}
	for name := range b {
		if _, both := a[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	if len(names) == 0 {
		return "only in what registries add"
	}
	return fmt.Sprintf("%q differ", slices.Compact(names))
}

func members(document []byte) (map[string]json.RawMessage, error) {
	canonical, err := attest.Canonical(document)
	if err != nil {
		return nil, err
	}
	all := map[string]json.RawMessage{}
	return all, json.Unmarshal(canonical, &all)
}
