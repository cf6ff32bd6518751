package publish

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/packages"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// packageSteps upload a package, if that is wanted, and wait until everybody can
// see it: a registry refuses an entry whose packages it does not find.
func (p *Plan) packageSteps(k *Package) {
	id := k.Type + "/" + k.Identifier
	if slices.ContainsFunc(p.Steps, func(s *Step) bool { return s.ID == "wait/"+id }) {
		return // listed twice, with another transport
	}
	if p.Release.Settings.Upload && len(k.Artifacts) > 0 {
		p.add(Step{ID: "upload/" + id, Kind: KindUpload, Title: "upload " + k.String() + " with its ecosystem's own client", Writes: k.String(), Needs: "what the client is logged in with"},
			func(context.Context) (bool, error) { return k.Proof.State != packages.NotFound, nil },
			func(ctx context.Context) error { return p.upload(ctx, k) })
	}
	p.add(Step{ID: "wait/" + id, Kind: KindWait, Title: "see " + k.String() + " and its proof of ownership", Digest: fileWords(k)},
		func(context.Context) (bool, error) { return visible(k) },
		func(ctx context.Context) error { return p.await(ctx, k) })
}

func fileWords(k *Package) string {
	if len(k.Files) == 0 {
		return ""
	}
	return digestWords(k.Files[0].Digest)
}

func (p *Plan) upload(ctx context.Context, k *Package) error {
	for _, file := range k.Artifacts {
		err := p.services.Packages.Upload(ctx, k.Package, file)
		if err == nil {
			continue
		}
		// The answer may have been lost: what counts is what is there.
		k.Proof = p.services.Packages.Prove(ctx, p.Release.Name, k.Package)
		if there, _ := visible(k); !there {
			return err
		}
	}
	return nil
}

// visible reports whether the package is there as the release has it.
func visible(k *Package) (bool, error) {
	if k.Proof.Err() != nil || len(k.Proof.Files) == 0 {
		return false, nil
	}
	switch missing, more := strangers(k.Files, k.Proof.Files), strangers(k.Proof.Files, k.Files); {
	case missing == "" && more == "":
		return true, nil
	case missing != "" && len(k.Proof.Files) < len(k.Files):
		return false, nil // some of its files are still to come
	case missing != "":
		return false, packageDiffers(k, "what is published has other bytes than what the attestations speak of, "+missing)
	default:
		return false, packageDiffers(k, "there is a file that the attestations do not speak of, "+more)
	}
}

func packageDiffers(k *Package, why string) error {
	return &refusal.Refusal{Kind: refusal.Finding, Code: "package-differs", Doing: "comparing " + k.String() + " with the release", Why: why,
		Mend: "Publish again with all files that the package has, or raise the version."}
}

// await looks again and again until the package is visible.
func (p *Plan) await(ctx context.Context, k *Package) error {
	return p.wait(ctx, "waiting for "+k.String(), func(ctx context.Context) (bool, string, error) {
		k.Proof = p.services.Packages.Prove(ctx, p.Release.Name, k.Package)
		if !k.awaited() && k.Proof.Err() != nil {
			return false, "", k.Proof.Err()
		}
		there, err := visible(k)
		return there, k.Proof.Why, err
	})
}

// reachable asks whether the file of attestations is where the pointer says.
func (p *Plan) reachable(ctx context.Context) (bool, error) {
	there, _ := p.download(ctx)
	return there || p.idle, nil
}

func (p *Plan) download(ctx context.Context) (bool, string) {
	all, ok := p.all()
	if !ok {
		return false, "nothing is signed yet"
	}
	want, _ := attach.Lines(all)
	got, err := p.services.Download(ctx, p.Release.Settings.URL, registry.MaxAttestations)
	switch {
	case err != nil:
		return false, err.Error()
	case !bytes.Equal(got, want):
		return false, "there is another file at that address"
	}
	return true, ""
}

// awaitURL waits until the user has put the file there.
func (p *Plan) awaitURL(ctx context.Context) error {
	file := either(p.lines(), "the file that `mcpctl sign --out DIR` writes")
	p.options.Tell(Event{What: "note", Text: "Put " + file + " at " + p.Release.Settings.URL + "; if this run ends before, the next goes on from here."})
	return p.wait(ctx, "waiting for the attestations at "+p.Release.Settings.URL, func(ctx context.Context) (bool, string, error) {
		there, why := p.download(ctx)
		return there, why, nil
	})
}

// wait asks until the answer is yes, less often each time, and not for ever.
func (p *Plan) wait(ctx context.Context, doing string, ask func(context.Context) (yes bool, why string, err error)) error {
	begun := p.options.Now()
	deadline, cancel := context.WithTimeout(ctx, p.options.Wait)
	defer cancel()
	pause, last := p.options.Pause, ""
	for {
		yes, why, err := ask(deadline)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case yes:
			return nil
		case deadline.Err() == nil && err != nil:
			return err
		case deadline.Err() == nil:
			last = why
		}
		p.options.Tell(Event{What: "wait", Text: fmt.Sprintf("%s, %s of %s: %s", doing, p.options.Now().Sub(begun).Round(time.Second), p.options.Wait, last)})
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-deadline.Done():
			timer.Stop()
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return &refusal.Refusal{Kind: refusal.Environment, Code: "wait-timeout", Doing: doing, Why: fmt.Sprintf("it was not there after %s: %s", p.options.Wait, last),
				Mend: "Run the same command again: it goes on from here. --wait-timeout gives it more time."}
		}
		pause = min(pause*3/2, time.Minute)
	}
}
