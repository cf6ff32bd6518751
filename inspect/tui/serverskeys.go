package tui

import (
	"cmp"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect/servers"
)

func (s *serversScreen) keys() []Key {
	row, ok := s.list.current()
	why, examine := "", ""
	switch {
	case !ok:
		why = "there is no server"
	case row.file != nil:
		why = "this is a file; choose one of its servers"
	}
	switch {
	case why != "":
		examine = why
	case s.looking[row.key()]:
		examine = "it is being examined"
	case s.room.options.Servers.Examine == nil:
		examine = "it cannot be done here"
	}
	connect := why
	if connect == "" {
		connect = whyNotJoin(row.server)
	}
	return []Key{
		{Key: "enter", Does: "connect", Why: connect, Do: s.enter},
		{Key: "d", Does: "health", Why: examine, Do: s.examine},
		{Key: "r", Does: "read again", Do: func() tea.Cmd { return tea.Batch(s.find(), s.room.toast(Dim, "the files are read again")) }},
		copyMenu(s.room, s.copies),
	}
}

// whyNotJoin says why a server cannot be connected with as it is written.
func whyNotJoin(server servers.Server) string {
	for _, p := range server.Problems {
		if !p.Minor {
			return p.What
		}
	}
	if !server.Local() && server.URL == "" {
		return cmp.Or(server.Disabled, "there is neither a command nor an address")
	}
	return ""
}

func (s *serversScreen) copies() []Item {
	row, ok := s.list.current()
	switch {
	case !ok:
		return nil
	case row.file != nil:
		return []Item{copyItem(s.room, "path", row.file.Path)}
	}
	return []Item{
		copyItem(s.room, "command or address", row.server.Shown()),
		copyItem(s.room, "position", row.server.Position()),
		copyItem(s.room, "name", row.server.Name),
	}
}

// enter connects with the server under the cursor, in place of the one there is.
func (s *serversScreen) enter() tea.Cmd {
	row, ok := s.list.current()
	if !ok || row.file != nil {
		return nil
	}
	if why := whyNotJoin(row.server); why != "" {
		return s.room.toast(Warn, why)
	}
	return s.allowed(row, "connect", func() tea.Cmd {
		if n := s.room.Busy(); n > 0 {
			return s.room.open(newMenu(s.room, plural(n, "call")+" still running", []Item{
				{Name: "keep waiting", Do: func() tea.Cmd { return nil }},
				{Name: "cancel and connect with " + shortened(row.server.Name, 40), Do: func() tea.Cmd { return s.join(row) }},
			}))
		}
		return s.join(row)
	})
}

// allowed does something with a server once the user has agreed to it. The
// user's own files are the user's word; a project's came with the project.
func (s *serversScreen) allowed(row serverRow, verb string, do func() tea.Cmd) tea.Cmd {
	word := row.key() + fmt.Sprintf("%q", []any{row.server.Command, row.server.Args, row.server.Env, row.server.EnvFile, row.server.Dir, row.server.URL, row.server.Headers})
	if row.server.Scope != servers.Project || s.agreed[word] {
		return do()
	}
	title := "start a command of this project?"
	if !row.server.Local() {
		title = "ask an address that this project names?"
	}
	return s.room.open(newConsent(s.room, title, verb, s.asking(row.server), func() tea.Cmd {
		s.agreed[word] = true
		return do()
	}))
}

// asking is what the user agrees to: word for word, but for secrets.
func (s *serversScreen) asking(server servers.Server) []Line {
	lines := []Line{
		{S(Strong, shortened(server.Name, 100)), S(Dim, "  "+server.Client+", "+s.near(server.Position()))}, nil,
	}
	lines = append(lines, s.does(server)...)
	end := "The file came with this folder. Whoever wrote it decides what runs on your machine, as you."
	if !server.Local() {
		end = "The file came with this folder. Whoever wrote it decides where this goes."
	}
	return append(lines, nil, L(Plain, end), nil, Line{S(Accent, "y"), S(Plain, " agrees; "), S(Accent, "n"), S(Plain, ", enter and esc do not")})
}

// join makes a target of a server, in the background: its token may have to be
// renewed first.
func (s *serversScreen) join(row serverRow) tea.Cmd {
	key, kind := row.key(), s.kind
	if kind == "" && !row.server.Local() {
		kind = row.server.Transport
	}
	s.joining = key
	delete(s.failed, key)
	s.detail.stale()
	make, ctx := s.room.options.Servers.Target, s.room.ctx
	config := ""
	if file := s.room.options.Servers.Config; file != nil {
		config = file(row.server)
	}
	return func() tea.Msg {
		target, err := make(ctx, row.server)
		return targetMsg{key, kind, target, config, err}
	}
}

// joined takes in the target and connects with it. Another server may have been
// chosen meanwhile.
func (s *serversScreen) joined(m targetMsg) tea.Cmd {
	if m.key != s.joining {
		return nil
	}
	s.joining = ""
	if m.err != nil {
		s.failed[m.key] = m.err
		return s.room.toast(Bad, m.err.Error())
	}
	s.room.options.Config = m.config
	return s.room.Switch(m.key, m.target, m.kind)
}

// examine finds out how the server under the cursor is.
func (s *serversScreen) examine() tea.Cmd {
	row, _ := s.list.current()
	return s.allowed(row, "examine", func() tea.Cmd {
		key, examine, ctx := row.key(), s.room.options.Servers.Examine, s.room.ctx
		s.looking[key] = true
		s.detail.stale()
		s.room.working.Add(1)
		return func() tea.Msg {
			defer s.room.working.Done()
			return healthMsg{key, examine(ctx, row.server)}
		}
	})
}
