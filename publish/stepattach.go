package publish

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// attachSteps attach the attestations to every image and to the artifacts of the
// release's own.
func (p *Plan) attachSteps() {
	for _, ref := range p.Release.Refs() {
		title := "attach " + count(len(p.Release.Statements), "attestation") + " to " + ref
		step := p.add(Step{ID: "attach/" + ref, Kind: KindAttach, Title: title, Writes: repository(ref), Needs: "push to " + repository(ref)},
			func(ctx context.Context) (bool, error) { return p.attached(ctx, ref) },
			func(ctx context.Context) error { return p.attach(ctx, ref) })
		step.Held = "asked before anything is signed"
		if p.own(ref) {
			step.Note = "an artifact of the release's own, with the canonical server.json"
			step.Bytes = len(p.Release.Canonical)
		}
	}
}

// own reports whether a reference is an artifact that stands for the release.
func (p *Plan) own(ref string) bool {
	return slices.Contains(p.Release.Settings.AttachTo, repository(ref)) && strings.HasSuffix(ref, "@"+attach.Artifact(p.Release.Canonical))
}

// attached asks whether every bundle is there. It is asked again until it is.
func (p *Plan) attached(ctx context.Context, ref string) (bool, error) {
	all, ok := p.all()
	if !ok {
		return p.idle, nil
	}
	there, err := p.services.Images.Fetch(ctx, ref)
	switch refusal.Code(err) {
	case "image-missing", "referrer-missing", "image-denied": // some deny what does not exist yet; pushing will tell
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, b := range all {
		if !slices.ContainsFunc(there, func(t []byte) bool { return bytes.Equal(t, b) }) {
			return false, nil
		}
	}
	return true, nil
}

func (p *Plan) attach(ctx context.Context, ref string) error {
	if p.own(ref) {
		got, err := p.services.Images.PushArtifact(ctx, repository(ref), p.Release.Canonical)
		if err != nil {
			return err
		}
		if got != ref {
			return &refusal.Refusal{Kind: refusal.Environment, Code: "artifact-moved", Doing: "pushing the release's artifact", Why: "the registry has it as " + got + " instead of " + ref, Mend: "Name the repository as the registry does."}
		}
	}
	all, _ := p.all()
	done, err := p.services.Images.Attach(ctx, ref, all)
	for _, a := range done {
		if !slices.Contains(p.journal.Attached[ref], a.Digest) {
			p.journal.Attached[ref] = append(p.journal.Attached[ref], a.Digest)
		}
	}
	if err != nil {
		return err
	}
	return p.journal.save()
}
