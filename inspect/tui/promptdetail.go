package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/mcp"
)

// promptDetail is the pane that tells what a prompt is for and takes its
// arguments.
type promptDetail struct {
	of     *prompts
	formAt int // the line that the form begins on
}

func (d *promptDetail) Title() string {
	p, _ := d.of.list.current()
	return pickText(p.Get("name").Text(), "Prompt")
}

func (d *promptDetail) Keys() []Key {
	form := d.of.form()
	if form == nil {
		return nil
	}
	keys := append([]Key{{Key: "enter", Does: "get", Why: d.of.room.Why(), Do: d.of.get}}, form.Keys()...)
	return append(keys, d.of.copyKey())
}

// Typing is whether the form takes letters.
func (d *promptDetail) Typing() bool {
	form := d.of.form()
	return form != nil && form.Typing()
}

// Back leaves what the form is in.
func (d *promptDetail) Back() bool {
	form := d.of.form()
	return form != nil && form.Back()
}

func (d *promptDetail) Click(x, y int) tea.Cmd {
	if form := d.of.form(); form != nil && y >= d.formAt {
		return form.Click(x, y-d.formAt)
	}
	return nil
}

func (d *promptDetail) Update(msg tea.Msg) tea.Cmd {
	if form := d.of.form(); form != nil {
		return form.Update(msg)
	}
	return nil
}

func (d *promptDetail) View(w, h int) []Line {
	p, ok := d.of.list.current()
	if !ok {
		return []Line{nil, L(Dim, " choose a prompt")}
	}
	lines := append(about(p, w, max(2, h/3)), nil)
	d.formAt = len(lines)
	return append(lines, d.of.form().View(w, max(1, h-len(lines)))...)
}

// form is the form of the prompt under the cursor, nil without one.
func (s *prompts) form() *formView {
	p, ok := s.list.current()
	if !ok {
		return nil
	}
	name := p.Get("name").Text()
	if s.forms[name] == nil {
		s.forms[name] = newPromptForm(s.room, p, s.room.completer(promptRef(name)))
	}
	return s.forms[name]
}

// completer asks the server what the text of an argument may become; nil where it
// offers no completion.
func (r *Room) completer(ref map[string]any) completer {
	client := r.Conn.Client()
	if client == nil || !r.Has("completions") {
		return nil
	}
	return func(ctx context.Context, argument, text string, given mcp.Value) []string {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		settled := texts(given)
		delete(settled, argument)
		result, err := client.Complete(ctx, ref, argument, text, settled)
		if err != nil {
			return nil // no suggestions, then
		}
		return suggestions(result)
	}
}

// suggestions are the values that a completion gave.
func suggestions(result mcp.Value) []string {
	var all []string
	for _, item := range result.Get("completion", "values").Items() {
		all = append(all, shortened(item.Text(), 200))
	}
	return all
}
