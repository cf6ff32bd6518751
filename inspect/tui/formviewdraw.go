package tui

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/mcpctl/mcpctl/inspect/form"
)

// draw draws one row.
func (f *formView) draw(row formRow, here bool, w int) []Line {
	if row.add {
		return []Line{f.drawAdd(row, here)}
	}
	lines := []Line{f.head(row, here, w)}
	if container(row.field) {
		return lines
	}
	indent := S(Plain, blanks(2+2*row.level))
	values := []Line{f.value(row, here, w)}
	if f.flows(row.field) {
		var spots []spot
		values, spots = f.flow(row)
		f.spots = append(f.spots, spots...)
	}
	for i, value := range values {
		sign := f.room.Theme.Sign.Prompt
		if i > 0 {
			sign = " "
		}
		line := append(Line{indent, S(Accent, sign+" ")}, value...)
		if i == len(values)-1 {
			line = f.withProblem(row.field, line, w)
		}
		lines = append(lines, line)
	}
	return lines
}

// mark is what stands before the name: the cursor, and for what can be folded
// whether it is.
func (f *formView) mark(row formRow, here bool) Line {
	mark := "  "
	if here {
		mark = f.room.Theme.Sign.Cursor + " "
	}
	return Line{S(Accent, mark), S(Plain, blanks(2*row.level))}
}

// head is the line that says what a field wants.
func (f *formView) head(row formRow, here bool, w int) Line {
	fd := row.field
	name := L(Strong, nameOf(fd))
	if here {
		name = name.Select()
	}
	line := append(f.mark(row, here), name...)
	if missing := f.column() - line.Width(); missing > 0 && !container(fd) {
		line = append(line, S(Plain, blanks(missing)))
	}
	line = append(line, S(Plain, "  "))
	if len(fd.Branches) > 0 {
		line = append(line, S(Accent, f.branchWord(fd)+" "))
	}
	line = append(line, S(Code, fd.Type))
	if fd.Required && !fd.Fixed() && fd.Depth() > 0 && !fd.Extra {
		line = append(line, S(Warn, "  required"))
	}
	if container(fd) {
		line = append(line, S(Dim, "  "+f.inside(fd)))
	}
	if fd.Limits != "" {
		line = append(line, S(Dim, "  "+shortened(f.plain(fd.Limits), 60)))
	}
	if fd.Default.Exists() && fd.Kind != form.Null {
		line = append(line, S(Dim, "  default "+shortened(fd.Default.String(), 40)))
	}
	if fd.Title != "" && fd.Title != fd.Name {
		line = append(line, S(Dim, "  "+shortened(oneLine(fd.Title), 60)))
	}
	if container(fd) {
		line = f.withProblem(fd, line, w)
	}
	return line
}

// plain is a text of ours without signs beyond ASCII, where those are not wanted.
func (f *formView) plain(text string) string {
	if !f.room.Theme.ascii {
		return text
	}
	return strings.NewReplacer("≥", ">=", "≤", "<=", " · ", "  ").Replace(text)
}

// branchWord tells which of its forms a field has.
func (f *formView) branchWord(fd *form.Field) string {
	word := fd.Union
	if word == "" {
		word = "type"
	}
	return fmt.Sprintf("%s %s (%d/%d) %s", word, f.room.Theme.Sign.Down, fd.Branch+1, len(fd.Branches), shortened(fd.Branches[fd.Branch], 30))
}

// inside tells what is in an object or array.
func (f *formView) inside(fd *form.Field) string {
	switch {
	case !fd.Sent():
		return "left out"
	case fd.Kind == form.Array:
		return plural(len(fd.Children), "item")
	case f.folded[fd.Path()] || !fd.Expanded:
		return "folded"
	}
	return ""
}

// column is where types begin, so that they stand in line.
func (f *formView) column() int {
	wide := 0
	for _, row := range f.rows[:min(len(f.rows), 200)] {
		if !row.add && !container(row.field) {
			wide = max(wide, min(24, 2+2*row.level+cells(nameOf(row.field))))
		}
	}
	return wide
}

func nameOf(fd *form.Field) string {
	switch {
	case fd.Parent() == nil:
		return "value"
	case fd.Parent().Kind == form.Array:
		return "[" + fd.Name + "]"
	case strings.TrimSpace(fd.Name) == "":
		return strconv.Quote(fd.Name)
	}
	return shortened(fd.Name, 60)
}

