package tui

import (
	"context"
	"sync/atomic"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect/form"
	"github.com/mcpctl/mcpctl/mcp"
)

// completer gives values that the text of an argument may become. It is called
// on a goroutine of its own and ends when ctx does.
type completer func(ctx context.Context, argument, text string, given mcp.Value) []string

// formView shows a form: two lines for each field, what it wants and what it
// has, with what is wrong beside it. It is an argsForm, a Clicker and a Backer.
type formView struct {
	room     *Room
	form     *form.Form
	complete completer // nil for none

	rows    []formRow
	stale   bool // rows and problems are those of an earlier value
	cursor  rowKey
	option  int // the option of a Multi that the cursor is on
	folded  map[string]bool
	touched map[string]bool // fields whose lacking may be told
	wrong   []form.Problem

	width, page, top int // of the last drawing, in lines

	typing  bool
	input   textinput.Model
	offered []string // completions of the text
	asked   atomic.Int64
	spots   []spot
}

var _ argsForm = (*formView)(nil)

// newFormView makes the view of an empty form, for the arguments of a tool.
func newFormView(r *Room, schema mcp.Value) *formView { return viewForm(r, schema, form.Options{}) }

// newAnswerForm makes the form for an answer to the server. Its defaults are
// filled in, since nobody else would take them.
func newAnswerForm(r *Room, schema mcp.Value) *formView {
	return viewForm(r, schema, form.Options{Prefill: true})
}

// newPromptForm makes the form for a prompt's arguments, all of which are texts
// that the server may complete.
func newPromptForm(r *Room, prompt mcp.Value, complete completer) *formView {
	f := newFormView(r, form.OfPrompt(prompt))
	f.complete = complete
	return f
}

func viewForm(r *Room, schema mcp.Value, o form.Options) *formView {
	f := &formView{room: r, form: form.New(schema, o), folded: map[string]bool{}, touched: map[string]bool{}, stale: true}
	f.refresh()
	if len(f.rows) > 0 {
		f.cursor = f.rows[0].rowKey
	}
	return f
}

// Value is the value as it stands, and what is wrong with it.
func (f *formView) Value() (mcp.Value, []string) {
	f.refresh()
	var problems []string
	for _, p := range f.wrong {
		problems = append(problems, p.String())
	}
	v := f.form.Value()
	if !v.Exists() {
		v = mcp.MustParse("{}")
	}
	return v, problems
}

// Set replaces the value; an absent one empties the form.
func (f *formView) Set(v mcp.Value) {
	f.stop()
	if !v.Exists() {
		f.form.Reset()
		f.changed()
		return
	}
	_ = f.did(f.form.Load("", v)) // the whole is always there
}

// Typing reports whether letters go into a field.
func (f *formView) Typing() bool { return f.typing }

// Back ends typing.
func (f *formView) Back() bool {
	was := f.typing
	f.stop()
	return was
}

// Update moves the cursor, or types.
func (f *formView) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case tea.PasteMsg:
		return f.paste(m.Content)
	case tea.KeyPressMsg:
		if f.typing {
			return f.typed(m)
		}
	}
	f.refresh()
	by, ok := motion(msg, max(1, f.page/2), len(f.rows))
	if ok {
		f.move(by)
	}
	return nil
}

// move moves the cursor by some rows.
func (f *formView) move(by int) {
	f.touch()
	f.refresh()
	if len(f.rows) == 0 {
		return
	}
	i := max(0, min(len(f.rows)-1, f.at()+by))
	f.cursor, f.option = f.rows[i].rowKey, 0
}

// touch lets the field under the cursor be told to lack something.
func (f *formView) touch() { f.touched[f.cursor.path] = true }

// changed is called when the form was.
func (f *formView) changed() { f.stale = true; f.refresh() }

// field is the field under the cursor.
func (f *formView) field() *form.Field {
	if fd := f.form.Find(f.cursor.path); fd != nil {
		return fd
	}
	return f.form.Root()
}

// did takes in the outcome of a change to the form.
func (f *formView) did(err error) tea.Cmd {
	f.changed()
	if err != nil {
		return f.room.toast(Warn, err.Error())
	}
	return nil
}
