package tui

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

// follow brings what happens on the connection to the program.
func (r *Room) follow(turn int, client *inspect.Client) {
	session, ctx := client.Session(), r.ctx
	stamp := r.stamp
	if offset := r.opening.Sub(r.began); stamp == nil {
		stamp = func(f mcp.Frame) time.Duration { return max(0, offset+f.At) }
	}
	put := func(msg tea.Msg) { r.feed.put(turned{turn, msg}) }
	go func() {
		_, _ = session.Log().Await(ctx, func(f mcp.Frame) bool { // how it ends is told below
			c := crossed{traffic.FrameOf(f, exchangeOf(session, f)), f}
			c.Session, c.Revision, c.At = turn, session.Revision(), stamp(f)
			put(c)
			return false
		})
	}()
	ended := session.Ended()
	if ended == nil {
		return
	}
	go func() {
		select {
		case <-ended:
			exit, _ := session.Exit()
			put(stderrMsg(exit.Stderr))
			put(lostMsg{turn, fmt.Errorf("the server's process ended (%s)", ending(exit))})
		case <-ctx.Done():
		}
	}()
}

// exchangeOf is the exchange that a frame belongs to, nil for none.
func exchangeOf(s *mcp.Session, f mcp.Frame) *mcp.Exchange {
	if all := s.Log().Exchanges(); f.Exchange >= 0 && f.Exchange < len(all) {
		return all[f.Exchange]
	}
	return nil
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
