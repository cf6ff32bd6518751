package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

// Occasional is a Screen that is there for some occasions only: it has no digit
// but a key of its own, and a tab once it was shown.
type Occasional interface {
	Screen
	Hidden() bool
	TabKey() string
	// Shown is told that the screen is shown now.
	Shown() tea.Cmd
}

// occasional are the screens that there is an occasion for.
func occasional(r *Room) []Screen {
	var all []Screen
	if r.options.Servers.Find != nil {
		all = append(all, newServers(r))
	}
	if r.options.SignIn.Keep != nil {
		all = append(all, newSignIn(r))
	}
	return all
}

// occasions are the keys that lead to such screens.
func (a *app) occasions() []Key {
	var keys []Key
	for _, s := range a.screens {
		if o, ok := s.(Occasional); ok {
			does := map[string]string{serversName: "servers", signInName: "sign in"}[s.Name()]
			keys = append(keys, Key{Key: o.TabKey(), Does: does, Rare: true, Do: func() tea.Cmd { return a.room.goTo(s.Name(), 0) }})
		}
	}
	return keys
}

// shown tells an occasional screen that it is shown.
func (a *app) shown() tea.Cmd {
	if o, ok := a.screen().(Occasional); ok {
		return o.Shown()
	}
	return nil
}

// begin connects, or shows what can be connected with when nothing was named.
func (r *Room) begin() tea.Cmd {
	if t := r.options.Tape; t != nil {
		return r.openedTape(tapeOpenedMsg{name: r.options.TapeName, tape: t})
	}
	if r.targeted() {
		return r.Connect()
	}
	r.Conn.State, r.Conn.Since = Idle, r.now()
	return r.goTo(serversName, 0)
}

// targeted reports whether there is a server to connect with.
func (r *Room) targeted() bool {
	t := r.options.Target
	return t.URL != "" || len(t.Command) > 0 || t.Pipe != nil
}

// perServer are the screens that each server has for itself: what was typed and
// chosen there makes no sense with another one.
func perServer(r *Room) map[string]Screen {
	return map[string]Screen{toolsName: newTools(r), resourcesName: newResources(r), promptsName: newPrompts(r)}
}

// switchMsg says that another server takes the place of the one there is.
type switchMsg struct{ from, to string }

// left is what is kept of a server while another one is looked at.
type left struct {
	runs    []*Run
	screens map[string]Screen
}

// swap puts the screens of a server away and those of another in their place.
func (a *app) swap(m switchMsg) {
	r := a.room
	away, back := left{r.Runs, map[string]Screen{}}, r.left[m.to]
	if back.screens == nil {
		back.screens = perServer(r)
	}
	r.Runs = back.runs
	for i, s := range a.screens {
		if other := back.screens[s.Name()]; other != nil {
			away.screens[s.Name()] = s
			a.screens[i], a.focus[i], a.side[i], a.came[i] = other, 0, 1, -1
		}
	}
	if r.left == nil {
		r.left = map[string]left{}
	}
	r.left[m.from] = away
	delete(r.left, m.to)
}

// Switch closes the connection and opens one with another server, in its place.
// The key tells servers apart: what was typed and called on one is there again
// when it is chosen anew. The traffic goes on, as it is the program's.
func (r *Room) Switch(key string, target mcp.Target, kind mcp.TransportKind) tea.Cmd {
	for _, run := range r.Runs {
		run.Cancel()
	}
	var cmds []tea.Cmd
	if key != r.key {
		cmds = append(cmds, r.stopTape()) // a recording is of one server
		_ = r.send(switchMsg{r.key, key})
		r.Lists.clear()
		r.Conn.Revision = ""
	}
	r.key, r.options.Target, r.options.Inspect.Transport = key, target, kind
	r.Conn.Attempt = 0
	cmds = append(cmds, r.Connect(), r.send(connMsg{}))
	for _, k := range []inspect.Kind{inspect.Tools, inspect.Resources, inspect.Templates, inspect.Prompts} {
		cmds = append(cmds, r.send(listedMsg{k}))
	}
	return tea.Batch(append(cmds, r.goTo(overviewName, 0))...)
}
