package tui

import (
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect"
)

// watch is the set of resources whose changes the server tells of. One watch
// stands for all of them: some servers keep one stream a client.
type watch struct {
	room    *Room
	uris    []string
	changes map[string]int
	turn    int // of the connection
	stop    context.CancelFunc
	ended   chan struct{} // closed when the watch before has ended
}

// watchedMsg tells that a watch stands, or why it has ended.
type watchedMsg struct {
	uris []string
	err  error
}

func (w *watch) on(uri string) bool { return slices.Contains(w.uris, uri) }

// why says why a thing cannot be subscribed to.
func (w *watch) why(t thing) string {
	switch {
	case t.kind == inspect.Templates:
		return "a template stands for many; read one first"
	case !w.room.Conn.subscribes():
		return "the server does not declare resources.subscribe"
	}
	return ""
}

func (c *Conn) subscribes() bool {
	return c.State == Ready && c.client.Session().Capabilities().Get("resources", "subscribe").True()
}

// reset forgets everything when the connection is another.
func (w *watch) reset(turn int) {
	if w.turn != turn {
		w.turn, w.uris, w.stop, w.ended = turn, nil, nil, nil
	}
}

// count counts a change.
func (w *watch) count(uri string) {
	if w.changes == nil {
		w.changes = map[string]int{}
	}
	w.changes[uri]++
}

// toggle adds a resource or takes it away, and watches what is left anew.
func (w *watch) toggle(uri string) tea.Cmd {
	if w.on(uri) {
		w.uris = slices.DeleteFunc(slices.Clone(w.uris), func(u string) bool { return u == uri })
	} else {
		w.uris = append(slices.Clone(w.uris), uri)
	}
	if w.stop != nil {
		w.stop()
	}
	before := w.ended
	if len(w.uris) == 0 {
		w.stop = nil
		return w.room.toast(OK, "unsubscribed")
	}
	ctx, stop := context.WithCancel(w.room.ctx)
	ended := make(chan struct{})
	w.stop, w.ended = stop, ended
	client, uris, feed := w.room.Conn.Client(), w.uris, w.room.feed
	return func() tea.Msg {
		defer close(ended)
		if before != nil {
			<-before
		}
		err := client.Watch(ctx, uris, func() { feed.put(watchedMsg{uris: uris}) })
		if ctx.Err() != nil {
			return nil
		}
		return watchedMsg{uris, err}
	}
}

func (w *watch) told(m watchedMsg) tea.Cmd {
	if m.err == nil {
		return w.room.toast(OK, "subscribed to "+plural(len(m.uris), "resource"))
	}
	if slices.Equal(m.uris, w.uris) {
		w.uris, w.stop = nil, nil
	}
	return w.room.toast(Bad, "the subscription ended: "+m.err.Error())
}
