package tui

import (
	"bytes"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect/compare"
	"github.com/mcpctl/mcpctl/mcp"
)

const compareName = "Compare"

// comparing is the screen that puts two looks at servers side by side.
type comparing struct {
	room   *Room
	list   comparePane
	detail docPane

	a, b    compare.Side
	sourceA *sideSource // of A when it is fixed
	sourceB *sideSource
	fixedA  bool // A was chosen; otherwise it is this connection as it is
	haveB   bool
	now     compare.Comparison
	same    bool // rows that do not differ are shown, too
	reading int  // the turn of the reading under way, 0 for none
	turns   int
	what    string // that is read
	trouble string
}

func newCompare(r *Room) Screen {
	s := &comparing{room: r}
	s.list = comparePane{of: s}
	s.list.listPane = listPane[compare.Row]{
		room: r, row: s.row, own: s.keys, empty: s.empty, title: s.title,
		text:   func(row compare.Row) string { return string(row.Group) + " " + row.Name + " " + string(row.Weight()) },
		same:   func(a, b compare.Row) bool { return a.Group == b.Group && a.Name == b.Name },
		chosen: func() tea.Cmd { s.detail.set(s.lines); return nil },
		enter:  func(compare.Row) tea.Cmd { return r.goTo("", 1) },
	}
	s.detail = docPane{room: r, title: func() string { return "Difference" }, own: s.keys}
	s.detail.set(s.lines)
	return s
}

func (s *comparing) Name() string  { return compareName }
func (s *comparing) Panes() []Pane { return []Pane{&s.list, &s.detail} }

// Layout puts the detail below, for the list has two columns of its own.
func (s *comparing) Layout(int, int) ([]int, bool) { return []int{66}, true }

func (s *comparing) Badge() string {
	if n := s.now.Count(compare.Breaking); n > 0 {
		return fmt.Sprintf("%d!", n)
	}
	return ""
}

// Waiting reports whether a side is being read.
func (s *comparing) Waiting() bool { return s.reading > 0 }

func (s *comparing) Items() []Item {
	items := []Item{{Kind: "compare", Name: "find out which revisions it speaks", Hint: "opens a connection for each", Do: s.findSpoken}}
	for _, it := range s.choices(true) {
		it.Kind, it.Name = "compare", "with "+it.Name
		do := it.Do
		it.Do = func() tea.Cmd { return tea.Batch(s.room.goTo(compareName, 0), do()) }
		items = append(items, it)
	}
	return items
}

func (s *comparing) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case sideMsg:
		return s.read(m)
	case replayedMsg:
		return s.replayed(m)
	case spokenMsg:
		return s.spoken(m)
	case listedMsg, connMsg:
		if s.haveB && !s.fixedA {
			s.compare()
		}
	}
	return nil
}

// read takes in a side. One that was not read to its end is compared as it is.
func (s *comparing) read(m sideMsg) tea.Cmd {
	if m.turn != s.reading {
		return nil
	}
	s.reading, s.trouble = 0, ""
	if m.err != nil {
		s.trouble = m.err.Error()
		if !m.side.Server.Exists() {
			return s.room.toast(Bad, "it could not be read: "+oneLine(s.trouble))
		}
	}
	if m.onB {
		s.b, s.haveB, s.sourceB = m.side, true, m.from
	} else {
		s.a, s.fixedA, s.sourceA = m.side, true, m.from
	}
	s.compare()
	return nil
}

// compare compares the sides as they are. This connection may have been opened
// anew meanwhile, and is looked at again.
func (s *comparing) compare() {
	if !s.fixedA {
		if s.room.Conn.State != Ready && s.room.offline == nil {
			return
		}
		s.a = s.room.hereNow()
	}
	if !s.haveB {
		return
	}
	s.now = compare.Compare(s.a, s.b, s.room.options.Rules)
	s.relist()
}

func (s *comparing) relist() {
	var rows []compare.Row
	for _, row := range s.now.Rows {
		if s.same || row.Kind != compare.Same {
			rows = append(rows, row)
		}
	}
	s.list.set(rows)
	s.detail.set(s.lines)
}

