package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"
)

// blank is one text to ask for: an argument of a prompt, a variable of a
// template.
type blank struct {
	name     string
	required bool
}

// interview asks for one text after the other, with suggestions of the server's
// where it has some.
type interview struct {
	room   *Room
	ref    map[string]any // what the texts are for, as completion/complete names it
	blanks []blank
	given  map[string]string
	before map[string]string // what was given last time
	done   func(map[string]string) tea.Cmd
}

// begin asks the first question.
func (v *interview) begin() tea.Cmd {
	v.given = map[string]string{}
	return v.next(0)
}

func (v *interview) next(i int) tea.Cmd {
	if i >= len(v.blanks) {
		return v.done(v.given)
	}
	b := v.blanks[i]
	label := b.name
	if !b.required {
		label += " (optional)"
	}
	q := newAsk(label, v.before[b.name])
	q.check = func(text string) (Role, string) {
		if b.required && text == "" {
			return Bad, b.name + " is required"
		}
		return Dim, countOf(i+1, len(v.blanks))
	}
	q.done = func(text string) tea.Cmd {
		if text != "" {
			v.given[b.name] = text
		}
		return v.next(i + 1)
	}
	if v.room.Has("completions") {
		q.change = func(text string) tea.Cmd { return v.room.after(completeAfter, completeMsg{v, q, b.name, text}) }
		return tea.Batch(v.room.put(q), v.complete(q, b.name, q.input.Value()))
	}
	return v.room.put(q)
}

// completeAfter is how long typing must pause before suggestions are asked for.
const completeAfter = 120 * time.Millisecond

// completeMsg is the end of a pause in typing, completedMsg what was suggested.
type (
	completeMsg struct {
		of             *interview
		q              *ask
		argument, text string
	}
	completedMsg struct {
		q    *ask
		text string
		all  []string
	}
)

// complete asks the server what the text may become.
func (v *interview) complete(q *ask, argument, text string) tea.Cmd {
	client, settled := v.room.Conn.Client(), v.settled()
	if client == nil {
		return nil
	}
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(v.room.ctx, 5*time.Second)
		defer cancel()
		result, err := client.Complete(ctx, v.ref, argument, text, settled)
		if err != nil {
			return nil // no suggestions, then
		}
		return completedMsg{q, text, suggestions(result)}
	}
}

func (v *interview) settled() map[string]string {
	all := map[string]string{}
	for name, text := range v.given {
		all[name] = text
	}
	return all
}

// completing takes in the two messages, for the question that is still asked.
func (a *app) completing(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case completeMsg:
		if a.ask == m.q && m.q.input.Value() == m.text {
			return m.of.complete(m.q, m.argument, m.text)
		}
	case completedMsg:
		if a.ask == m.q && m.q.input.Value() == m.text {
			m.q.input.SetSuggestions(m.all)
			m.q.offered = m.all
		}
	}
	return nil
}

// promptRef and templateRef name what a completion is for.
func promptRef(name string) map[string]any { return map[string]any{"type": "ref/prompt", "name": name} }
func templateRef(uri string) map[string]any {
	return map[string]any{"type": "ref/resource", "uri": uri}
}
