package tui

import (
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
)

// ask is a question in the footer that is answered with one line of text.
type ask struct {
	label string
	input textinput.Model
	// check says what is wrong with the text, or what it means; nil says nothing.
	check func(text string) (Role, string)
	// change is told of every change, done of the answer; nil does nothing.
	change func(text string) tea.Cmd
	done   func(text string) tea.Cmd
	// leave is called when the question is left without an answer.
	leave func()
	// suggest gives what the text may become, which tab completes.
	suggest func(text string) []string
	offered []string // what was suggested last, for the eye
	// past are earlier answers, the latest first.
	past []string
	back int
	// refused says that an answer was given that cannot be taken.
	refused bool
}

// newAsk makes a question whose answer begins with text.
func newAsk(label, text string) *ask {
	in := textinput.New()
	in.Prompt = ""
	in.ShowSuggestions = true
	in.SetValue(text)
	in.CursorEnd()
	_ = in.Focus() // its blinking is not drawn
	return &ask{label: label, input: in}
}

// put asks a question.
func (r *Room) put(q *ask) tea.Cmd {
	q.offer()
	return r.send(askMsg{q})
}

func (q *ask) offer() {
	if q.suggest != nil {
		q.input.SetSuggestions(q.suggest(q.input.Value()))
	}
}

// answer gives a key to the question.
func (a *app) answer(m tea.KeyPressMsg) tea.Cmd {
	q := a.ask
	switch m.String() {
	case "esc":
		a.ask = nil
		if q.leave != nil {
			q.leave()
		}
		return nil
	case "enter":
		if q.check != nil {
			if role, _ := q.check(q.input.Value()); role == Bad {
				q.refused = true
				return nil
			}
		}
		a.ask = nil
		if q.done != nil {
			return q.done(q.input.Value())
		}
		return nil
	case "up", "down":
		if len(q.past) > 0 {
			q.recall(m.String() == "up")
			return q.changed()
		}
	}
	if moves(m) && len(q.input.MatchedSuggestions()) == 0 {
		return nil // the text field counts below nothing here
	}
	return q.update(m)
}

// moves reports whether a key goes through suggestions.
func moves(m tea.KeyPressMsg) bool {
	switch m.String() {
	case "up", "down", "ctrl+n", "ctrl+p":
		return true
	}
	return false
}

func (a *app) paste(m tea.PasteMsg) tea.Cmd {
	if a.ask != nil {
		return a.ask.update(m)
	}
	if len(a.over) > 0 {
		return a.over[len(a.over)-1].Update(m)
	}
	return a.pane().Update(m)
}

func (q *ask) update(msg tea.Msg) tea.Cmd {
	before := q.input.Value()
	var cmd tea.Cmd
	q.input, cmd = q.input.Update(msg)
	if q.input.Value() != before {
		return tea.Batch(cmd, q.changed())
	}
	return cmd
}

func (q *ask) changed() tea.Cmd {
	q.offer()
	if q.change == nil {
		return nil
	}
	return q.change(q.input.Value())
}

// recall puts an earlier answer in place of the text.
func (q *ask) recall(older bool) {
	if older {
		q.back = min(q.back+1, len(q.past))
	} else {
		q.back = max(q.back-1, 1)
	}
	q.input.SetValue(q.past[q.back-1])
	q.input.CursorEnd()
}

// note is what there is to say of the text.
func (q *ask) note() (string, Role) {
	if q.check == nil {
		return "", Dim
	}
	role, text := q.check(q.input.Value())
	if q.input.Value() == "" && role == Bad && !q.refused {
		role = Dim // nobody has typed anything wrong yet
	}
	if role != Bad && len(q.offered) > 0 {
		return strings.Join(q.offered[:min(8, len(q.offered))], "  "), Accent
	}
	return text, role
}

// line draws the question.
func (q *ask) line(t *Theme) Line {
	text := []rune(q.input.Value())
	at := min(q.input.Position(), len(text))
	line := Line{S(Accent, " "+q.label+" "), S(Plain, string(text[:at]))}
	under := " "
	if at < len(text) {
		under = string(text[at])
	}
	line = append(line, Span{Accent | selected, S(Accent, under).text})
	if at < len(text) {
		line = append(line, S(Plain, string(text[at+1:])))
	} else if rest := q.suggested(); rest != "" {
		line = append(line, S(Dim, rest+"  tab"))
	}
	if t.bare || t.ascii {
		line = append(line, S(Dim, "_"))
	}
	return line
}

// suggested is what tab would add.
func (q *ask) suggested() string {
	full := []rune(q.input.CurrentSuggestion())
	if n := len([]rune(q.input.Value())); n < len(full) && n > 0 {
		return string(full[n:])
	}
	return ""
}

// filterer is the pane that / is about: the one with the focus, or else the
// first.
func (a *app) filterer() (pane int, f Filterer, ok bool) {
	panes := a.screen().Panes()
	for _, i := range []int{min(a.focus[a.at], len(panes)-1), 0} {
		if f, ok := panes[i].(Filterer); ok {
			return i, f, true
		}
	}
	return 0, nil, false
}

// askFilter asks what the pane shall be narrowed down to.
func (a *app) askFilter() tea.Cmd {
	pane, f, _ := a.filterer()
	if pane != a.focus[a.at] {
		a.focusOn(pane)
	}
	q, was := newAsk("/", ""), f.Filter()
	if was != "" {
		q.past = []string{was} // up brings it back
	}
	q.change = func(text string) tea.Cmd { f.SetFilter(text); return nil }
	q.leave = func() { f.SetFilter(was) }
	if c, ok := f.(interface{ CheckFilter(string) (Role, string) }); ok {
		q.check = c.CheckFilter
	}
	return a.room.put(q)
}
