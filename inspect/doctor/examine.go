package doctor

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/mcpctl/mcpctl/inspect/servers"
	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/mcp"
)

// ExamineAll examines servers, some at once, and gives the diagnoses in the order
// of the servers. tell, unless nil, is told of each as it is done, one at a time.
// A server that is written several times in the same way is examined once.
func ExamineAll(ctx context.Context, all []servers.Server, o Options, tell func(Diagnosis)) []Diagnosis {
	o = o.settled()
	groups := grouped(all, o)
	done := make([]Diagnosis, len(groups))
	turns := make(chan struct{}, o.Parallel)
	var running sync.WaitGroup
	var telling sync.Mutex
	for i, g := range groups {
		turns <- struct{}{}
		running.Go(func() {
			defer func() { <-turns }()
			d := Examine(ctx, g[0], o)
			for _, other := range g[1:] {
				d.Also = append(d.Also, other.Position())
			}
			done[i] = d
			if tell != nil {
				telling.Lock()
				defer telling.Unlock()
				tell(d)
			}
		})
	}
	running.Wait()
	return done
}

// grouped puts servers together that are the same in every respect that matters.
func grouped(all []servers.Server, o Options) [][]servers.Server {
	index := map[string]int{}
	var groups [][]servers.Server
	for _, s := range all {
		key := sameness(s, o)
		if i, ok := index[key]; ok {
			groups[i] = append(groups[i], s)
			continue
		}
		index[key] = len(groups)
		groups = append(groups, []servers.Server{s})
	}
	return groups
}

// sameness is equal for servers that one examination will do for. References
// mean different things to different clients, and consent does to scopes.
func sameness(s servers.Server, o Options) string {
	key := fmt.Sprintf("%q %q %q %q %q %q %q %q %q %q %d", s.Name, s.Scope, s.Command, s.Args, s.Env, s.EnvFile, s.Dir, s.URL, s.Headers, s.Transport, len(s.Problems))
	if len(s.Refs()) > 0 || len(s.Unreplaced()) > 0 || len(s.Problems) > 0 {
		key += s.Client
	}
	if s.Disabled != "" && !o.Disabled {
		key += "disabled in " + s.Position()
	}
	return key
}

// examination is one server under examination.
type examination struct {
	o      Options
	s      servers.Server
	d      Diagnosis
	target mcp.Target
	redact *redact.Redactor
}

// Examine examines one server. It never fails: what goes wrong is in the
// diagnosis.
func Examine(ctx context.Context, s servers.Server, o Options) Diagnosis {
	o = o.settled()
	e := &examination{o: o, s: s, d: Diagnosis{Name: s.Name, Client: s.Client, Scope: s.Scope, File: s.File, Line: s.Line, Target: s.Shown(), Steps: []Step{}}}
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	e.examine(ctx)
	e.d.Took = Millis(time.Since(began))
	e.d.judge()
	return e.d
}

func (e *examination) examine(ctx context.Context) {
	if e.s.Disabled != "" && !e.o.Disabled {
		e.step(Skip, StepConfig, "its client does not use it: "+e.s.Disabled, "")
		return
	}
	ready := e.config() && e.environment()
	if ready && e.s.Local() {
		ready = e.command()
	} else if ready {
		ready = e.address()
	}
	switch {
	case !ready:
	case !e.o.Allow(e.s):
		what := "it was not started without consent"
		if !e.s.Local() {
			what = "it was not asked without consent"
		}
		e.step(Skip, StepConsent, what, "")
	case e.s.Local():
		e.converse(ctx)
	case e.network(ctx):
		e.converse(ctx)
	}
}

// step notes a step, and reports whether to go on.
func (e *examination) step(status Status, name, what, mend string, lines ...string) bool {
	s := Step{Name: name, Status: status, What: e.clean(what), Mend: e.clean(mend)}
	for _, l := range lines[:min(len(lines), maxLines)] {
		s.Lines = append(s.Lines, e.clean(l))
	}
	e.d.Steps = append(e.d.Steps, s)
	return status == OK || status == Warn
}

// timed is step with the time that it took.
func (e *examination) timed(took time.Duration, status Status, name, what, mend string, lines ...string) bool {
	going := e.step(status, name, what, mend, lines...)
	e.d.Steps[len(e.d.Steps)-1].Took = Millis(took)
	return going
}

// clean is a bounded text without secrets.
func (e *examination) clean(s string) string {
	return term.Clip(e.redact.String(strings.TrimSpace(s)), maxWidth)
}

// entry is where the server is written, for what to do.
func (e *examination) entry() string { return e.s.Position() }
