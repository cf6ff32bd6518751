package tui

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

// maxLogged is how many lines are kept.
const maxLogged = 10_000

// logLine is a line of the log. n tells lines apart.
type logLine struct {
	n    int
	at   time.Time
	from string // stderr, a log level, or what else it is
	text string
}

// logScreen is the screen of what the server writes and tells beside its answers.
type logScreen struct {
	room   *Room
	list   listPane[logLine]
	level  string
	n      int
	follow bool
}

func newLog(r *Room) *logScreen {
	s := &logScreen{room: r, follow: true, level: r.options.Inspect.LogLevel}
	s.list = listPane[logLine]{
		room: r, row: s.row, own: s.keys,
		text:  func(l logLine) string { return l.from + " " + l.text },
		same:  func(a, b logLine) bool { return a.n == b.n },
		title: s.title,
		empty: func() []Line {
			return []Line{nil, L(Dim, " the server has written nothing yet"), L(Dim, " L asks it for log messages")}
		},
		chosen: func() tea.Cmd { s.follow = s.list.rows.at == len(s.list.found)-1; return nil },
		enter:  func(logLine) tea.Cmd { return s.whole() },
	}
	return s
}

func (s *logScreen) Name() string  { return "Log" }
func (s *logScreen) Panes() []Pane { return []Pane{&s.list} }
func (s *logScreen) Items() []Item { return nil }

func (s *logScreen) Badge() string {
	if len(s.list.all) == 0 {
		return ""
	}
	return fmt.Sprint(len(s.list.all))
}

func (s *logScreen) title() string {
	title := counted("Log", len(s.list.found), len(s.list.all))
	if s.level != "" {
		title += ", from " + s.level
	}
	return title
}

func (s *logScreen) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case stderrMsg:
		for line := range strings.SplitSeq(strings.TrimRight(string(m), "\n"), "\n") {
			if line != "" {
				s.add("stderr", line, s.room.now())
			}
		}
	case eventMsg:
		switch m.Kind {
		case inspect.Log:
			level, rest, _ := strings.Cut(m.Text, " ")
			s.add(strings.TrimSuffix(level, ":"), rest, m.at)
		case inspect.Changed, inspect.Updated, inspect.Denied, inspect.Answered:
			s.add(m.Kind, m.Text, m.at)
		}
	case connMsg:
		s.connection()
	}
	return nil
}

// connection notes how the connection goes.
func (s *logScreen) connection() {
	c := &s.room.Conn
	switch c.State {
	case Ready:
		s.add("mcpctl", "connected in "+string(c.client.Revision()), s.room.now())
	case Failed, Lost:
		what, _ := c.Advice()
		s.add("mcpctl", s.room.Stage()+": "+what, s.room.now())
	}
}

func (s *logScreen) add(from, text string, at time.Time) {
	s.n++
	s.list.all = append(s.list.all, logLine{s.n, at, shortened(from, 20), shortened(text, 16<<10)})
	if len(s.list.all) > maxLogged {
		s.list.all = append([]logLine(nil), s.list.all[maxLogged/8:]...)
		s.list.narrow()
	} else if wanted, unwanted := words(s.list.pattern); fits(strings.ToLower(from+" "+text), wanted, unwanted) {
		s.list.found = append(s.list.found, len(s.list.all)-1)
		s.list.rows.setLen(len(s.list.found))
	}
	if s.follow {
		s.list.rows.at = max(0, len(s.list.found)-1)
	}
}

func (s *logScreen) keys() []Key {
	why := ""
	if _, ok := s.list.current(); !ok {
		why = "there is no line"
	}
	level := s.room.Why()
	if level == "" && !s.room.Has("logging") {
		level = "the server does not declare logging"
	}
	return []Key{
		{Key: "enter", Does: "whole line", Why: why, Do: s.whole},
		{Key: "f", Does: "follow", Do: func() tea.Cmd { s.follow = true; s.list.rows.at = max(0, len(s.list.found)-1); return nil }},
		{Key: "L", Does: "level", Why: level, Do: s.chooseLevel},
		{Key: "y", Does: "copy", Why: why, Do: func() tea.Cmd {
			l, _ := s.list.current()
			return s.room.copyText("the line", s.room.redacted(l.text))
		}},
	}
}

// whole shows a line that does not fit.
func (s *logScreen) whole() tea.Cmd {
	l, _ := s.list.current()
	return s.room.open(newReader(s.room, l.from, textDoc(Plain, l.text)))
}

func (s *logScreen) chooseLevel() tea.Cmd {
	var items []Item
	for _, level := range []string{"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"} {
		items = append(items, Item{Name: level, Do: func() tea.Cmd { return s.setLevel(level) }})
	}
	return s.room.open(newMenu(s.room, "log messages from which level on?", items))
}

// setLevel asks for log messages. In the stateless era that goes with every
// request, so the connection is opened anew.
func (s *logScreen) setLevel(level string) tea.Cmd {
	s.level = level
	s.room.options.Inspect.LogLevel = level
	client := s.room.Conn.Client()
	if client.Stateless() {
		return s.room.Connect()
	}
	_, cmd := s.room.Start("log", level, mcp.ValueOf(map[string]any{"level": level}), func(ctx context.Context, c *inspect.Client) (mcp.Value, []string, error) {
		result, err := c.Ask(ctx, "logging/setLevel", map[string]any{"level": level}, nil)
		return result, nil, err
	})
	return tea.Batch(cmd, s.room.toast(OK, "asked for log messages from "+level+" on"))
}

func (s *logScreen) row(l logLine, w int) Line {
	role := map[string]Role{
		"stderr": Dim, "mcpctl": Accent, "debug": Dim, "info": OK, "notice": OK, "warning": Warn,
		"error": Bad, "critical": Bad, "alert": Bad, "emergency": Bad, inspect.Denied: Warn,
	}[l.from]
	line := Line{S(Dim, l.at.Format("15:04:05 ")), S(role, fmt.Sprintf("%-9s ", l.from))}
	return append(line, S(Plain, shortened(oneLine(l.text), 4*w)))
}
