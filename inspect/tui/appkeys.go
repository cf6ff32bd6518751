package tui

import (
	"fmt"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/mcp"
)

// key gives a key to whoever it is for: a question, the overlay on top, the pane
// with the focus, the shell.
func (a *app) key(m tea.KeyPressMsg) tea.Cmd {
	name := m.String()
	switch {
	case name == "ctrl+c":
		return a.interrupt()
	case name == "ctrl+z":
		return tea.Suspend
	case a.small():
		return nil
	case a.ask != nil:
		return a.answer(m)
	case a.jumping:
		return a.jump(name)
	case len(a.over) > 0:
		return a.overlayKey(m)
	case name == "esc":
		return a.back()
	}
	pane := a.pane()
	if t, ok := pane.(Typer); ok && t.Typing() {
		return pane.Update(m)
	}
	if cmd, ok := a.room.press(append(pane.Keys(), a.globals()...), name); ok {
		return cmd
	}
	if n, err := strconv.Atoi(name); err == nil && n >= 1 && n <= len(a.screens) {
		a.show(a.screens[n-1].Name(), -1)
		return nil
	}
	return pane.Update(m)
}

// press does what a key does, or tells why it cannot be done.
func (r *Room) press(keys []Key, name string) (tea.Cmd, bool) {
	for _, k := range keys {
		switch {
		case k.Key != name || k.Do == nil && k.Why == "":
			continue
		case k.Why != "":
			return r.toast(Warn, fmt.Sprintf("%s %s: %s", k.Key, k.Does, k.Why)), true
		}
		return k.Do(), true
	}
	return nil, false
}

// globals are the keys that do the same everywhere.
func (a *app) globals() []Key {
	do := func(f func()) func() tea.Cmd { return func() tea.Cmd { f(); return nil } }
	panes := len(a.screen().Panes())
	move := func(by int) func() tea.Cmd {
		return do(func() { a.focusOn((a.focus[a.at] + by + panes) % panes) })
	}
	filter, cancel := "", ""
	if _, _, ok := a.filterer(); !ok {
		filter = "there is nothing to search here"
	}
	if a.room.Busy() == 0 {
		cancel = "nothing is running"
	}
	return append(a.occasions(), []Key{
		{Key: "/", Does: "filter", Why: filter, Do: a.askFilter},
		{Key: ":", Does: "commands", Do: a.palette},
		{Key: "?", Does: "help", Do: func() tea.Cmd { return a.room.open(newHelp(a)) }},
		{Key: "z", Does: "zoom", Do: do(func() { a.zoom = !a.zoom })},
		{Key: "x", Does: "cancel", Why: cancel, Do: do(a.cancelLast), Rare: cancel != ""},
		{Key: "c", Does: "connect", Do: a.reconnect, Rare: a.room.Conn.State == Ready || a.room.Conn.State == Idle},
		{Key: "v", Does: "revision", Do: a.chooseRevision, Rare: true},
		a.room.recordKey(),
		{Key: "q", Does: "quit", Do: a.quit},
		{Key: "tab", Does: "next pane", Do: move(1), Rare: true},
		{Key: "shift+tab", Does: "pane before", Do: move(-1), Rare: true},
		{Key: "right", Does: "pane to the right", Do: do(func() { a.focusOn(a.focus[a.at] + 1) }), Rare: true},
		{Key: "l", Does: "pane to the right", Do: do(func() { a.focusOn(a.focus[a.at] + 1) }), Rare: true},
		{Key: "left", Does: "pane to the left", Do: do(func() { a.focusOn(a.focus[a.at] - 1) }), Rare: true},
		{Key: "h", Does: "pane to the left", Do: do(func() { a.focusOn(a.focus[a.at] - 1) }), Rare: true},
		{Key: ";", Does: "jump to a pane or tab", Do: do(func() { a.jumping = true }), Rare: true},
		{Key: "t", Does: "traffic", Do: func() tea.Cmd { return a.room.goTo(trafficName, 0) }, Rare: true},
		{Key: "T", Does: "show or hide the traffic strip", Do: do(func() { a.room.Saved.NoStrip = !a.room.Saved.NoStrip }), Rare: true},
		{Key: "ctrl+p", Does: "commands", Do: a.palette, Rare: true},
		{Key: "ctrl+z", Does: "suspend", Do: func() tea.Cmd { return tea.Suspend }, Rare: true},
	}...)
}

