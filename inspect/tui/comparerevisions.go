package tui

import (
	"context"
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

// spokenMsg tells which revisions the server speaks.
type spokenMsg struct {
	turn int
	all  []mcp.Revision
	err  error
}

// findSpoken finds out which revisions the server speaks, on connections of its
// own, one for each.
func (s *comparing) findSpoken() tea.Cmd {
	r := s.room
	turn := s.begin("which revisions it speaks")
	o, target := r.options.Inspect, r.options.Target
	r.working.Add(1)
	return func() tea.Msg {
		defer r.working.Done()
		ctx, cancel := context.WithTimeout(r.ctx, compareWithin)
		defer cancel()
		d, err := inspect.Discover(ctx, target, mcp.Timeline(), o)
		return spokenMsg{turn, d.Revisions, err}
	}
}

// spoken offers to speak one of the revisions that the server speaks.
func (s *comparing) spoken(m spokenMsg) tea.Cmd {
	if m.turn != s.reading {
		return nil
	}
	s.reading = 0
	if m.err != nil {
		return s.room.toast(Bad, "it could not be found out: "+oneLine(m.err.Error()))
	}
	var items []Item
	for _, rev := range mcp.Timeline() {
		if !slices.Contains(m.all, rev) {
			continue
		}
		hint := rev.Era().String()
		if c := s.room.Conn.Client(); c != nil && c.Revision() == rev {
			hint = "spoken now"
		}
		items = append(items, Item{Name: string(rev), Hint: hint, Do: func() tea.Cmd { return s.speak(rev) }})
	}
	return s.room.open(newMenu(s.room, fmt.Sprintf("it speaks %s; reconnect in", countOf(len(m.all), len(mcp.Timeline()))), items))
}

// speak opens the connection anew in a revision; what was seen stays.
func (s *comparing) speak(rev mcp.Revision) tea.Cmd {
	if n := s.room.Busy(); n > 0 {
		return s.room.toast(Warn, plural(n, "call")+" still running; x cancels")
	}
	s.room.Conn.Revision = rev
	return s.room.Connect()
}
