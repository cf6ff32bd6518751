package tui

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect/compare"
)

// sideBySide is from which width on both sides have a column.
const sideBySide = 90

// comparePane is the list of the comparison, beneath a line that names the sides.
type comparePane struct {
	listPane[compare.Row]
	of *comparing
}

func (p *comparePane) View(w, h int) []Line {
	if !p.of.haveB || h < 4 {
		return p.listPane.View(w, h)
	}
	left, right := Line{S(Dim, " A "), S(Strong, p.of.a.Name)}, Line{S(Dim, "B "), S(Strong, p.of.b.Name)}
	head := left.Ends(append(L(Dim, "  "), append(right, S(Plain, " "))...), w)
	if w >= sideBySide {
		head = append(left.Fit(columnA(w-3)+3), right...)
	}
	return append([]Line{head, p.of.sum()}, p.listPane.View(w, h-2)...)
}

func (p *comparePane) Click(x, y int) tea.Cmd { return p.listPane.Click(x, y-2) }

// columnA is how wide the left side is in a row of w cells.
func columnA(w int) int { return w * 42 / 100 }

func (s *comparing) title() string {
	if s.Waiting() {
		return compareName + "  " + s.room.Spinner() + " reading " + s.what
	}
	return compareName
}

// sum counts the changes.
func (s *comparing) sum() Line {
	line := L(Plain, " ")
	for _, w := range compare.Weights() {
		role := Dim
		if n := s.now.Count(w); n > 0 {
			role = weightRole(w)
		}
		line = append(line, S(role, fmt.Sprintf("%d %s  ", s.now.Count(w), w)))
	}
	if s.trouble != "" {
		line = append(line, S(Warn, s.room.Theme.Sign.Warn+" not read to its end: "+oneLine(s.trouble)))
	}
	return line
}

func weightRole(w compare.Weight) Role {
	return map[compare.Weight]Role{compare.Breaking: Bad, compare.Unproven: Warn, compare.Compatible: Warn, compare.Cosmetic: Dim}[w]
}

func (s *comparing) empty() []Line {
	if s.haveB {
		return []Line{nil, {S(OK, " "+s.room.Theme.Sign.Check+" "), S(Plain, "nothing differs")}}
	}
	lines := []Line{nil}
	if s.trouble != "" {
		lines = append(lines, Line{S(Bad, " "+s.room.Theme.Sign.Cross+" "), S(Plain, s.trouble)}, nil)
	}
	return append(lines,
		L(Plain, " Compare this server with itself in another revision, with another server, or with a recording."), nil,
		Line{S(Accent, " b"), S(Plain, " chooses what to compare with, "), S(Accent, "a"), S(Plain, " what to compare, if it is not this connection.")})
}

// row draws a thing of both sides.
func (s *comparing) row(row compare.Row, w int) Line {
	mark, role := map[compare.Kind]string{compare.Same: " ", compare.Added: "+", compare.Removed: "-", compare.Changed: "~"}[row.Kind], weightRole(row.Weight())
	name, gist, weight := shortened(row.Name, 120), s.gist(row), Line{}
	if row.Weight() == compare.Breaking {
		weight = Line{S(Bad, " "+s.room.Theme.Sign.Cross+" breaking ")}
	}
	group := L(Dim, string(row.Group)).Fit(13)
	if w < sideBySide-3 {
		return append(append(group, S(role, mark+" "), S(Plain, name)), S(Dim, "  "+gist)).Ends(weight, w)
	}
	a := columnA(w)
	left, right := slices.Concat(group, Line{S(role, mark+" "), S(Plain, name)}), Line{S(Plain, name)}
	switch row.Kind {
	case compare.Added:
		left = slices.Concat(group, Line{S(role, mark)})
	case compare.Removed:
		right = nil
	}
	return append(left.Cut(a-1).Fit(a), append(right, S(Dim, "  "+gist))...).Ends(weight, w)
}

// gist is what has changed, in a few words.
func (s *comparing) gist(row compare.Row) string {
	if len(row.Changes) == 0 {
		return ""
	}
	worst := row.Changes[0]
	for _, c := range row.Changes {
		if c.Weight == row.Weight() {
			worst = c
			break
		}
	}
	text := worst.What
	if row.Group == compare.Server && worst.Kind == compare.Changed {
		text = shortened(row.A.Text(), 40) + ", then " + shortened(row.B.Text(), 40)
	} else if worst.Path != "" {
		text = shortened(worst.Path, 60) + " " + text
	}
	if n := len(row.Changes); n > 1 {
		text += fmt.Sprintf(" (+%d)", n-1)
	}
	return text
}

// lines tell all about the row under the cursor.
func (s *comparing) lines(budget int) ([]Line, bool) {
	row, ok := s.list.current()
	if !ok || !s.haveB {
		return nil, false
	}
	lines := []Line{{S(Dim, string(row.Group)+" "), S(Strong, row.Name)}}
	for _, c := range row.Changes {
		line := Line{S(weightRole(c.Weight), fmt.Sprintf("%-11s", c.Weight))}
		if c.Path != "" {
			line = append(line, S(Code, c.Path+" "))
		}
		lines = append(lines, append(line, S(Plain, c.What)))
	}
	more := false
	for _, side := range []struct {
		name string
		of   compare.Side
		has  bool
	}{{"A", s.a, row.A.Exists()}, {"B", s.b, row.B.Exists()}} {
		lines = append(lines, nil, Line{S(Dim, side.name+" "), S(Strong, side.of.Name)})
		if !side.has {
			lines = append(lines, L(Dim, "has none"))
			continue
		}
		v := row.A
		if side.name == "B" {
			v = row.B
		}
		body, rest := jsonDoc(v)(budget / 2)
		lines, more = append(lines, body...), more || rest
	}
	return lines, more
}
