package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

const promptsName = "Prompts"

// prompts is the screen on which prompts are got.
type prompts struct {
	room   *Room
	list   listPane[mcp.Value]
	detail promptDetail
	result resultPane
	forms  map[string]*formView // by prompt
}

func newPrompts(r *Room) *prompts {
	s := &prompts{room: r, forms: map[string]*formView{}}
	s.list = listPane[mcp.Value]{
		room: r, text: toolText, own: s.keys, same: sameName,
		row:    func(p mcp.Value, w int) Line { return L(Plain, p.Get("name").Text()) },
		empty:  func() []Line { return emptyList(r, inspect.Prompts) },
		title:  func() string { return counted(promptsName, len(s.list.found), len(s.list.all)) },
		chosen: s.chosen, enter: func(mcp.Value) tea.Cmd { return r.goTo(promptsName, 1) },
	}
	s.detail = promptDetail{of: s}
	s.result = newResultPane(r, "get")
	s.result.repeat = func(run *Run) tea.Cmd { return s.ask(texts(run.Args)) }
	s.result.edit = func(run *Run) tea.Cmd {
		s.pick(run.Name)
		s.form().Set(run.Args)
		return r.goTo(promptsName, 1)
	}
	return s
}

func (s *prompts) Name() string  { return promptsName }
func (s *prompts) Badge() string { return badge(s.room, inspect.Prompts) }
func (s *prompts) Panes() []Pane { return []Pane{&s.list, &s.detail, &s.result} }

func (s *prompts) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case listedMsg:
		if m.kind == inspect.Prompts {
			s.list.set(s.room.Lists.Of(inspect.Prompts))
			s.forms = map[string]*formView{} // they may ask for other things now
			return s.chosen()
		}
	case showRunMsg:
		if m.run.Kind == "get" {
			s.pick(m.run.Name)
			s.result.show(m.run)
			return s.room.goTo(promptsName, 2)
		}
	case runMsg, tickMsg:
		return s.result.told(msg)
	}
	return nil
}

// Items are the prompts, for the palette.
func (s *prompts) Items() []Item {
	var items []Item
	for _, p := range s.room.Lists.Of(inspect.Prompts) {
		name := p.Get("name").Text()
		items = append(items, Item{Kind: "prompt", Name: name, Hint: shortened(oneLine(p.Get("description").Text()), 60), Do: func() tea.Cmd {
			s.pick(name)
			return s.room.goTo(promptsName, 1)
		}})
	}
	return items
}

func (s *prompts) pick(name string) {
	s.list.pick(func(v mcp.Value) bool { return v.Get("name").Text() == name })
	_ = s.chosen()
}

func (s *prompts) chosen() tea.Cmd {
	p, _ := s.list.current()
	s.result.showLatest(p.Get("name").Text())
	return nil
}

func (s *prompts) keys() []Key {
	why := ""
	if _, ok := s.list.current(); !ok {
		why = "no prompt is chosen"
	}
	return []Key{
		{Key: "enter", Does: "open", Why: why, Do: func() tea.Cmd { return s.room.goTo("", 1) }},
		{Key: "r", Does: "get", Why: pickText(why, s.room.Why()), Do: s.get},
		s.copyKey(),
	}
}

func (s *prompts) copyKey() Key {
	return copyMenu(s.room, func() []Item {
		p, _ := s.list.current()
		args, _ := s.form().Value()
		return []Item{
			copyItem(s.room, "mcpctl command", s.room.command("prompts get", p.Get("name").Text(), args)),
			copyItem(s.room, "prompt as listed", p.String()), copyItem(s.room, "name", p.Get("name").Text()),
		}
	})
}

// get gets the prompt with what the form says. What is missing is asked about.
func (s *prompts) get() tea.Cmd {
	value, problems := s.form().Value()
	if len(problems) == 0 {
		return s.ask(texts(value))
	}
	return s.room.open(newMenu(s.room, shortened(problems[0], 90), []Item{
		{Name: "back to the arguments", Do: func() tea.Cmd { return s.room.goTo(promptsName, 1) }},
		{Name: "get it all the same", Do: func() tea.Cmd { return s.ask(texts(value)) }},
	}))
}

// ask gets the prompt under the cursor.
func (s *prompts) ask(given map[string]string) tea.Cmd {
	p, _ := s.list.current()
	name := p.Get("name").Text()
	run, cmd := s.room.Start("get", name, mcp.ValueOf(given), func(ctx context.Context, c *inspect.Client) (mcp.Value, []string, error) {
		result, err := c.GetPrompt(ctx, name, given)
		return result, nil, err
	})
	if run == nil {
		return cmd
	}
	s.result.show(run)
	return tea.Batch(cmd, s.room.goTo(promptsName, 2))
}

// texts are the members of an object of texts.
func texts(v mcp.Value) map[string]string {
	all := map[string]string{}
	for _, m := range v.Members() {
		all[m.Name] = m.Value.Text()
	}
	return all
}
