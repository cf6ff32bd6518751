package tape

import (
	"cmp"
	"net/url"
	"slices"
	"sync"

	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

// sessions tells the sessions apart that cross one proxy, from 1 on. Session 0 is
// all that belongs to none. It is safe for concurrent use.
type sessions struct {
	mu     sync.Mutex
	byID   map[string]int // by session id or, over HTTP+SSE, endpoint
	latest int
}

// maxSessions bounds those that are told apart.
const maxSessions = 10_000

// sent is the session of a request: a new one for initialize, else the one whose
// id it carries, else the last that began.
func (s *sessions) sent(f traffic.Frame) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range []string{f.HTTP.Header.Get(sessionHeader), endpoint(f.HTTP.URL)} {
		if n, known := s.byID[id]; known {
			return n
		}
	}
	m, err := f.Message()
	switch {
	case err == nil && m.Params().Get("_meta").Has(mcp.MetaVersion):
		return 0 // the stateless era has no sessions
	case err == nil && m.Method() == "initialize":
		if s.latest < maxSessions {
			s.latest++
		}
	}
	return s.latest
}

// answered takes in the id that a server has given a session.
func (s *sessions) answered(id string, n int) {
	if id == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byID == nil {
		s.byID = map[string]int{}
	}
	if _, known := s.byID[id]; !known && len(s.byID) < maxSessions {
		s.byID[id] = n
	}
}

// opened takes in the endpoint that a stream of HTTP+SSE tells first, and gives
// the session that it opens.
func (s *sessions) opened(address string) int {
	s.mu.Lock()
	if s.latest < maxSessions {
		s.latest++
	}
	n := s.latest
	s.mu.Unlock()
	s.answered(endpoint(address), n)
	return n
}

// endpoint is the path and query of an address, which is where an endpoint of
// HTTP+SSE differs from others.
func endpoint(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.RequestURI()
}

// apart are the sessions of a recording, each as a recording of its own, in the
// order in which they began.
func (t *Tape) apart() []*Tape {
	all := map[int]*Tape{}
	var order []int
	for _, f := range t.Frames {
		one := all[f.Session]
		if one == nil {
			one = &Tape{Header: t.Header}
			all[f.Session] = one
			order = append(order, f.Session)
		}
		one.Frames = append(one.Frames, f)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(all[a].Frames[0].At, all[b].Frames[0].At) })
	var out []*Tape
	for _, n := range order {
		out = append(out, all[n])
	}
	return out
}
