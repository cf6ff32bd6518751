package tui

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

const toolsName = "Tools"

// tools is the screen on which tools are called.
type tools struct {
	room   *Room
	list   listPane[mcp.Value]
	detail toolDetail
	result resultPane
	forms  map[string]argsForm // by tool
}

func newTools(r *Room) *tools {
	s := &tools{room: r, forms: map[string]argsForm{}}
	s.list = listPane[mcp.Value]{
		room: r, text: toolText, row: s.row, empty: s.empty, own: s.keys, same: sameName,
		title:  func() string { return counted("Tools", len(s.list.found), len(s.list.all)) },
		chosen: s.chosen, enter: func(mcp.Value) tea.Cmd { return s.room.goTo(toolsName, 1) },
	}
	s.detail = newToolDetail(s)
	s.result = newResultPane(r, "call")
	s.result.repeat = func(run *Run) tea.Cmd { return s.call(run.Args) }
	s.result.edit = func(run *Run) tea.Cmd {
		if f := s.form(); f != nil {
			f.Set(run.Args)
		}
		return s.room.goTo(toolsName, 1)
	}
	return s
}

func (s *tools) Name() string  { return toolsName }
func (s *tools) Badge() string { return badge(s.room, inspect.Tools) }
func (s *tools) Panes() []Pane { return []Pane{&s.list, &s.detail, &s.result} }

func (s *tools) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case listedMsg:
		if m.kind == inspect.Tools {
			s.list.set(s.room.Lists.Of(inspect.Tools))
			s.forms = map[string]argsForm{} // their schemas may have changed
			return s.chosen()
		}
	case showRunMsg:
		if m.run.Kind == "call" {
			s.pick(m.run.Name)
			s.result.show(m.run)
			return s.room.goTo(toolsName, 2)
		}
	case runMsg, tickMsg:
		return s.result.told(msg)
	}
	return nil
}

// Items are the tools, for the palette.
func (s *tools) Items() []Item {
	items := driftItems(s.room)
	for _, tool := range s.room.Lists.Of(inspect.Tools) {
		name := tool.Get("name").Text()
		items = append(items, Item{Kind: "tool", Name: name, Hint: shortened(oneLine(tool.Get("description").Text()), 60), Do: func() tea.Cmd {
			s.pick(name)
			return s.room.goTo(toolsName, 1)
		}})
	}
	for i := len(s.room.Runs) - 1; i >= 0; i-- {
		run := s.room.Runs[i]
		items = append(items, Item{Kind: "run", Name: fmt.Sprintf("#%d %s", run.N, run.Name), Hint: run.word(), Do: func() tea.Cmd { return s.room.showRun(run) }})
	}
	return items
}

// pick puts the cursor on a tool.
func (s *tools) pick(name string) {
	s.list.pick(func(v mcp.Value) bool { return v.Get("name").Text() == name })
	_ = s.chosen()
}

func (s *tools) keys() []Key {
	why := ""
	if _, ok := s.list.current(); !ok {
		why = "no tool is chosen"
	}
	tool, _ := s.list.current()
	return append([]Key{
		{Key: "enter", Does: "open", Why: why, Do: func() tea.Cmd { return s.room.goTo("", 1) }},
		{Key: "r", Does: "run", Why: s.whyNot(), Do: s.run},
		{Key: "e", Does: "edit JSON", Why: why, Do: s.detail.editJSON},
		s.copyKey(),
	}, driftKeys(s.room, tool)...)
}

// chosen shows the tool under the cursor beside the list.
func (s *tools) chosen() tea.Cmd {
	tool, ok := s.list.current()
	s.detail.show(tool, ok)
	s.result.showLatest(tool.Get("name").Text())
	return nil
}

// form is the form of the tool under the cursor, nil without one.
func (s *tools) form() argsForm {
	tool, ok := s.list.current()
	if !ok {
		return nil
	}
	name := tool.Get("name").Text()
	if s.forms[name] == nil {
		s.forms[name] = newArgsForm(s.room, tool)
	}
	return s.forms[name]
}

