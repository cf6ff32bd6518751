package publish

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// The kinds of steps of an undo.
const (
	KindStatus = "status"
	KindDetach = "detach"
	KindForget = "forget"
)

// Withdrawal is what to take back, and how. A version is never removed from a
// registry: its status says that it is not to be used.
type Withdrawal struct {
	Name, Version string
	// Status is registry.Deprecated or registry.Deleted.
	Status string
	// Message says why; Successor, NAME@VERSION, is named in it.
	Message, Successor string
	// Detach removes the attestations from images; what was never published is
	// detached anyway.
	Detach bool
	// State is the folder with the journals.
	State string
}

// Undo is all that taking a release back will do.
type Undo struct {
	Withdrawal Withdrawal
	// Message is what users will read.
	Message string
	Steps   []*Step
	Notes   []string
	plan    *Plan
}

// NewUndo asks what there is to take back. It only reads. The refusals are
// bad-status and not-found, where neither registry nor journal knows the version.
func NewUndo(ctx context.Context, w Withdrawal, s Services, o Options) (*Undo, error) {
	u := &Undo{Withdrawal: w, Message: w.Message}
	if w.Successor != "" {
		u.Message = joined(w.Message, "Use "+w.Successor+" instead.")
	}
	if err := registry.CheckStatus(w.Status, u.Message); err != nil {
		return nil, err
	}
	if w.Status == registry.Active || utf8.RuneCountInString(u.Message) > registry.MaxStatusMessage {
		return nil, &refusal.Refusal{Kind: refusal.Usage, Code: "bad-status", Doing: "undoing " + w.Name + "@" + w.Version, Why: "an undo makes a version deprecated or deleted", Mend: "Give --status deprecated or --status deleted."}
	}
	r := &Release{Name: w.Name, Version: w.Version, Settings: Settings{State: w.State}}
	u.plan = &Plan{Release: r, services: s, options: o.withDefaults()}
	j, err := readJournal(r)
	if err != nil {
		return nil, err
	}
	published := 0
	for _, t := range s.Targets {
		there, err := u.status(ctx, &target{Target: t, plan: u.plan, edits: true})
		if err != nil {
			return nil, err
		}
		if there {
			published++
		}
	}
	if j != nil {
		u.journal(j.filled(), published)
	}
	if len(u.Steps) == 0 {
		return nil, &refusal.Refusal{Kind: refusal.Finding, Code: "not-found", Doing: "undoing " + r.ID(), Why: "neither a registry nor a journal knows this version", Mend: "Name the registry with --registry, and the folder of the project's journals with --state."}
	}
	for _, step := range u.Steps {
		if step.State == "" {
			step.State = Todo
		}
	}
	return u, nil
}

func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + " " + b
}

func (u *Undo) add(s Step, do func(context.Context) error) *Step {
	s.do = do
	s.done = func(context.Context) (bool, error) { return false, nil }
	u.Steps = append(u.Steps, &s)
	return &s
}

// status plans the change of status at one registry, if it has the version.
func (u *Undo) status(ctx context.Context, t *target) (there bool, err error) {
	w := u.Withdrawal
	e, err := t.Registry.Get(ctx, w.Name, w.Version)
	if refusal.Code(err) == "not-found" {
		u.Notes = append(u.Notes, t.Name+" does not have "+w.Name+"@"+w.Version+".")
		return false, nil
	}
	if err != nil {
		return false, err
	}
	step := u.add(Step{ID: "status/" + t.Name, Kind: KindStatus, Title: fmt.Sprintf("make it %s at %s", w.Status, t.Name), Writes: t.Name}, func(ctx context.Context) error {
		secret, err := t.secret(ctx)
		if err != nil {
			return err
		}
		return t.Registry.Status(ctx, w.Name, w.Version, w.Status, u.Message, secret)
	})
	if t.Held != nil || t.Login != nil {
		step.Needs, step.Held = registry.ActionPublish+" "+w.Name, t.held()
	}
	if e.Status == w.Status && e.StatusMessage == u.Message {
		step.State, step.done = Done, func(context.Context) (bool, error) { return true, nil }
	}
	if e.IsLatest {
		u.Notes = append(u.Notes, "It is the latest version at "+t.Name+"; if it is deleted, the one before is the latest again.")
	}
	return true, nil
}

// journal plans to take back what the journal knows of.
func (u *Undo) journal(j *journal, published int) {
	if !u.Withdrawal.Detach && published > 0 {
		return
	}
	for _, ref := range slices.Sorted(maps.Keys(j.Attached)) {
		for _, digest := range j.Attached[ref] {
			u.add(Step{ID: "detach/" + ref + "/" + digest, Kind: KindDetach, Title: "detach an attestation from " + ref, Writes: repository(ref), Digest: digest}, func(ctx context.Context) error {
				err := u.plan.services.Images.Detach(ctx, ref, digest)
				if refusal.Code(err) == "detach-unsupported" {
					u.plan.options.Tell(Event{What: "note", Text: repository(ref) + " removes nothing; the attestation stays."})
					return nil
				}
				if err != nil {
					return err
				}
				j.Attached[ref] = slices.DeleteFunc(j.Attached[ref], func(d string) bool { return d == digest })
				return j.save()
			})
		}
	}
	if published == 0 {
		u.add(Step{ID: "forget", Kind: KindForget, Title: "remove the journal: nothing was published", Writes: j.dir}, func(context.Context) error {
			if err := os.RemoveAll(j.dir); err != nil {
				return &refusal.Refusal{Kind: refusal.Environment, Code: "journal-unwritable", Doing: "removing the journal", Err: err, Mend: "Remove " + j.dir + " yourself."}
			}
			return nil
		})
	}
}

// Apply does it, step by step. Broken off and made again, it does what is left.
func (u *Undo) Apply(ctx context.Context) error {
	return carryOut(ctx, u.Steps, u.plan.options.Tell)
}