func (f *formView) drawAdd(row formRow, here bool) Line {
	word := "item"
	if row.field.Kind == form.Object {
		word = "member"
	}
	line := L(Dim, "+ "+word)
	if here {
		line = L(Accent, "+ "+word).Select()
	}
	return append(f.mark(row, here), line...)
}

// value is what a field has.
func (f *formView) value(row formRow, here bool, w int) Line {
	fd, sign := row.field, f.room.Theme.Sign
	switch {
	case here && f.typing:
		return f.typedLine(w - 6 - 2*row.level)
	case fd.Kind == form.Bool:
		return f.box(fd)
	case fd.Kind == form.Multi:
		return Line{S(Plain, plural(fd.Picks(), "option")+" of "+strconv.Itoa(len(fd.Options))), S(Dim, " "+sign.Down)}
	case fd.Kind == form.Enum && fd.Choice() >= 0:
		return Line{S(Plain, shortened(fd.Text(), 200)), S(Dim, " "+sign.Down)}
	case fd.Kind == form.Enum:
		return L(Dim, plural(len(fd.Options), "choice")+" "+sign.Down)
	case fd.Kind == form.Const && fd.Empty():
		return L(Dim, "left out; would be "+shortened(fd.Options[0].Label, 60))
	case !fd.Sent():
		return L(Dim, unsent(fd))
	case fd.Kind == form.Text && fd.Text() == "":
		return L(Dim, "empty text")
	case fd.Secret:
		return L(Plain, strings.Repeat("*", min(20, len([]rune(fd.Text())))))
	case fd.Misfit:
		return Line{S(Code, shortened(fd.Text(), 400)), S(Dim, " as JSON")}
	case fd.Kind == form.Text:
		return L(Plain, shortened(fd.Text(), 400))
	}
	return L(Code, shortened(fd.Text(), 400))
}

// unsent says why a field without a value has none.
func unsent(fd *form.Field) string {
	if fd.Required {
		return ""
	}
	if len(fd.Examples) > 0 {
		return "left out, for example " + shortened(fd.Examples[0].String(), 40)
	}
	return "left out"
}

func (f *formView) box(fd *form.Field) Line {
	switch {
	case !fd.Sent():
		return L(Dim, "[ ] left out")
	case fd.Checked():
		return L(Plain, "[x] true")
	}
	return L(Plain, "[ ] false")
}

// withProblem puts what is wrong beside a field.
func (f *formView) withProblem(fd *form.Field, line Line, w int) Line {
	if fd.Problem == "" || fd.Problem == "is required" && !f.touched[fd.Path()] {
		return line
	}
	role, sign := Bad, f.room.Theme.Sign.Cross
	if fd.Soft {
		role, sign = Warn, f.room.Theme.Sign.Warn
	}
	problem := L(role, "  "+sign+" "+shortened(fd.Problem, 200))
	return line.Cut(max(w-problem.Width(), w/3)).joined(problem)
}

func (l Line) joined(more Line) Line { return append(l[:len(l):len(l)], more...) }

// below says what the field under the cursor is for, and whether the whole fits.
func (f *formView) below(w, h int) []Line {
	var lines []Line
	if room := min(4, h/4); room > 0 {
		fd := f.field()
		text := strings.Join(append([]string{fd.Help}, fd.Notes...), "\n")
		if text = strings.TrimSpace(text); text != "" && f.cursor.path != "" {
			for _, line := range Wrap(Dim, shortened(text, 2000), w-2) {
				lines = append(lines, append(L(Plain, " "), line...).Cut(w))
			}
			lines = lines[:min(room, len(lines))]
		}
	}
	if h < 3 {
		return nil
	}
	return append(lines, f.verdict().Cut(w))
}

// verdict says whether the value fits the schema.
func (f *formView) verdict() Line {
	sign := f.room.Theme.Sign
	switch {
	case len(f.wrong) > 0:
		return L(Warn, " "+sign.Warn+" ").joined(L(Plain, plural(len(f.wrong), "problem")+": "+f.wrong[0].String()))
	case f.form.Unjudged() != nil:
		return L(Warn, " "+sign.Warn+" not checked: "+f.form.Unjudged().Error())
	}
	return L(OK, " "+sign.Check+" fits the schema")
}
