package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

// follow brings the end of the connection to the program.
func (r *Room) follow(turn int, client *inspect.Client) {
	session, ctx := client.Session(), r.ctx
	heard := r.errors
	put := func(msg tea.Msg) { r.feed.put(turned{turn, msg}) }
	ended := session.Ended()
	if ended == nil {
		return
	}
	go func() {
		select {
		case <-ended:
			exit, _ := session.Exit()
			put(heardMsg{heard, true})
			put(lostMsg{turn, fmt.Errorf("the server's process ended (%s)", ending(exit))})
		case <-ctx.Done():
		}
	}()
}

func ending(e mcp.Exit) string {
	if e.Signal != "" {
		return "signal " + e.Signal
	}
	return fmt.Sprintf("exit code %d", e.Code)
}

// lost takes in the end of the connection.
func (r *Room) lost(m lostMsg) tea.Cmd {
	c := &r.Conn
	if m.turn != c.turn || c.State != Ready {
		return nil
	}
	c.State, c.Err, c.Since = Lost, m.err, r.now()
	r.Traffic.End(r.wires.latest(), c.Since.Sub(r.began))
	return r.retry()
}

// List reads lists of the server's, one after the other in the background.
func (r *Room) List(kinds ...inspect.Kind) tea.Cmd {
	client, turn := r.Conn.Client(), r.Conn.turn
	if client == nil {
		return nil
	}
	return func() tea.Msg {
		for _, k := range kinds {
			capability, _, _ := strings.Cut(string(k), "/")
			if !client.Session().Capabilities().Has(capability) {
				r.feed.put(listMsg{turn: turn, kind: k})
				continue
			}
			entries, err := client.List(r.ctx, k)
			r.feed.put(listMsg{turn, k, entries, err})
		}
		return nil
	}
}

// listed takes in a list.
func (r *Room) listed(m listMsg) tea.Msg {
	if m.turn != r.Conn.turn {
		return nil
	}
	r.Lists.of[m.kind], r.Lists.errs[m.kind] = m.entries, m.err
	return listedMsg{m.kind}
}
