package tui

import (
	"context"
	"errors"
	"fmt"
	"path"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

// ConnState is how the connection stands.
type ConnState uint8

// The states of a connection.
const (
	Connecting ConnState = iota
	Ready
	Failed // it could not be opened
	Lost   // it was open
	Idle   // no server is chosen
	// Offline looks at a recording, see Room.offline.
	Offline
)

// Conn is the connection with the server. Its history outlives it: what was
// seen before a reconnection stays on the screen.
type Conn struct {
	State    ConnState
	Since    time.Time
	Err      error
	Latency  time.Duration // of the opening exchange
	Attempt  int           // consecutive ones that failed
	Revision mcp.Revision  // to ask for; "" lets the server choose
	client   *inspect.Client
	turn     int // tells the connections apart
	stop     context.CancelFunc
}

// Client is the connection's client, nil unless Ready.
func (c *Conn) Client() *inspect.Client {
	if c.State != Ready {
		return nil
	}
	return c.client
}

// maxRetries bounds how often a lost connection is opened again unasked.
const maxRetries = 5

// openedMsg is the end of an attempt, lostMsg the end of a connection, retryMsg
// the end of a pause.
type (
	openedMsg struct {
		turn   int
		client *inspect.Client
		err    error
	}
	lostMsg struct {
		turn int
		err  error
	}
	retryMsg struct{ turn int }
	listMsg  struct {
		turn    int
		kind    inspect.Kind
		entries []mcp.Value
		err     error
	}
	turned struct {
		turn int
		msg  tea.Msg
	}
)

// Connect opens the connection, in place of the one there is.
func (r *Room) Connect() tea.Cmd {
	r.hangUp()
	r.closeTape()
	c := &r.Conn
	c.turn++
	c.State, c.Since, c.Err = Connecting, r.now(), nil
	r.opening = c.Since
	turn, o, target := c.turn, r.options.Inspect, r.options.Target
	if c.Revision != "" {
		o.Revision = c.Revision
	}
	o.Tell = func(e inspect.Event) { r.feed.put(turned{turn, eventMsg{e, r.now()}}) }
	o.Respond = r.respond(turn)
	o.Frame, o.Stderr = r.cross(turn).frame, r.listen(turn)
	ctx, stop := context.WithCancel(r.ctx)
	c.stop = stop
	r.working.Add(1)
	return func() tea.Msg {
		defer r.working.Done()
		client, err := inspect.Open(ctx, target, o)
		if err == nil && ctx.Err() != nil {
			_ = client.Close(ctx) // nobody wants it any more
			return nil
		}
		return openedMsg{turn, client, err}
	}
}

// hangUp ends the connection, if there is one, in the background.
func (r *Room) hangUp() {
	c := &r.Conn
	if c.stop != nil {
		c.stop()
	}
	if old := c.client; old != nil {
		c.client = nil
		r.working.Go(func() { _ = old.Close(context.Background()) }) // its end has been announced
	}
}

// opened takes in the end of an attempt.
func (r *Room) opened(m openedMsg) tea.Cmd {
	c := &r.Conn
	if m.turn != c.turn {
		if m.client != nil {
			r.working.Go(func() { _ = m.client.Close(context.Background()) }) // another was asked for meanwhile
		}
		return nil
	}
	c.Since = r.now()
	if m.err != nil {
		c.State, c.Err = Failed, m.err
		switch {
		case r.wantsToken():
			return r.goTo(signInName, 0)
		case c.Attempt == 0: // where it says what went wrong, and what to do
			return r.goTo(overviewName, 0)
		}
		return r.retry()
	}
	c.State, c.client, c.Attempt = Ready, m.client, 0
	if x := m.client.Session().Opening(); x != nil {
		c.Latency = x.Took()
	}
	r.follow(m.turn, m.client)
	return r.List(inspect.Tools, inspect.Prompts, inspect.Resources, inspect.Templates)
}

// retry opens a connection that was once open again after a pause. One that
// never was is left to the user: its fault is not likely to go by itself.
func (r *Room) retry() tea.Cmd {
	c := &r.Conn
	if c.Attempt >= maxRetries {
		return nil
	}
	c.Attempt++
	return r.after(r.pause(), retryMsg{c.turn})
}

// pause is how long to wait before the next attempt: 1, 2, 4, 8, 16 seconds.
func (r *Room) pause() time.Duration { return time.Second << max(0, r.Conn.Attempt-1) }

// Stage says in a few words how the connection stands.
func (r *Room) Stage() string {
	c := &r.Conn
	waited := r.now().Sub(c.Since)
	switch c.State {
	case Idle:
		return "no server is chosen"
	case Offline:
		return r.offline.stage()
	case Connecting:
		doing := "starting " + commandName(r.options.Target)
		if r.options.Target.URL != "" {
			doing = "connecting"
		}
		if waited >= time.Second && !c.Since.IsZero() {
			doing = fmt.Sprintf("waiting for its first answer, %s", seconds(waited))
		}
		return doing
	case Failed, Lost:
		word := "failed"
		if c.State == Lost {
			word = "lost"
		}
		if c.Attempt > 0 && c.Attempt <= maxRetries && waited < r.pause() {
			return fmt.Sprintf("%s, again in %s (%d of %d)", word, seconds(r.pause()-waited), c.Attempt, maxRetries)
		}
		return word
	}
	return "ready " + millis(c.Latency)
}

func commandName(t mcp.Target) string {
	if len(t.Command) == 0 {
		return "the server"
	}
	return path.Base(t.Command[0])
}

// Advice is what went wrong with the connection, and what to do about it.
func (c *Conn) Advice() (what, hint string) {
	if c.Err == nil {
		return "", ""
	}
	var e *mcp.ConnectError
	if errors.As(c.Err, &e) {
		return e.What, e.Hint
	}
	return c.Err.Error(), ""
}
