package tui

import (
	"context"
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect/doctor"
	"github.com/mcpctl/mcpctl/inspect/servers"
	"github.com/mcpctl/mcpctl/mcp"
)

const serversName = "Servers"

// Catalogue is where the pane of servers gets them from. Its functions may be
// called on any goroutine; the zero Catalogue has no servers.
type Catalogue struct {
	// Find reads the configuration files as they are now.
	Find func() (servers.Found, error)
	// Target is what to talk to: its references are replaced, and it has the
	// token that was kept for its address.
	Target func(context.Context, servers.Server) (mcp.Target, error)
	// Examine finds out how a server is, as doctor does. It starts or asks it.
	Examine func(context.Context, servers.Server) doctor.Diagnosis
	// Config is the file that commands have to be told to find the server by its
	// name, "" where they find it by themselves; nil is that for all.
	Config func(servers.Server) string
	// Near is a path as a person writes it; nil is as it is.
	Near func(path string) string
}

// serverRow is a row of the list: a file, or a server in it.
type serverRow struct {
	file   *servers.File // of a row that is a file
	server servers.Server
}

// key tells rows apart, also when the files are read anew.
func (row serverRow) key() string {
	if row.file != nil {
		return row.file.Client + "\x00" + row.file.Path
	}
	return row.server.File + "\x00" + row.server.Client + "\x00" + row.server.Name
}

// foundMsg are the servers in the files; targetMsg is what to talk to, or why
// not; healthMsg is how a server is.
type (
	foundMsg struct {
		found servers.Found
		err   error
	}
	targetMsg struct {
		key    string
		kind   mcp.TransportKind
		target mcp.Target
		config string
		err    error
	}
	healthMsg struct {
		key string
		doctor.Diagnosis
	}
)

// serversScreen is the screen of the servers that are configured, by file.
type serversScreen struct {
	room   *Room
	list   listPane[serverRow]
	detail docPane

	kind    mcp.TransportKind // that the command line asks for
	used    bool              // it was shown
	reading bool
	err     error
	joining string // the key of the server whose target is made
	agreed  map[string]bool
	failed  map[string]error // why there is no target, by key
	health  map[string]doctor.Diagnosis
	looking map[string]bool // what is being examined
}

func newServers(r *Room) *serversScreen {
	s := &serversScreen{
		room: r, kind: r.options.Inspect.Transport, agreed: map[string]bool{}, failed: map[string]error{},
		health: map[string]doctor.Diagnosis{}, looking: map[string]bool{},
	}
	s.list = listPane[serverRow]{
		room: r, text: s.text, row: s.row, empty: s.empty, own: s.keys,
		same:   func(a, b serverRow) bool { return a.key() == b.key() },
		title:  s.title,
		chosen: func() tea.Cmd { s.detail.set(s.lines); return nil },
		enter:  func(serverRow) tea.Cmd { return s.enter() },
	}
	s.detail = docPane{room: r, title: func() string { return "Configured as" }, own: s.keys}
	s.detail.set(s.lines)
	return s
}

func (s *serversScreen) Name() string   { return serversName }
func (s *serversScreen) Badge() string  { return "" }
func (s *serversScreen) Panes() []Pane  { return []Pane{&s.list, &s.detail} }
func (s *serversScreen) Hidden() bool   { return !s.used }
func (s *serversScreen) TabKey() string { return "@" }

// Layout gives the list somewhat less than half.
func (s *serversScreen) Layout(int, int) ([]int, bool) { return []int{44}, false }

// Waiting has the spinners turn.
func (s *serversScreen) Waiting() bool { return s.reading || s.joining != "" || len(s.looking) > 0 }

// Shown reads the files when nobody has yet.
func (s *serversScreen) Shown() tea.Cmd {
	if s.used {
		return nil
	}
	s.used = true
	return s.find()
}

func (s *serversScreen) title() string {
	all, shown := 0, 0
	for i, row := range s.list.all {
		if row.file == nil {
			all++
			if slices.Contains(s.list.found, i) {
				shown++
			}
		}
	}
	return counted(serversName, shown, all)
}

// find reads the files.
func (s *serversScreen) find() tea.Cmd {
	if s.reading {
		return nil
	}
	s.reading = true
	find := s.room.options.Servers.Find
	return func() tea.Msg {
		found, err := find()
		return foundMsg{found, err}
	}
}

func (s *serversScreen) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case foundMsg:
		s.reading, s.err = false, m.err
		s.list.set(rowsOf(m.found))
		s.land()
	case targetMsg:
		s.detail.stale()
		return s.joined(m)
	case healthMsg:
		delete(s.looking, m.key)
		s.health[m.key] = m.Diagnosis
	case connMsg, tickMsg:
	default:
		return nil
	}
	s.detail.stale()
	return nil
}

// land puts the cursor on the first server when it stands on no server yet.
func (s *serversScreen) land() {
	if s.list.rows.at == 0 && len(s.list.found) > 1 && s.list.all[0].file != nil && len(s.list.all[0].file.Problems) == 0 {
		s.list.rows.move(1)
	}
}

// rowsOf are the files, each with its servers below.
func rowsOf(found servers.Found) []serverRow {
	var rows []serverRow
	for i := range found.Files {
		file := &found.Files[i]
		rows = append(rows, serverRow{file: file})
		for _, server := range found.Servers {
			if server.File == file.Path && server.Client == file.Client {
				rows = append(rows, serverRow{server: server})
			}
		}
	}
	return rows
}

// Items are the servers, for the palette.
func (s *serversScreen) Items() []Item {
	items := []Item{{Kind: "server", Name: "choose another server", Hint: "@", Do: func() tea.Cmd { return s.room.goTo(serversName, 0) }}}
	for _, row := range s.list.all {
		if row.file != nil {
			continue
		}
		items = append(items, Item{Kind: "server", Name: row.server.Name, Hint: fmt.Sprintf("%s, %s", row.server.Client, s.near(row.server.File)), Do: func() tea.Cmd {
			s.list.pick(func(other serverRow) bool { return other.key() == row.key() })
			return tea.Batch(s.room.goTo(serversName, 0), s.enter())
		}})
	}
	return items
}

func (s *serversScreen) near(path string) string {
	if s.room.options.Servers.Near == nil {
		return path
	}
	return s.room.options.Servers.Near(path)
}
