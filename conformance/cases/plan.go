package cases

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/mcp"
)

// Options say where cases run and how long they may take.
type Options struct {
	// Revisions are those to run in, all of which the server speaks.
	Revisions []mcp.Revision
	// Transport is the one spoken.
	Transport mcp.TransportKind
	// Timeout is how long an answer, or an expected notification, is waited for;
	// 10 seconds by default.
	Timeout time.Duration
	// Check and Skip are globs over ids, as those of conformance.
	Check, Skip []string
	// Update has golden files written anew instead of compared: see
	// Plan.WriteGoldens.
	Update bool
	// Redact takes secrets out of everything that is reported.
	Redact *redact.Redactor
	// Frame, which may be nil, is told of every frame of the run with that place
	// in Plan.Runs: see inspect.Options.Frame.
	Frame func(run int, f mcp.Frame, x *mcp.Exchange)
	// Loose goes on after a step that failed: what matters is what crossed.
	Loose bool
}

// Run is one case, in one revision, with one row of its table.
type Run struct {
	File     *File
	Case     *Case
	Row      int // of the table, from 0
	ID       string
	Title    string
	Revision mcp.Revision
	// Skip is why it will not run, "" when it will.
	Skip string
}

// Plan is everything that will run, in order. It is used once.
type Plan struct {
	Runs    []Run
	options Options
	goldens map[string]*goldens // by folder
}

const defaultTimeout = 10 * time.Second

// NewPlan lays out the runs of files: each case in each revision that it is for
// and that is to be judged, once for each row of its table.
func NewPlan(files []*File, o Options) *Plan {
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	p := &Plan{options: o, goldens: map[string]*goldens{}}
	for _, f := range files {
		dir := filepath.Dir(f.Path)
		if p.goldens[dir] == nil {
			p.goldens[dir] = newGoldens(dir, o.Update)
		}
		for _, c := range f.Cases {
			p.lay(f, c)
		}
	}
	return p
}

// lay adds the runs of a case. One that runs nowhere is there once, and says why.
func (p *Plan) lay(f *File, c *Case) {
	skip := c.Skip
	in := []mcp.Revision{}
	for _, r := range p.options.Revisions {
		if len(c.Revisions) == 0 || slices.Contains(c.Revisions, r) {
			in = append(in, r)
		}
	}
	switch {
	case skip != "":
	case len(c.Transports) > 0 && !slices.Contains(c.Transports, p.options.Transport):
		skip = fmt.Sprintf("it is for %v, and the server is spoken to over %s", c.Transports, p.options.Transport)
	case len(in) == 0:
		skip = fmt.Sprintf("it is for %v, of which none is judged here", c.Revisions)
		in = c.Revisions[:1]
	}
	for _, r := range in {
		for row := range c.Rows() {
			id := c.RowID(row)
			if p.selects(id) {
				p.Runs = append(p.Runs, Run{File: f, Case: c, Row: row, ID: id, Title: c.Title(row), Revision: r, Skip: skip})
			}
		}
	}
}

func (p *Plan) selects(id string) bool {
	matches := func(glob string) bool { return conformance.MatchGlob(glob, id) }
	return (len(p.options.Check) == 0 || slices.ContainsFunc(p.options.Check, matches)) && !slices.ContainsFunc(p.options.Skip, matches)
}

// Run carries the plan out, one run after the other: cases of one server may
// share what lies behind it. Each has a session of its own. observe, which may
// be nil, is told of each finding. When ctx ends, what did not run says so.
func (p *Plan) Run(ctx context.Context, target mcp.Target, observe func(done, total int, f conformance.Finding)) []conformance.Finding {
	var all []conformance.Finding
	for i, one := range p.Runs {
		f := p.run(ctx, target, i, one)
		all = append(all, f)
		if observe != nil {
			observe(i+1, len(p.Runs), f)
		}
	}
	return all
}

// WriteGoldens writes the golden files that a run with Options.Update has made
// anew, each as a whole or not at all, and names those that changed.
func (p *Plan) WriteGoldens() ([]string, error) {
	var written []string
	for _, g := range p.goldens {
		some, err := g.write()
		written = append(written, some...)
		if err != nil {
			return written, err
		}
	}
	slices.Sort(written)
	return written, nil
}
