package tui

import (
	"context"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

// Room is what all panes share. Only the program's goroutine touches it; what
// happens elsewhere comes through feed.
type Room struct {
	Theme *Theme
	Conn  Conn
	Lists Lists
	Runs  []*Run // the oldest first
	Saved *State // what outlives the program
	// Traffic is everything that crossed, on all connections since the start.
	Traffic *traffic.Log

	options Options
	shell   shell
	feed    *feed
	wires   crossings
	taping  *taping         // nil while nothing is recorded
	offline *viewing        // nil unless Conn is Offline
	pins    *pins           // of the server's tools; nil before they were listed
	errors  *stderrLines    // of the connection's process
	said    []traffic.Frame // what it has written there, the last lines
	ctx     context.Context // ends with the program
	began   time.Time
	stamp   func(mcp.Frame) time.Duration // the time of a frame since began; nil takes its own
	opening time.Time                     // when the connection's attempt began
	now     func() time.Time
	after   func(time.Duration, tea.Msg) tea.Cmd
	working sync.WaitGroup // what must have ended before the program may
	ran     int
	folder  string // of temporary files, "" while there is none
	key     string // of the server, among those that were looked at
	left    map[string]left
	servers map[string]bool // those that there were connections with
}

// Lists are what the server offers, as far as it has been read.
type Lists struct {
	of   map[inspect.Kind][]mcp.Value
	errs map[inspect.Kind]error
}

// Of are the entries of a kind; nil while the list has not been read.
func (l Lists) Of(k inspect.Kind) []mcp.Value { return l.of[k] }

// Err is why a list could not be read, or not to its end.
func (l Lists) Err(k inspect.Kind) error { return l.errs[k] }

func newRoom(ctx context.Context, o Options) *Room {
	r := &Room{
		options: o, ctx: ctx, feed: newFeed(), now: time.Now,
		after: func(d time.Duration, msg tea.Msg) tea.Cmd {
			return tea.Tick(d, func(time.Time) tea.Msg { return msg })
		},
	}
	r.began = r.now()
	r.Traffic = traffic.New(traffic.Options{Now: func() time.Duration { return r.now().Sub(r.began) }})
	r.Theme = newTheme(o.look(true, o.sixteen()))
	r.Lists.clear()
	return r
}

func (l *Lists) clear() {
	l.of, l.errs = map[inspect.Kind][]mcp.Value{}, map[inspect.Kind]error{}
}

// Why says why nothing can be asked of the server now; "" when it can.
func (r *Room) Why() string {
	switch r.Conn.State {
	case Ready:
		return ""
	case Connecting:
		return "still connecting"
	case Offline:
		return r.whyOffline()
	case Idle:
		return "no server is chosen; @ lists them"
	}
	return "not connected; c connects"
}

// Has reports whether the server declares a capability.
func (r *Room) Has(path ...string) bool {
	return r.Conn.State == Ready && r.Conn.client.Session().Capabilities().Get(path...).Exists()
}

// Busy counts the runs under way.
func (r *Room) Busy() int {
	n := 0
	for _, run := range r.Runs {
		if run.State == Running {
			n++
		}
	}
	return n
}