// whyNot says why the tool cannot be run now.
func (s *tools) whyNot() string {
	if _, ok := s.list.current(); !ok {
		return "no tool is chosen"
	}
	return s.room.Why()
}

// run calls the tool with what the form says. Arguments that do not fit are
// asked about first: to send them all the same is how servers are tried out.
func (s *tools) run() tea.Cmd {
	tool, _ := s.list.current()
	value, problems := s.form().Value()
	var doubts []string
	if len(problems) > 0 {
		doubts = append(doubts, problems[0])
	}
	if d, ok := s.room.drifted(tool); ok {
		doubts = append(doubts, "it has "+d.says())
	}
	if hint := tool.Get("annotations"); hint.Get("destructiveHint").True() && !hint.Get("readOnlyHint").True() {
		doubts = append(doubts, "the tool says that it may destroy things")
	}
	if len(doubts) == 0 {
		return s.call(value)
	}
	return s.room.open(newMenu(s.room, shortened(strings.Join(doubts, "; "), 90), []Item{
		{Name: "back to the arguments", Do: func() tea.Cmd { return s.room.goTo(toolsName, 1) }},
		{Name: "call it all the same", Do: func() tea.Cmd { return s.call(value) }},
	}))
}

// call calls the tool under the cursor.
func (s *tools) call(args mcp.Value) tea.Cmd {
	tool, _ := s.list.current()
	run, cmd := s.room.Start("call", tool.Get("name").Text(), args, func(ctx context.Context, c *inspect.Client) (mcp.Value, []string, error) {
		result, err := c.CallTool(ctx, tool, args)
		if !result.Exists() {
			return result, nil, err
		}
		return result, inspect.CheckOutput(tool, result), err
	})
	if run == nil {
		return cmd
	}
	s.result.show(run)
	return tea.Batch(cmd, s.room.goTo(toolsName, 2))
}

func (s *tools) copyKey() Key {
	return copyMenu(s.room, func() []Item {
		tool, _ := s.list.current()
		args, _ := s.form().Value()
		return []Item{
			copyItem(s.room, "arguments as JSON", args.String()),
			copyItem(s.room, "mcpctl command", s.room.command("tools call", tool.Get("name").Text(), args)),
			copyItem(s.room, "JSON-RPC request", mcp.ValueOf(map[string]any{"jsonrpc": "2.0", "id": 1, "method": "tools/call",
				"params": map[string]any{"name": tool.Get("name"), "arguments": args}}).String()),
			copyItem(s.room, "tool as listed", tool.String()),
			copyItem(s.room, "name", tool.Get("name").Text()),
		}
	})
}

func toolText(tool mcp.Value) string {
	return tool.Get("name").Text() + " " + tool.Get("title").Text()
}

func sameName(a, b mcp.Value) bool { return a.Get("name").Text() == b.Get("name").Text() }

// row draws a tool: its name, and marks for what it says of itself.
func (s *tools) row(tool mcp.Value, w int) Line {
	return L(Plain, tool.Get("name").Text()).Ends(append(driftMark(s.room, tool), marks(s.room.Theme, tool)...), w)
}

// marks are short words for a tool's annotations.
func marks(t *Theme, tool mcp.Value) Line {
	hints := tool.Get("annotations")
	line := L(Plain, " ")
	switch {
	case hints.Get("readOnlyHint").True():
		line = append(line, S(OK, "RO "))
	case hints.Get("destructiveHint").True():
		line = append(line, S(Warn, "!! "))
	}
	if hints.Get("openWorldHint").True() {
		line = append(line, S(Dim, "OW "))
	}
	if task := tool.Get("execution", "taskSupport").Text(); task == "required" || task == "optional" {
		line = append(line, S(Dim, "T "))
	}
	return line
}

func (s *tools) empty() []Line { return emptyList(s.room, inspect.Tools) }
