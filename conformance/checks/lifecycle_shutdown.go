package checks

import (
	"context"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// shutdown is about the end of a process: basic/lifecycle#shutdown. The stdio
// suite has the rules of the stateless era.
func shutdown() []conformance.Check {
	return []conformance.Check{{
		ID:     "lifecycle/shutdown/eof",
		Title:  "the process exits by itself when its standard input is closed",
		Claims: claims{Handshake: ids{"lifecycle.shutdown.stdio-exit-on-eof"}, Stateless: ids{"stdio.shutdown.exit-on-eof"}},
		Needs:  "stdio",
		Reach:  conformance.Observe,
		Run:    lifecycleExitOnEOF,
		Fix:    "Read standard input to its end and leave the main loop there; hosts close it to say goodbye.",
	}, {
		ID:     "lifecycle/shutdown/sigterm",
		Title:  "the process exits when it is asked to terminate",
		Claims: claims{Handshake: ids{"lifecycle.shutdown.stdio-exit-on-sigterm"}},
		Needs:  "stdio",
		Reach:  conformance.Provoke,
		Run:    lifecycleExitOnTerm,
	}}
}

// exitPatience is how long a process may take to end: the specification names
// no time, hosts wait a few seconds.
const exitPatience = 5 * time.Second

func lifecycleExitOnEOF(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	j.Timed()
	// A client without capabilities, for a server that waits for an answer when
	// the end comes may well wait on.
	s, err := p.FreshWith(ctx, func(o *mcp.Options) { o.Limits.Exit, o.Capabilities = exitPatience, map[string]any{} })
	if err != nil {
		return err
	}
	x, err := p.Control(ctx, s)
	if err != nil {
		return err
	}
	if err := s.Close(ctx); err != nil {
		return err
	}
	j.Saw(x)
	exit, ok := s.Exit()
	switch {
	case !ok:
		return conformance.Unprovenf("how the process ended is not known")
	case exit.Forced != "":
		j.Failf(x, "the process ran on %s after its standard input had been closed and had to be ended (%s)",
			exit.After.Round(time.Millisecond), exit.Forced)
	}
	return j.Err("")
}

func lifecycleExitOnTerm(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	x, err := p.Control(ctx, s)
	if err != nil {
		return err
	}
	if !s.Terminate() {
		return conformance.Unprovenf("there is no process to terminate")
	}
	j.Saw(x)
	j.Timed()
	timer := time.NewTimer(exitPatience)
	defer timer.Stop()
	select {
	case <-s.Ended():
	case <-timer.C:
		j.Failf(x, "the process was still running %s after it had been asked to terminate", exitPatience)
	case <-ctx.Done():
		return ctx.Err()
	}
	return j.Err("")
}
