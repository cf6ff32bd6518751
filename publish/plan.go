package publish

import (
	"context"
	"time"

	"github.com/mcpctl/mcpctl/publish/attest"
)

// State is how far a step is.
type State string

// The states of a step.
const (
	// Done: the outside world has it already.
	Done State = "done"
	// Todo: it will be done.
	Todo State = "todo"
)

// Step is one thing that publishing does. IDs are stable: kind and subject.
type Step struct {
	ID    string `json:"id"`
	Kind  string `json:"kind"`
	Title string `json:"title"`
	State State  `json:"state"`
	// Writes says where something is written that lasts; empty for none.
	Writes string `json:"writes,omitempty"`
	Bytes  int    `json:"bytes,omitempty"`
	Digest string `json:"digest,omitempty"`
	// Needs is the permission that is needed, Held what is held of it.
	Needs string `json:"needs,omitempty"`
	Held  string `json:"held,omitempty"`
	Note  string `json:"note,omitempty"`
	// Document is what is signed or sent, byte for byte, where that is a text. What
	// depends on a signature that is not made yet is zeros.
	Document string `json:"-"`

	done func(context.Context) (bool, error)
	do   func(context.Context) error
}

// The kinds of steps, in their order.
const (
	KindCheck    = "check"
	KindSign     = "sign"
	KindFiles    = "files"
	KindAttach   = "attach"
	KindUpload   = "upload"
	KindWait     = "wait"
	KindLogin    = "login"
	KindPublish  = "publish"
	KindReadBack = "read-back"
)

// Options are how a plan is carried out.
type Options struct {
	// Wait is how long packages may take to become visible; ten minutes if 0.
	Wait time.Duration
	// Pause is the wait between two looks, which grows to a minute; two seconds
	// if 0.
	Pause time.Duration
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	// Tell hears what is going on; may be nil.
	Tell func(Event)
}

// Event is a moment of a run.
type Event struct {
	Step Step
	// What is "begin", "done", "skip" for a step that was done already, "wait", or
	// "note".
	What string
	Text string
}

// Plan is all that publishing a release will do. It belongs to one caller.
type Plan struct {
	Release *Release
	Steps   []*Step

	services Services
	options  Options
	journal  *journal
	bundles  map[string][]byte // by the statement's name
	pointer  *attest.Pointer   // of an earlier run, which stays
	idle     bool              // all have the entry, and attestations that we do not
	signer   signer
	targets  []*target
}

// NewPlan asks which steps are done. It only reads. What stands against
// publishing is added to the release's Problems; an error is what kept it from
// asking.
func NewPlan(ctx context.Context, r *Release, s Services, o Options) (*Plan, error) {
	p := &Plan{Release: r, services: s, options: o.withDefaults(), bundles: map[string][]byte{}}
	var err error
	if p.journal, err = begin(r); err != nil {
		return nil, err
	}
	for _, statement := range r.Statements {
		if b := p.journal.bundle(statement); b != nil {
			p.bundles[statement.Name] = b
		}
	}
	for _, t := range s.Targets {
		if r.Settings.SignOnly {
			break
		}
		p.targets = append(p.targets, &target{Target: t, plan: p})
	}
	if err := p.look(ctx); err != nil {
		return nil, err
	}
	p.steps()
	for _, step := range p.Steps {
		step.State = Todo
		done, err := step.done(ctx)
		if err != nil {
			r.problem(err)
		}
		if done {
			step.State = Done
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (o Options) withDefaults() Options {
	if o.Wait <= 0 {
		o.Wait = 10 * time.Minute
	}
	if o.Pause <= 0 {
		o.Pause = 2 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Tell == nil {
		o.Tell = func(Event) {}
	}
	return o
}

// steps lays out the steps; each knows how to ask whether it is done.
func (p *Plan) steps() {
	r := p.Release
	if len(r.Refs())+len(p.targets) > 0 {
		p.add(Step{ID: "check", Kind: KindCheck, Title: "check permission to attach and to publish, before anything is signed"}, p.checked, p.check)
	}
	for _, s := range r.Statements {
		p.add(Step{ID: "sign/" + s.Name, Kind: KindSign, Title: "sign " + s.Name + ": " + s.Note, Digest: sum(s.Bytes), Bytes: len(s.Bytes), Document: string(s.Bytes), Writes: p.journal.dir},
			p.signed(s), p.sign(s))
	}
	if file := p.lines(); file != "" {
		p.add(Step{ID: "files", Kind: KindFiles, Title: "write the file of attestations", Writes: file}, p.written, p.writeLines)
	}
	p.attachSteps()
	if r.Settings.SignOnly {
		return
	}
	for i := range r.Packages {
		p.packageSteps(&r.Packages[i])
	}
	if r.Settings.URL != "" {
		p.add(Step{ID: "wait/attestations", Kind: KindWait, Title: "wait until the file of attestations is at " + r.Settings.URL}, p.reachable, p.awaitURL)
	}
	for _, t := range p.targets {
		t.steps()
	}
}

func (p *Plan) add(s Step, done func(context.Context) (bool, error), do func(context.Context) error) *Step {
	s.done, s.do = done, do
	p.Steps = append(p.Steps, &s)
	return &s
}
