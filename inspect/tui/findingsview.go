package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

func (s *findings) title() string {
	title := counted(findingsName, len(s.list.found), len(s.list.all))
	if s.Waiting() {
		title += fmt.Sprintf("  %s checks %d of %d, %s", s.room.Spinner(), s.run.done, s.run.total, seconds(s.room.now().Sub(s.run.began)))
	}
	return title
}

func (s *findings) keys() []Key {
	none, frame := "", "no message of the traffic shows it"
	f, ok := s.list.current()
	if !ok {
		none, frame = "there is no finding", "there is no finding"
	} else if s.entryOf(f) > 0 {
		frame = ""
	}
	run := Key{Key: "S", Does: "run all checks", Why: s.whyNoRun(), Do: s.askRun}
	if s.Waiting() {
		run = Key{Key: "x", Does: "stop the checks", Do: func() tea.Cmd { s.run.stop(); return s.room.toast(Dim, "stopping") }}
	}
	return []Key{
		{Key: "enter", Does: "explain", Why: none, Do: s.explain},
		{Key: "f", Does: "show the frame", Why: frame, Do: func() tea.Cmd { return s.room.send(showFrameMsg{s.entryOf(f)}) }},
		run,
		{Key: "y", Does: "copy", Why: none, Do: func() tea.Cmd { return s.room.copyText("the finding", s.room.redacted(brief(f))) }},
	}
}

// entryOf is the first entry of the traffic that a finding is about, 0 for none.
func (s *findings) entryOf(f finding) int {
	if f.turn != s.seen.turn {
		return 0
	}
	for _, p := range f.places {
		if ref, ok := s.seen.entries[p.Frame]; ok {
			return ref.first + batchIndex(p.Pointer, ref.count)
		}
	}
	return 0
}

// brief is a finding as text, for the clipboard.
func brief(f finding) string {
	text := fmt.Sprintf("%s %s (%s, %s)\n%s\n", f.Verdict, f.Check, f.Revision, f.Transport, f.Message)
	for _, more := range []string{f.Ref, f.Link, f.Fix} {
		if more != "" {
			text += more + "\n"
		}
	}
	return text
}

// explain tells what the check asks for and where the specification says so.
func (s *findings) explain() tea.Cmd {
	f, _ := s.list.current()
	if s.room.options.Judging.Explain == nil {
		return nil
	}
	return s.room.open(newReader(s.room, f.Check, textDoc(Plain, s.room.options.Judging.Explain(f.Check))))
}

func (s *findings) whyNoRun() string {
	switch {
	case s.room.options.Judging.Checks == nil:
		return "there are no checks"
	case s.Waiting():
		return "they are running"
	}
	return s.room.Why()
}

// askRun asks before the suite is run: it opens sessions of its own, on which it
// also sends what a careless client might.
func (s *findings) askRun() tea.Cmd {
	if why := s.whyNoRun(); why != "" {
		return s.room.toast(Warn, why)
	}
	spoken := s.room.Conn.Client().Revision()
	opens := "on connections of its own"
	if s.room.options.Target.URL == "" {
		opens = "starts the command anew, often"
	}
	return s.room.open(newMenu(s.room, "run all checks? they call no tool", []Item{
		{Name: "in " + string(spoken), Hint: opens + "; also sends broken requests", Do: func() tea.Cmd { return s.start([]mcp.Revision{spoken}, conformance.Provoke) }},
		{Name: "in every revision that it speaks", Hint: opens + "; also sends broken requests", Do: func() tea.Cmd { return s.start(mcp.Timeline(), conformance.Provoke) }},
		{Name: "in " + string(spoken) + ", looking only", Hint: opens + "; sends nothing broken", Do: func() tea.Cmd { return s.start([]mcp.Revision{spoken}, conformance.Observe) }},
		{Name: "not now", Do: func() tea.Cmd { return nil }},
	}))
}

func (s *findings) row(f finding, w int) Line {
	sign, role := s.room.Theme.Sign.Warn, Warn
	if f.bad() {
		sign, role = s.room.Theme.Sign.Cross, Bad
	}
	where := "live"
	if f.suite {
		where = "suite"
	} else if len(f.places) > 1 {
		where = fmt.Sprintf("live x%d", len(f.places))
	}
	if name := s.server(f); name != "" {
		where = name + "  " + where
	}
	line := Line{S(role, sign+" "), S(Plain, f.Check), S(Dim, "  "+oneLine(f.Message))}
	return line.Ends(L(Dim, " "+where+" "), w)
}

func (s *findings) empty() []Line {
	lines := []Line{nil}
	switch {
	case s.room.options.Judging.Checks == nil:
		return append(lines, L(Dim, " nothing is judged here"))
	case s.report != nil:
		lines = append(lines, Line{S(OK, " "+s.room.Theme.Sign.Check+" "), S(Plain, s.summary())})
	default:
		lines = append(lines, Line{S(OK, " "+s.room.Theme.Sign.Check+" "), S(Plain, "nothing that has crossed breaks the protocol")})
	}
	return append(lines, nil, L(Dim, " Every message is judged as it passes. S runs all checks on this server."))
}

func (s *findings) chosen() tea.Cmd {
	s.detail.set(s.lines)
	return nil
}

// lines tell all about the finding under the cursor.
func (s *findings) lines(int) ([]Line, bool) {
	f, ok := s.list.current()
	if !ok {
		lines := []Line{nil}
		if s.trouble != "" {
			lines = append(lines, L(Bad, s.trouble), nil)
		}
		if s.report != nil {
			lines = append(lines, L(Plain, s.summary()))
		}
		return lines, false
	}
	word := "SHOULD"
	if f.bad() {
		word = "MUST"
	}
	lines := []Line{nil, {S(Strong, f.Check), S(Warn, "  "+word), S(Dim, "  "+string(f.Revision)+" "+f.Transport)}, L(Plain, "It shall hold that "+f.Title+"."), nil}
	for _, text := range f.told() {
		lines = append(lines, Line{S(Bad, s.room.Theme.Sign.Cross+" "), S(Plain, text)})
	}
	for _, p := range f.places {
		if ref, ok := s.seen.entries[p.Frame]; ok && f.turn == s.seen.turn {
			lines = append(lines, Line{S(Dim, fmt.Sprintf("  #%d ", ref.first+batchIndex(p.Pointer, ref.count))), S(Code, p.Pointer), S(Dim, "  f shows the first")})
			break
		}
	}
	lines = append(lines, nil)
	for _, one := range []struct{ name, text string }{{"server", s.server(f)}, {"source", f.Ref}, {"", f.Link}, {"requires", strings.Join(f.Requirements, ", ")}, {"mend", f.Fix}} {
		if one.text != "" {
			lines = append(lines, row(one.name, one.text))
		}
	}
	return append(lines, evidence(f)...), false
}

// told are the violations, each once, without those beyond what is read.
func (f finding) told() []string {
	const most = 10
	if len(f.Details) == 0 {
		return []string{f.Message}
	}
	return f.Details[:min(len(f.Details), most)]
}

// evidence is what crossed, as far as the finding keeps it.
func evidence(f finding) []Line {
	if len(f.Evidence) == 0 {
		return nil
	}
	lines := []Line{nil, L(Strong, "what crossed")}
	for _, e := range f.Evidence[:min(len(f.Evidence), 6)] {
		if e.Start != "" {
			lines = append(lines, Line{S(Dim, e.Direction+" "), S(Plain, e.Start)})
		}
		text, _ := textLines(Plain, e.Text, 2000)
		lines = append(append(lines, L(Dim, e.Direction)), text...)
	}
	return lines
}
