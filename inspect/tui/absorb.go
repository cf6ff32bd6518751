package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect"
)

// absorb takes in what a message tells the room, and gives the message that the
// screens are told of, nil for none.
func (r *Room) absorb(msg tea.Msg) (tea.Msg, tea.Cmd) {
	switch m := msg.(type) {
	case turned:
		if m.turn != r.Conn.turn {
			return nil, nil // of a connection that is no more
		}
		return r.absorb(m.msg)
	case openedMsg:
		return connMsg{}, r.opened(m)
	case lostMsg:
		return connMsg{}, r.lost(m)
	case retryMsg:
		if m.turn != r.Conn.turn || r.Conn.State == Ready || r.Conn.Attempt == 0 {
			return nil, nil
		}
		return connMsg{}, r.Connect()
	case listMsg:
		told := r.listed(m)
		if told != nil && m.kind == inspect.Tools && m.err == nil {
			return told, r.watchTools(m.entries)
		}
		return told, nil
	case ranMsg:
		return r.ended(m), nil
	case heardMsg:
		return r.stderr(m), nil
	case tapeOpenedMsg:
		return nil, r.openedTape(m)
	case brokenTapeMsg:
		return connMsg{}, r.brokeTape(m)
	case tokenMsg:
		m.run.tokens = append(m.run.tokens, m.token)
		return nil, nil
	case eventMsg:
		return r.heard(m)
	case editedValue:
		m.done(m.v)
		return connMsg{}, nil
	}
	return msg, nil
}

// heard takes in an event.
func (r *Room) heard(m eventMsg) (tea.Msg, tea.Cmd) {
	switch m.Kind {
	case inspect.Progress:
		return r.progressed(m.Event), nil
	case inspect.Changed:
		return m, r.List(changedKinds(m.Text)...)
	}
	return m, nil
}

// changedKinds are the lists that a list_changed notification is about.
func changedKinds(method string) []inspect.Kind {
	switch method {
	case "notifications/tools/list_changed":
		return []inspect.Kind{inspect.Tools}
	case "notifications/prompts/list_changed":
		return []inspect.Kind{inspect.Prompts}
	}
	return []inspect.Kind{inspect.Resources, inspect.Templates}
}