func (s *comparing) keys() []Key {
	none, detail := "", ""
	if !s.haveB {
		none, detail = "there is nothing to compare with yet", "there is nothing to compare with yet"
	} else if _, ok := s.list.current(); !ok {
		detail = "nothing differs"
	}
	word := "show what is the same"
	if s.same {
		word = "hide what is the same"
	}
	choose := func(onB bool) func() tea.Cmd {
		return func() tea.Cmd {
			return s.room.open(newMenu(s.room, map[bool]string{true: "compare with", false: "compare what? the left side"}[onB], s.choices(onB)))
		}
	}
	return []Key{
		{Key: "b", Does: "compare with", Do: choose(true)},
		{Key: "a", Does: "left side", Do: choose(false)},
		{Key: "enter", Does: "difference", Why: detail, Do: func() tea.Cmd { return s.room.goTo("", 1) }},
		{Key: "u", Does: word, Why: none, Do: func() tea.Cmd { s.same = !s.same; s.relist(); return nil }},
		{Key: "s", Does: "swap", Why: none, Do: s.swap},
		s.replayKey(),
		{Key: "V", Does: "which revisions", Why: s.room.Why(), Do: s.findSpoken, Rare: true},
		{Key: "E", Does: "export", Why: none, Do: s.export},
	}
}

func (s *comparing) swap() tea.Cmd {
	if !s.fixedA {
		s.sourceA = s.room.sideSource()
	}
	s.a, s.b, s.fixedA = s.b, s.a, true
	s.sourceA, s.sourceB = s.sourceB, s.sourceA
	s.compare()
	return nil
}

// begin notes that something is being read; what was being read before is of no
// interest any more.
func (s *comparing) begin(what string) int {
	s.turns++
	s.reading, s.what, s.trouble = s.turns, what, ""
	return s.turns
}

// choices are what a side may be.
func (s *comparing) choices(onB bool) []Item {
	r, begin := s.room, s.begin
	starts := "opens another connection"
	if r.options.Target.URL == "" {
		starts = "starts the command once more"
	}
	var items []Item
	for _, rev := range mcp.Timeline() {
		if !r.targeted() {
			break
		}
		if c := r.Conn.Client(); onB && !s.fixedA && c != nil && c.Revision() == rev {
			continue // that is the left side already
		}
		items = append(items, Item{Name: "this server in " + string(rev), Hint: starts, Do: func() tea.Cmd {
			return r.readServer(begin("the server in "+string(rev)), onB, r.options.Target, rev)
		}})
	}
	if r.offline != nil {
		items = append(items, Item{Name: "the recording that is open", Do: func() tea.Cmd {
			return s.read(sideMsg{turn: begin("the recording"), onB: onB, side: r.hereNow()})
		}})
	}
	if r.Conn.State == Ready {
		items = append(items, Item{Name: "this connection as it is now", Hint: "with the calls made on it", Do: func() tea.Cmd {
			return s.read(sideMsg{turn: begin("this connection"), onB: onB, side: r.hereNow(), from: r.sideSource()})
		}})
	}
	return append(items,
		Item{Name: "another server", Hint: "a URL, or a command, which is started", Do: func() tea.Cmd {
			q := newAsk("URL or command", "")
			q.check = func(text string) (Role, string) {
				if t, err := typedTarget(text); err != nil {
					return Bad, err.Error()
				} else if t.URL == "" {
					return Warn, "enter starts this command"
				}
				return Dim, "enter connects"
			}
			q.done = func(text string) tea.Cmd {
				t, _ := typedTarget(text) // the question has checked it
				return r.readServer(begin(t.Name), onB, t, "")
			}
			return r.put(q)
		}},
		Item{Name: "a recording", Hint: "a file of mcpctl record", Do: func() tea.Cmd {
			q := newAsk("recording", "")
			q.done = func(text string) tea.Cmd { return r.readTape(begin(text), onB, text) }
			return r.put(q)
		}})
}

// export writes the comparison to a new file: JSON when its name ends so, else
// Markdown.
func (s *comparing) export() tea.Cmd {
	return s.room.askSave("the comparison", "compare.md", func(name string) ([]byte, error) {
		var b bytes.Buffer
		write := s.now.WriteMarkdown
		if strings.HasSuffix(name, ".json") {
			write = s.now.WriteJSON
		}
		err := write(&b)
		return []byte(s.room.redacted(b.String())), err
	})
}
