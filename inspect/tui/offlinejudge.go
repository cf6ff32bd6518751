package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/inspect/tape"
	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/mcp"
)

// judgeTape has the passive checks judge the sessions of a recording, all of them
// at once: nothing is added to it any more.
func (s *findings) judgeTape(m playedMsg) tea.Cmd {
	judging, o := s.room.options.Judging, s.room.offline
	if judging.Checks == nil || o == nil || m.turn != s.room.Conn.turn {
		return nil
	}
	s.seen = window{turn: m.turn, entries: map[int]entryRef{}}
	for _, one := range m.sessions {
		for _, ref := range one.entries {
			s.seen.entries[len(s.seen.entries)] = ref
		}
	}
	s.judging = true
	return func() tea.Msg { return judging.judgeTape(m.turn, o.tape, m.sessions) }
}

// judgeTape judges each session by itself. The Seq of a frame goes on from one
// session to the next.
func (j Judging) judgeTape(turn int, t *tape.Tape, sessions []played) judgedMsg {
	began := time.Now()
	var all []finding
	base := 0
	for _, one := range sessions {
		side, ids := sessionFacts(t, one.frames)
		known := conformance.Facts{Revision: side.Revision, Transport: transportOf(t, one.frames), Server: side.Server, Sessions: ids}
		if known.Revision.Known() && side.Server.Exists() {
			log := mcp.LogOfRecorded(one.frames, mcp.ErrClosed)
			for _, seen := range conformance.WatchRecorded(mcp.Target{Name: t.Target.Name, URL: t.Target.URL}, known, log, j.Checks(), redact.New()) {
				for i := range seen.Places {
					if seen.Places[i].Frame >= 0 {
						seen.Places[i].Frame += base
					}
				}
				all = append(all, finding{Finding: seen.Finding, places: seen.Places, turn: turn})
			}
		}
		base += len(one.entries)
	}
	return judgedMsg{turn, all, time.Since(began)}
}