// back leaves what was entered last. It never quits.
func (a *app) back() tea.Cmd {
	pane := a.pane()
	if b, ok := pane.(Backer); ok && b.Back() {
		return nil
	}
	if f, ok := pane.(Filterer); ok && f.Filter() != "" {
		f.SetFilter("")
		return nil
	}
	switch {
	case a.zoom:
		a.zoom = false
	case a.came[a.at] >= 0:
		a.focusOn(a.came[a.at])
	case a.focus[a.at] > 0:
		a.focusOn(a.focus[a.at] - 1)
	case len(a.visited) > 0:
		a.at = a.visited[len(a.visited)-1]
		a.visited = a.visited[:len(a.visited)-1]
	default:
		return a.room.toast(Dim, "nothing to go back to; q quits")
	}
	return nil
}

// quit ends the program, after a question when something is under way.
func (a *app) quit() tea.Cmd {
	n := a.room.Busy()
	if n == 0 {
		return tea.Quit
	}
	return a.room.open(newMenu(a.room, plural(n, "call")+" still running", []Item{
		{Name: "keep waiting", Do: func() tea.Cmd { return nil }},
		{Name: "cancel and quit", Do: func() tea.Cmd { return tea.Quit }},
	}))
}

// interrupt is ctrl+c: it cancels what runs, and quits when nothing does.
func (a *app) interrupt() tea.Cmd {
	n := 0
	for _, run := range a.room.Runs {
		if run.State == Running && !run.stopped {
			run.Cancel()
			n++
		}
	}
	if n == 0 {
		return tea.Quit
	}
	return a.room.toast(Warn, plural(n, "call")+" cancelled; ctrl+c again quits")
}

func (a *app) cancelLast() {
	for i := len(a.room.Runs) - 1; i >= 0; i-- {
		if run := a.room.Runs[i]; run.State == Running {
			run.Cancel()
			return
		}
	}
}

// reconnect opens the connection anew; a question comes first while calls run.
func (a *app) reconnect() tea.Cmd {
	if a.room.Conn.State == Idle || a.room.Conn.State == Offline && !a.room.targeted() {
		return a.room.toast(Warn, a.room.Why())
	}
	a.room.Conn.Attempt = 0
	if n := a.room.Busy(); n > 0 {
		return a.room.open(newMenu(a.room, plural(n, "call")+" still running", []Item{
			{Name: "keep waiting", Do: func() tea.Cmd { return nil }},
			{Name: "cancel and reconnect", Do: a.room.Connect},
		}))
	}
	return a.room.Connect()
}

// chooseRevision opens the same server in another revision.
func (a *app) chooseRevision() tea.Cmd {
	pick := func(rev mcp.Revision) func() tea.Cmd {
		return func() tea.Cmd {
			a.room.Conn.Revision = rev
			return a.reconnect()
		}
	}
	items := []Item{{Name: "auto", Hint: "the newest that the server agrees to", Do: pick(a.room.options.Inspect.Revision)}}
	for _, rev := range mcp.Timeline() {
		items = append(items, Item{Name: string(rev), Hint: rev.Era().String(), Do: pick(rev)})
	}
	return a.room.open(newMenu(a.room, "speak which revision?", items))
}

// jump puts the focus where a label stands.
func (a *app) jump(name string) tea.Cmd {
	a.jumping = false
	areas := a.plan().panes
	if i := labelIndex(name); i >= 0 && i < len(areas) {
		a.focusOn(areas[i].pane)
	} else if n, err := strconv.Atoi(name); err == nil && n >= 1 && n <= len(a.screens) {
		a.show(a.screens[n-1].Name(), -1)
	}
	return nil
}

const labels = "asdfghjkl"

func labelIndex(name string) int {
	for i := range labels {
		if labels[i:i+1] == name {
			return i
		}
	}
	return -1
}

// small reports whether the screen is too small to work on.
func (a *app) small() bool { return a.w < minWidth || a.h < minHeight }
