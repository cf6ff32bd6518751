package tui

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/inspect/compare"
	"github.com/mcpctl/mcpctl/inspect/tape"
	"github.com/mcpctl/mcpctl/mcp"
)

// compareWithin bounds how long a side may take to be read.
const compareWithin = 2 * time.Minute

// sideMsg is a side that has been read for the comparison, or why not.
type sideMsg struct {
	turn int // of the reading; an earlier one is of no interest any more
	onB  bool
	side compare.Side
	err  error
	from *sideSource // the server that it was read from, if it was one
}

// hereNow is the side that this connection is, as far as it has been read.
func (r *Room) hereNow() compare.Side {
	if r.offline != nil {
		return r.offline.side
	}
	client := r.Conn.Client()
	if client == nil {
		return compare.Side{Name: "not connected"}
	}
	s := compare.Side{
		Name: r.options.Target.Name + " @ " + string(client.Revision()), Revision: client.Revision(), Server: client.Session().Server(),
		Tools: r.Lists.Of(inspect.Tools), Prompts: r.Lists.Of(inspect.Prompts), Resources: r.Lists.Of(inspect.Resources), Templates: r.Lists.Of(inspect.Templates),
	}
	for _, run := range r.Runs {
		if run.Result.Exists() && !run.Began.Before(r.Conn.Since) {
			s.Calls = append(s.Calls, asCall(run))
		}
	}
	return s
}

// asCall is a run as the comparison names it.
func asCall(run *Run) compare.Call {
	method, params := "tools/call", map[string]any{"name": run.Name, "arguments": run.Args}
	switch run.Kind {
	case "read":
		method, params = "resources/read", map[string]any{"uri": run.Name}
	case "get":
		method = "prompts/get"
	}
	return compare.Call{Method: method, Params: mcp.ValueOf(params), Result: run.Result}
}

// readServer reads what a server offers, on a connection of its own.
func (r *Room) readServer(turn int, onB bool, target mcp.Target, rev mcp.Revision) tea.Cmd {
	o := r.options.Inspect
	o.Revision, o.Tell = rev, nil
	r.working.Add(1)
	return func() tea.Msg {
		defer r.working.Done()
		ctx, cancel := context.WithTimeout(r.ctx, compareWithin)
		defer cancel()
		client, err := inspect.Open(ctx, target, o)
		if err != nil {
			return sideMsg{turn: turn, onB: onB, err: err}
		}
		defer func() { _ = client.Close(ctx) }() // it has told all that was wanted
		inv, err := client.Take(ctx)
		return sideMsg{turn: turn, onB: onB, err: err, from: &sideSource{target, client.Revision()}, side: compare.Side{
			Name: target.Name + " @ " + string(client.Revision()), Revision: client.Revision(), Server: inv.Server,
			Tools: inv.Tools, Prompts: inv.Prompts, Resources: inv.Resources, Templates: inv.Templates,
		}}
	}
}

// readTape reads a recording.
func (r *Room) readTape(turn int, onB bool, name string) tea.Cmd {
	return func() tea.Msg {
		t, err := tape.Open(name)
		if err != nil {
			return sideMsg{turn: turn, onB: onB, err: err}
		}
		frames := make([]mcp.Frame, len(t.Frames))
		for i, f := range t.Frames {
			frames[i] = f.Frame
		}
		s := compare.OfFrames(filepath.Base(name), frames)
		s.Revision = cmp.Or(s.Revision, t.Revision())
		return sideMsg{turn: turn, onB: onB, side: s}
	}
}

// typedTarget is the server that a person has typed: a URL, or a command.
func typedTarget(text string) (mcp.Target, error) {
	words, err := splitWords(text)
	switch {
	case err != nil:
		return mcp.Target{}, err
	case len(words) == 0:
		return mcp.Target{}, fmt.Errorf("give a URL or a command")
	case strings.HasPrefix(words[0], "http://") || strings.HasPrefix(words[0], "https://"):
		if len(words) > 1 {
			return mcp.Target{}, fmt.Errorf("nothing follows a URL")
		}
		return mcp.Target{Name: words[0], URL: words[0]}, nil
	}
	return mcp.Target{Name: filepath.Base(words[0]), Command: words}, nil
}
