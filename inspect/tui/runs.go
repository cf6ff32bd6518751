package tui

import (
	"context"
	"errors"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

// RunState is how a run stands.
type RunState uint8

// The states of a run.
const (
	Running   RunState = iota
	Fine               // there is a result
	Reported           // there is a result, which says that the tool failed
	Broken             // there is no result
	Cancelled          // the user gave it up
)

// Run is one thing asked of the server: a call, a read, a prompt.
type Run struct {
	N            int
	Kind, Name   string // "call" "get-sum", "read" "file:///x", "get" "greeting"
	Args         mcp.Value
	Began, Ended time.Time
	State        RunState
	Result       mcp.Value
	Err          error          // also beside a result: what the server asked and nobody answered
	Note         string         // its progress, while it runs
	Remarks      []string       // what is odd about the result
	parts        []inspect.Part // of the result
	stop         context.CancelFunc
	stopped      bool
	turn         int     // of the connection
	session      int     // its number in the traffic
	entry        int     // of the traffic, 0 while it was not looked for
	tokens       []int64 // of progress, one for each request that was sent
}

// Bounds on what is kept of past runs.
const (
	maxRuns       = 200
	maxRunResults = 64 << 20 // bytes
)

// tokenMsg tells of a progress token of a run's.
type tokenMsg struct {
	run   *Run
	token int64
}

// ranMsg is the end of a run.
type ranMsg struct {
	run     *Run
	result  mcp.Value
	parts   []inspect.Part
	remarks []string
	err     error
}

// work asks the server something and looks at the result, on a goroutine of its
// own.
type work func(context.Context, *inspect.Client) (result mcp.Value, remarks []string, err error)

// Start begins a run. Without a connection there is none, and the command says
// so.
func (r *Room) Start(kind, name string, args mcp.Value, do work) (*Run, tea.Cmd) {
	client := r.Conn.Client()
	if client == nil {
		return nil, r.toast(Warn, r.Why())
	}
	ctx, stop := context.WithCancel(r.ctx)
	r.ran++
	run := &Run{N: r.ran, Kind: kind, Name: name, Args: args, Began: r.now(), stop: stop, turn: r.Conn.turn, session: r.wires.latest()}
	ctx = inspect.WithToken(ctx, func(token int64) { r.feed.put(tokenMsg{run, token}) })
	r.Runs = append(r.Runs, run)
	r.forget()
	return run, tea.Batch(r.send(runMsg{run}), func() tea.Msg {
		defer stop()
		result, remarks, err := do(ctx, client)
		return ranMsg{run, result, partsOf(kind, result), remarks, err}
	})
}

// ended takes in the end of a run.
func (r *Room) ended(m ranMsg) tea.Msg {
	run := m.run
	run.Ended, run.Result, run.parts, run.Remarks, run.Err, run.Note = r.now(), m.result, m.parts, m.remarks, m.err, ""
	switch {
	case errors.Is(m.err, context.Canceled):
		run.State, run.Err = Cancelled, errors.New("you cancelled it; the server was told")
	case !m.result.Exists():
		run.State = Broken
		if run.Err == nil {
			run.Err = errors.New("the server gave no result")
		}
	case m.result.Get("isError").True():
		run.State = Reported
	default:
		run.State = Fine
	}
	return runMsg{run}
}

// progressed takes in an event that tells of progress: of the run whose token it
// has, however many are under way.
func (r *Room) progressed(e inspect.Event) tea.Msg {
	token, ok := e.Params.Get("progressToken").Int()
	for i := len(r.Runs) - 1; i >= 0 && ok; i-- {
		if run := r.Runs[i]; run.State == Running && run.turn == r.Conn.turn && slices.Contains(run.tokens, token) {
			run.Note = e.Text
			return runMsg{run}
		}
	}
	return nil
}

// Cancel gives a run up; the server is told.
func (run *Run) Cancel() {
	if run.State == Running {
		run.stopped = true
		run.stop()
	}
}

// Took is how long the run took, or takes so far.
func (run *Run) Took(now time.Time) time.Duration {
	if run.State != Running {
		now = run.Ended
	}
	return now.Sub(run.Began)
}

// forget drops the oldest runs that are too many or too large.
func (r *Room) forget() {
	kept := 0
	for i := len(r.Runs) - 1; i >= 0; i-- {
		run := r.Runs[i]
		kept += len(run.Result.Raw())
		if run.State != Running && (len(r.Runs)-i > maxRuns || kept > maxRunResults) {
			r.Runs = append(r.Runs[:i:i], r.Runs[i+1:]...)
		}
	}
}

// RunsOf are the runs of one thing, the latest first.
func (r *Room) RunsOf(kind, name string) []*Run {
	var all []*Run
	for i := len(r.Runs) - 1; i >= 0; i-- {
		if run := r.Runs[i]; run.Kind == kind && run.Name == name {
			all = append(all, run)
		}
	}
	return all
}
