package tui

import (
	"fmt"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

// crossings brings every frame that crosses to the traffic and to the recording
// as it passes, in order; the screens are told of it through the feed, which may
// be behind. It is called by the connections, on their goroutines.
type crossings struct {
	mu       sync.Mutex
	sessions int // connections so far: the number of the latest
	origins  map[int]*origin
	rec      *recorder
}

// latest is the number of the latest connection.
func (c *crossings) latest() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sessions
}

// crossing is one attempt to connect, as the frames see it.
type crossing struct {
	room    *Room
	origin  *origin
	turn    int
	offset  time.Duration // of the connections' clocks
	began   int           // the number of the first connection
	attempt int
	opened  bool
}

// cross begins an attempt to connect. What it gives is handed to inspect.Options.
func (r *Room) cross(turn int) *crossing {
	o := r.origin()
	if r.servers == nil {
		r.servers = map[string]bool{}
	}
	r.servers[o.key+"\x00"+o.target.Name] = true
	return &crossing{room: r, origin: o, turn: turn, offset: r.opening.Sub(r.began)}
}

// frame takes in what has crossed.
func (c *crossing) frame(attempt int, f mcp.Frame, x *mcp.Exchange) {
	r := c.room
	r.wires.mu.Lock()
	defer r.wires.mu.Unlock()
	if !c.opened || attempt != c.attempt { // each connection has ids of its own
		r.Traffic.End(r.wires.sessions, max(0, c.offset+f.At)) // one at a time
		r.wires.sessions++
		if r.wires.origins == nil {
			r.wires.origins = map[int]*origin{}
		}
		r.wires.origins[r.wires.sessions] = c.origin
		c.opened, c.attempt = true, attempt
		c.began = r.wires.sessions
	}
	t := traffic.FrameOf(f, x)
	t.Session, t.At = c.began, max(0, c.offset+f.At)
	if r.stamp != nil {
		t.At = r.stamp(f)
	}
	if len(f.Data) == 0 && f.Direction == mcp.Sent && t.HTTP != nil {
		t.Channel = traffic.ChannelHTTP // a GET or DELETE
	}
	first, count := r.Traffic.Add(t)
	if r.wires.rec != nil {
		r.wires.rec.add(t)
	}
	if f.Seq >= 0 {
		r.feed.put(turned{c.turn, trafficMsg{turn: c.turn, session: t.Session, frame: f, exchange: x, first: first, count: count}})
	}
}

// maxStderr bounds what waits to be shown of standard error, in lines and in
// bytes of one.
const (
	maxStderr     = 2_000
	maxStderrLine = 16 << 10
)

// stderrLines gathers what a process writes to standard error, line by line.
type stderrLines struct {
	mu      sync.Mutex
	waiting []string
	lost    int
	begun   []byte // a line that has not ended yet
}

// take takes the next bytes and reports whether nobody was told of lines before.
func (s *stderrLines) take(text []byte) (stirred bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.waiting)
	for _, b := range text {
		if b != '\n' {
			if s.begun = append(s.begun, b); len(s.begun) < maxStderrLine {
				continue
			}
		}
		s.end()
	}
	return before == 0 && len(s.waiting) > 0
}

func (s *stderrLines) end() {
	if len(s.begun) > 0 {
		s.waiting = append(s.waiting, string(s.begun))
	}
	s.begun = s.begun[:0]
	if len(s.waiting) > maxStderr {
		s.lost += maxStderr / 2
		s.waiting = append([]string(nil), s.waiting[maxStderr/2:]...)
	}
}

// lines are those that have waited; with over, also one that has not ended.
func (s *stderrLines) lines(over bool) (all []string, lost int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if over {
		s.end()
	}
	all, lost = s.waiting, s.lost
	s.waiting, s.lost = nil, 0
	return all, lost
}

// heardMsg says that there are lines of standard error; over that none follow.
type heardMsg struct {
	of   *stderrLines
	over bool
}

// listen is told of what a process writes to standard error.
func (r *Room) listen(turn int) func([]byte) {
	lines := &stderrLines{}
	r.errors, r.said = lines, nil
	return func(text []byte) {
		if lines.take(text) {
			r.feed.put(turned{turn, heardMsg{of: lines}})
		}
	}
}

// stderr makes one text of the lines of standard error; nil for none.
func (r *Room) stderr(m heardMsg) tea.Msg {
	all, lost := m.of.lines(m.over)
	if lost > 0 {
		all = append([]string{fmt.Sprintf("(%d lines are left out: it writes faster than can be shown)", lost)}, all...)
	}
	if len(all) == 0 {
		return nil
	}
	r.keepStderr(all)
	return stderrMsg(strings.Join(all, "\n"))
}

// keepStderr keeps the last lines for a recording that may begin later, and has
// one that is under way record them.
func (r *Room) keepStderr(all []string) {
	now := r.now().Sub(r.began)
	for _, line := range all {
		r.said = append(r.said, stderrFrame(line, now))
	}
	if len(r.said) > maxStderr {
		r.said = append([]traffic.Frame(nil), r.said[len(r.said)-maxStderr/2:]...)
	}
	r.wires.mu.Lock()
	defer r.wires.mu.Unlock()
	for _, line := range all {
		if r.wires.rec != nil {
			f := stderrFrame(line, now)
			f.Session = r.wires.sessions
			r.wires.rec.add(f)
		}
	}
}
