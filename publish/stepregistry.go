package publish

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// target is a registry in one run.
type target struct {
	Target
	plan  *Plan
	entry *registry.Entry // the release there, once it is
	token *registry.Token
	// spent: the registry does not take the token at hand, whatever that says.
	spent bool
	// edits: a status is changed, which those who may edit can do as well.
	edits bool
}

func (t *target) steps() {
	r := t.plan.Release
	if t.Login != nil || t.Held != nil {
		step := t.plan.add(Step{ID: "login/" + t.Name, Kind: KindLogin, Title: "log in to " + t.Name, Needs: registry.ActionPublish + " " + r.Name, Held: t.held()},
			func(context.Context) (bool, error) { return t.entry != nil || t.usable(), nil }, t.logIn)
		if t.How != "" {
			step.Note = "by " + t.How
		}
	}
	draft := t.plan.draft()
	t.plan.add(Step{ID: "publish/" + t.Name, Kind: KindPublish, Title: "publish " + r.ID() + " at " + t.Name, Writes: t.Name, Digest: r.Digest, Bytes: len(draft), Document: draft,
		Note: "server.json with the pointer to the attestations"},
		func(context.Context) (bool, error) { return t.entry != nil, nil }, t.publish)
	t.plan.add(Step{ID: "read-back/" + t.Name, Kind: KindReadBack, Title: "read " + r.ID() + " back from " + t.Name + " and compare"},
		func(context.Context) (bool, error) { return t.entry != nil, nil }, t.readBack)
}

// document is server.json as it is published, with the pointer.
func (p *Plan) document() ([]byte, error) {
	if p.pointer != nil {
		return attest.WithPointer(p.Release.Raw, *p.pointer)
	}
	own, ok := p.ownPointer()
	if !ok {
		return nil, fmt.Errorf("not all statements are signed")
	}
	return attest.WithPointer(p.Release.Raw, own)
}

// draft is what will be published, as far as that is known before anything is
// signed: digests of what is signed are zeros, which are as long.
func (p *Plan) draft() string {
	document, err := p.document()
	if err != nil {
		document, err = attest.WithPointer(p.Release.Raw, p.Release.pointer(strings.Repeat("0", 64)))
	}
	if err != nil {
		return "" // Gather has said why
	}
	return string(document)
}

// tries bounds how often an entry is sent or read back.
const tries = 4

// publish sends the entry. Where the answer was lost, and where somebody sent it
// before, reading back says whether it is there.
func (t *target) publish(ctx context.Context) error {
	document, err := t.plan.document()
	if err != nil {
		return err
	}
	if err := t.shelve(ctx); err != nil {
		return err
	}
	for attempt := 1; ; attempt++ {
		secret, err := t.secret(ctx)
		if err != nil {
			return err
		}
		_, err = t.Registry.Publish(ctx, document, secret)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		switch refusal.Code(err) {
		case "duplicate-version", "publish-unknown", "registry-broken", "registry-unreachable":
			if back := t.read(ctx); back == nil {
				return nil
			} else if refusal.Code(back) != "not-found" {
				return either2(back, err)
			}
		case "token-expired":
			t.token, t.spent = nil, true
			if t.Login == nil {
				return err
			}
		case "rate-limited":
		default:
			return err
		}
		if attempt == tries || refusal.Code(err) == "duplicate-version" {
			return err
		}
		if err := t.plan.pause(ctx, attempt); err != nil {
			return err
		}
	}
}

// either2 is what reading back found, unless that failed for want of an answer:
// then the first failure says more.
func either2(back, first error) error {
	if refusal.Code(back) == "duplicate-differs" {
		return back
	}
	return first
}

func (p *Plan) pause(ctx context.Context, attempt int) error {
	timer := time.NewTimer(p.options.Pause * time.Duration(attempt))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// shelve gives the attestations to a registry that keeps them.
func (t *target) shelve(ctx context.Context) error {
	shelf, ok := t.Registry.(Shelf)
	all, signed := t.plan.all()
	if !ok || !signed {
		return nil
	}
	lines, sum := attach.Lines(all)
	if _, err := shelf.Attestations(ctx, sum); err == nil || refusal.Code(err) == "attestations-unsupported" {
		return nil
	}
	secret, err := t.secret(ctx)
	if err == nil {
		err = shelf.PutAttestations(ctx, lines, secret)
	}
	if refusal.Code(err) == "attestations-unsupported" {
		return nil
	}
	return err
}

// read asks for the entry, and accepts one that is this release.
func (t *target) read(ctx context.Context) error {
	e, err := t.Registry.Get(ctx, t.plan.Release.Name, t.plan.Release.Version)
	if err != nil {
		return err
	}
	there, signed, err := t.plan.same(t.Name, e)
	if err != nil {
		return err
	}
	want, _, err := t.pointer()
	if err != nil {
		return err
	}
	if !signed || !equal(there, want) {
		return differs(t.Name, t.plan.Release, "its pointer leads to other attestations")
	}
	t.entry = e
	return nil
}

// pointer is the one that is published.
func (t *target) pointer() (attest.Pointer, bool, error) {
	document, err := t.plan.document()
	if err != nil {
		return attest.Pointer{}, false, err
	}
	return attest.PointerOf(document)
}

// readBack reads the entry until it is there, and compares it.
func (t *target) readBack(ctx context.Context) error {
	for attempt := 1; ; attempt++ {
		err := t.read(ctx)
		if err == nil {
			return nil
		}
		transient := refusal.Code(err) == "not-found" || refusal.Code(err) == "registry-unreachable" || refusal.Code(err) == "registry-broken" || refusal.Code(err) == "rate-limited"
		if !transient || attempt == tries {
			return err
		}
		if err := t.plan.pause(ctx, attempt); err != nil {
			return err
		}
	}
}
