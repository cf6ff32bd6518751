package traffic

import (
	"hash/maphash"
	"slices"

	"github.com/mcpctl/mcpctl/mcp"
)

// session is what has to be remembered of a connection to pair and to relate
// its messages. All of it names entries by N, and forgets those that the log
// has dropped.
type session struct {
	revision mcp.Revision
	opening  int // the initialize request

	open      index // requests without response, by who asked and the id
	tokens    index // requests, by who asked and the progress token
	topics    index // subscriptions, by subscription id or URI
	states    index // requests answered with input_required, by requestState
	tasks     index // requests that became tasks, by taskId
	exchanges index // what was sent first in an exchange
	waiting   []int // requests answered with input_required and not taken up
	flying    []int // requests of the client's that are under way
}

// index finds an entry by a text of any length.
type index map[mark]int

// mark stands for a text in an index. Peers cannot choose texts whose marks
// collide: the seed is the process's own.
type mark struct {
	side mcp.Direction
	hash uint64
}

var seed = maphash.MakeSeed()

func marked(side mcp.Direction, text []byte) mark { return mark{side, maphash.Bytes(seed, text)} }

func newSession() *session {
	return &session{open: index{}, tokens: index{}, topics: index{}, states: index{}, tasks: index{}, exchanges: index{}}
}

func (l *Log) session(n int) *session {
	s := l.sessions[n]
	if s == nil {
		s = newSession()
		l.sessions[n] = s
	}
	return s
}

// forget drops what names entries before first.
func (s *session) forget(first int) {
	for _, x := range []index{s.open, s.tokens, s.topics, s.states, s.tasks, s.exchanges} {
		for k, n := range x {
			if n < first {
				delete(x, k)
			}
		}
	}
	gone := func(n int) bool { return n < first }
	s.waiting, s.flying = slices.DeleteFunc(s.waiting, gone), slices.DeleteFunc(s.flying, gone)
}

// other is the side that a message of d's goes to.
func other(d mcp.Direction) mcp.Direction {
	if d == mcp.Sent {
		return mcp.Received
	}
	return mcp.Sent
}

// names keeps one copy of each method that was seen, as far as there are few.
type names map[string]string

// maxNames bounds them: a peer may send any number of different ones.
const maxNames = 512

func (n names) keep(s string) string {
	if kept, there := n[s]; there {
		return kept
	}
	s = label(s)
	if len(n) < maxNames {
		n[s] = s
	}
	return s
}

// without removes one N.
func without(all []int, n int) []int {
	if i := slices.Index(all, n); i >= 0 {
		return slices.Delete(all, i, i+1)
	}
	return all
}
