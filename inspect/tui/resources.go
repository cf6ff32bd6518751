package tui

import (
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

const resourcesName = "Resources"

// thing is an entry of the list: a resource, or a template of some.
type thing struct {
	kind inspect.Kind
	mcp.Value
}

func (t thing) id() string { return t.Get(t.kind.ID()).Text() }

// resources is the screen on which resources are read and followed.
type resources struct {
	room   *Room
	list   listPane[thing]
	result resultPane
	watch  watch
	before map[string]map[string]string // by template: its variables
}

func newResources(r *Room) *resources {
	s := &resources{room: r, before: map[string]map[string]string{}, watch: watch{room: r}}
	s.list = listPane[thing]{
		room: r, own: s.keys, row: s.row,
		text:  func(t thing) string { return t.Get("name").Text() + " " + t.id() },
		empty: func() []Line { return emptyList(r, inspect.Resources) },
		same:  func(a, b thing) bool { return a.kind == b.kind && a.id() == b.id() },
		title: func() string { return counted(resourcesName, len(s.list.found), len(s.list.all)) },
		enter: func(thing) tea.Cmd { return s.open() },
		chosen: func() tea.Cmd {
			t, _ := s.list.current()
			s.result.showLatest(t.id())
			return nil
		},
	}
	s.result = newResultPane(r, "read")
	s.result.repeat = func(run *Run) tea.Cmd { return s.read(run.Name) }
	return s
}

func (s *resources) Name() string  { return resourcesName }
func (s *resources) Badge() string { return badge(s.room, inspect.Resources, inspect.Templates) }
func (s *resources) Panes() []Pane { return []Pane{&s.list, &s.result} }

func (s *resources) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case listedMsg:
		if m.kind == inspect.Resources || m.kind == inspect.Templates {
			s.fill()
		}
	case connMsg:
		s.watch.reset(s.room.Conn.turn)
	case watchedMsg:
		return s.watch.told(m)
	case readMsg:
		return s.read(m.uri)
	case showRunMsg:
		if m.run.Kind == "read" {
			s.result.show(m.run)
			return s.room.goTo(resourcesName, 1)
		}
	case eventMsg:
		if m.Kind == inspect.Updated {
			return s.updated(m.Text)
		}
	case runMsg, tickMsg:
		return s.result.told(msg)
	}
	return nil
}

func (s *resources) fill() {
	var all []thing
	for _, k := range []inspect.Kind{inspect.Resources, inspect.Templates} {
		for _, entry := range s.room.Lists.Of(k) {
			all = append(all, thing{k, entry})
		}
	}
	s.list.set(all)
}

// Items are the resources, for the palette.
func (s *resources) Items() []Item {
	var items []Item
	for _, entry := range s.room.Lists.Of(inspect.Resources) {
		uri := entry.Get("uri").Text()
		items = append(items, Item{Kind: "resource", Name: entry.Get("name").Text(), Hint: shortened(uri, 60), Do: func() tea.Cmd { return s.read(uri) }})
	}
	return items
}

func (s *resources) keys() []Key {
	t, ok := s.list.current()
	why, follow := s.room.Why(), s.watch.why(t)
	if !ok {
		why = "nothing is chosen"
	}
	word := "subscribe"
	if s.watch.on(t.id()) {
		word = "unsubscribe"
	}
	return []Key{
		{Key: "enter", Does: "read", Why: why, Do: s.open},
		{Key: "u", Does: word, Why: pickText(why, follow), Do: func() tea.Cmd { return s.watch.toggle(t.id()) }},
		copyMenu(s.room, func() []Item {
			return []Item{copyItem(s.room, "URI", t.id()), copyItem(s.room, "as listed", t.String())}
		}),
	}
}

// open reads the entry under the cursor; the variables of a template are asked
// for first.
func (s *resources) open() tea.Cmd {
	t, _ := s.list.current()
	if t.kind == inspect.Resources {
		return s.read(t.id())
	}
	template := t.id()
	v := &interview{room: s.room, ref: templateRef(template), before: s.before[template]}
	for _, name := range variables(template) {
		v.blanks = append(v.blanks, blank{name: name})
	}
	v.done = func(given map[string]string) tea.Cmd {
		s.before[template] = given
		return s.read(expand(template, given))
	}
	return v.begin()
}

// read reads a resource and shows it.
func (s *resources) read(uri string) tea.Cmd {
	run, cmd := s.room.Start("read", uri, mcp.ValueOf(map[string]any{"uri": uri}), func(ctx context.Context, c *inspect.Client) (mcp.Value, []string, error) {
		result, err := c.ReadResource(ctx, uri)
		return result, nil, err
	})
	if run == nil {
		return cmd
	}
	s.result.show(run)
	return tea.Batch(cmd, s.room.goTo(resourcesName, 1))
}

// updated takes in that a resource has changed: it is read again when it is
// shown.
func (s *resources) updated(uri string) tea.Cmd {
	s.watch.count(uri)
	shown := s.result.run
	if shown == nil || shown.Name != uri || shown.State == Running {
		return s.room.toast(Accent, "changed: "+shortened(uri, 80))
	}
	run, cmd := s.room.Start("read", uri, shown.Args, func(ctx context.Context, c *inspect.Client) (mcp.Value, []string, error) {
		result, err := c.ReadResource(ctx, uri)
		return result, nil, err
	})
	if run != nil {
		s.result.show(run)
	}
	return tea.Batch(cmd, s.room.toast(Accent, "changed and read again: "+shortened(uri, 80)))
}

func (s *resources) row(t thing, w int) Line {
	sign := s.room.Theme.Sign
	if t.kind == inspect.Templates {
		return Line{S(Code, "{} "), S(Plain, pickText(t.Get("name").Text(), t.id())), S(Dim, "  "+t.id())}
	}
	right := L(Plain, " ")
	if s.watch.on(t.id()) {
		right = L(OK, " "+sign.Dot)
		if n := s.watch.changes[t.id()]; n > 0 {
			right = L(OK, fmt.Sprintf(" %s %d", sign.Dot, n))
		}
	}
	return Line{S(Plain, pickText(t.Get("name").Text(), t.id())), S(Dim, "  "+t.id())}.Ends(right, w)
}
