package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/conformance"
)

const findingsName = "Findings"

// restedMsg ends a pause of the judge.
type restedMsg struct{}

// findings is the screen of what breaks the protocol: judged as it crosses, and
// by a run of the whole suite.
type findings struct {
	room   *Room
	list   listPane[finding]
	detail docPane

	seen    window
	live    []finding
	judging bool // a judge is at work, or rests
	again   bool // what has ended since the last frame is still to be judged
	marked  map[int]bool

	run      *suiteRun
	report   *conformance.Report
	byRun    []finding
	reportOf *origin
	trouble  string // why the last run came to nothing
}

func newFindings(r *Room) Screen {
	s := &findings{room: r, marked: map[int]bool{}}
	s.list = listPane[finding]{
		room: r, row: s.row, own: s.keys, title: s.title, empty: s.empty,
		text:   func(f finding) string { return f.Check + " " + f.Title + " " + f.Message + " " + s.server(f) },
		same:   func(a, b finding) bool { return a.key() == b.key() },
		chosen: s.chosen,
		enter:  func(finding) tea.Cmd { return s.explain() },
	}
	s.detail = docPane{room: r, title: func() string { return "Finding" }, own: s.keys}
	s.detail.set(s.lines)
	return s
}

func (s *findings) Name() string  { return findingsName }
func (s *findings) Panes() []Pane { return []Pane{&s.list, &s.detail} }

// Layout gives the list half of the room, or the upper half.
func (s *findings) Layout(w, _ int) ([]int, bool) {
	if w < threePanes {
		return []int{50}, true
	}
	return []int{48}, false
}

func (s *findings) Badge() string {
	if n := len(s.list.all); n > 0 {
		return fmt.Sprintf("%d!", n)
	}
	return ""
}

// Urgent counts the findings in the header.
func (s *findings) Urgent() string {
	bad := 0
	for _, f := range s.list.all {
		if f.bad() {
			bad++
		}
	}
	sign := s.room.Theme.Sign
	var parts []string
	if bad > 0 {
		parts = append(parts, fmt.Sprintf("%s %d MUST", sign.Cross, bad))
	}
	if other := len(s.list.all) - bad; other > 0 {
		parts = append(parts, fmt.Sprintf("%s %d SHOULD", sign.Warn, other))
	}
	return strings.Join(parts, " ")
}

// Waiting reports whether a run of the suite is under way, so that its clock
// goes on.
func (s *findings) Waiting() bool { return s.run != nil && !s.run.over }

// Items are the findings and the suite, for the palette.
func (s *findings) Items() []Item {
	items := []Item{{Kind: "do", Name: "run all checks on this server", Hint: s.whyNoRun(), Do: s.askRun}}
	for _, f := range s.list.all {
		items = append(items, Item{Kind: "finding", Name: f.Check, Hint: shortened(f.Message, 60), Do: func() tea.Cmd {
			s.pick(f.key())
			return s.room.goTo(findingsName, 1)
		}})
	}
	return items
}

func (s *findings) pick(key string) {
	s.list.pick(func(f finding) bool { return f.key() == key })
	_ = s.chosen()
}

func (s *findings) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case trafficMsg:
		s.seen.add(m)
		return s.judge()
	case connMsg:
		return s.judge()
	case playedMsg:
		return s.judgeTape(m)
	case judgedMsg:
		s.judged(m)
		return s.room.after(rest(m.took), restedMsg{})
	case restedMsg:
		s.judging = false
		return s.judge()
	case suiteMsg:
		return s.ran(m)
	}
	return nil
}

// judge begins to judge what has crossed, unless a judge is at work or rests:
// then that comes afterwards, all at once.
func (s *findings) judge() tea.Cmd {
	client, judging := s.room.Conn.Client(), s.room.options.Judging
	if s.judging || client == nil || judging.Checks == nil || s.seen.turn != s.room.Conn.turn || !s.seen.grown && !s.again {
		return nil
	}
	s.judging, s.again, s.seen.grown = true, s.seen.grown, false
	turn, of, session, frames, exchanges := s.seen.turn, s.room.origin(), client.Session(), s.seen.frames(), s.seen.exchanges()
	return func() tea.Msg { return judging.judge(turn, of, session, frames, exchanges) }
}

// judged takes in what was found. What an earlier look has found stays when its
// frames are no longer looked at, or belong to another connection.
func (s *findings) judged(m judgedMsg) {
	if m.turn != s.seen.turn {
		return
	}
	again := map[string]bool{}
	for _, f := range m.found {
		again[f.key()] = true
	}
	kept := slices.DeleteFunc(slices.Clone(s.live), func(f finding) bool { return again[f.key()] || f.turn == m.turn && s.looksAt(f) })
	s.live = slices.Concat(kept, m.found)
	s.live = s.live[max(0, len(s.live)-maxFindings):]
	marks := s.seen.marked(m.found)
	for n := range s.marked {
		if marks[n] == nil {
			s.room.Traffic.SetFindings(n, nil)
			delete(s.marked, n)
		}
	}
	for n, found := range marks {
		s.room.Traffic.SetFindings(n, found)
		s.marked[n] = true
	}
	s.relist()
}

// maxFindings bounds what is kept of all connections.
const maxFindings = 1_000

// looksAt reports whether all places of a finding are in the window.
func (s *findings) looksAt(f finding) bool {
	for _, p := range f.places {
		if _, ok := s.seen.entries[p.Frame]; !ok && p.Frame >= 0 {
			return false
		}
	}
	return true
}

// key tells findings apart: what is found again on another connection with the
// same server is the same.
func (f finding) key() string {
	of := fmt.Sprint(f.turn)
	if f.of != nil {
		of = f.of.key + " " + f.of.target.Name
	}
	return fmt.Sprint(f.Check, "@", f.Revision, " ", f.suite, " ", of)
}

// server is whose finding it is, "" when there is but one server.
func (s *findings) server(f finding) string {
	if f.of == nil || s.room.visited() < 2 {
		return ""
	}
	return f.of.name()
}

// relist shows what was found: broken MUSTs first, then as they came.
func (s *findings) relist() {
	all := slices.Concat(s.live, s.byRun)
	slices.SortStableFunc(all, func(a, b finding) int { return cmp.Compare(weightOf(a), weightOf(b)) })
	s.list.set(all)
	_ = s.chosen()
}

func weightOf(f finding) int {
	if f.bad() {
		return 0
	}
	return 1
}
