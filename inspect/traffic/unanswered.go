package traffic

import (
	"maps"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// tooLong is the note of what a limit has cut.
const tooLong = "longer than the limit, cut"

// cut pairs an answer that was too long to be read, its id included: by its
// exchange, or with the only request that waits for one. Nobody has it.
func (l *Log) cut(s *session, e *Entry) {
	if e.Direction != mcp.Received {
		return
	}
	n := s.exchanges[exchangeMark(e.Exchange)]
	if e.Exchange < 0 {
		n = s.sole(mcp.Sent)
		e.Guessed = true
	}
	r := l.at(n)
	if r == nil || r.Kind != Request || r.Reply != 0 {
		return
	}
	e.Cause, e.Method, e.Name = n, r.Method, r.Name
	r.Reply, r.ReplySize = e.N, e.Size
	l.settle(r, Error, max(0, e.At-r.At), "the answer is "+tooLong)
	s.over(n)
}

// End says that a session is over at a time on the clock of Frame.At: what waits
// for an answer there gets none.
func (l *Log) End(session int, at time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.sessions[session]
	if s == nil {
		return
	}
	l.version++
	for _, n := range s.open {
		if r := l.at(n); r != nil && r.Status == Pending {
			l.settle(r, Error, max(0, at-r.At), "the connection ended before there was an answer")
		}
	}
	s.flying = nil
}

// sole is the one request of a side that waits for its response, 0 for none or
// several.
func (s *session) sole(side mcp.Direction) int {
	only := 0
	for k, n := range s.open {
		if k.side != side {
			continue
		}
		if only != 0 {
			return 0
		}
		only = n
	}
	return only
}

// over takes a request off those that wait.
func (s *session) over(n int) {
	maps.DeleteFunc(s.open, func(_ mark, open int) bool { return open == n })
	s.flying = without(s.flying, n)
}
