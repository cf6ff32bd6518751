package conformance

import (
	"context"
	"slices"

	"github.com/mcpctl/mcpctl/mcp"
)

// maxIdle bounds the processes of one revision that wait for their next check.
const maxIdle = 4

// reuse gives a process that another check has left as it found it. On stdio a
// session costs a process, and servers that are started by a package runner
// take seconds for one. What a check finds wrong on such a process is looked
// at again on a new one before it counts.
func (a *arena) reuse() *mcp.Session {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.idle) == 0 {
		return nil
	}
	s := a.idle[len(a.idle)-1]
	a.idle = a.idle[:len(a.idle)-1]
	return s
}

// release takes a session back from a check: to be used again when it is fit
// for that, else to be closed, in the background.
func (a *arena) release(s *mcp.Session, plain bool) {
	if !plain || s.Kind() != mcp.Stdio || !untouched(s) {
		a.retire(s)
		return
	}
	a.closing.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), a.options.Limits.Call)
		defer cancel()
		if !answers(ctx, s) || !a.park(s) {
			a.retire(s)
		}
	})
}

// untouched reports whether nothing was sent on a session that could have
// upset the server: no text of a check's own, and nothing left unanswered.
func untouched(s *mcp.Session) bool {
	return s.Log().Ended() == nil && !slices.ContainsFunc(s.Log().Exchanges(), func(x *mcp.Exchange) bool {
		answersServer := x.Request.Notification && x.Request.Method == ""
		return x.Request.Raw != nil && !answersServer || x.Err() != nil || x.Request.Method == "subscriptions/listen" ||
			x.Request.Method == "resources/subscribe" || x.Request.Method == "logging/setLevel"
	})
}

// answers reports whether the server still answers as it should.
func answers(ctx context.Context, s *mcp.Session) bool {
	return s.Call(ctx, controlMethod(s.Revision()), nil).Result().Is(mcp.Object)
}

// park keeps a session for the next check.
func (a *arena) park(s *mcp.Session) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.idle) >= maxIdle {
		return false
	}
	a.idle = append(a.idle, s)
	return true
}

// drain closes the processes that wait in vain.
func (a *arena) drain() {
	a.mu.Lock()
	idle := a.idle
	a.idle = nil
	a.mu.Unlock()
	for _, s := range idle {
		a.retire(s)
	}
}

// controlMethod is a request that every server of a revision answers with a
// result and that changes nothing.
func controlMethod(r mcp.Revision) string {
	if r.Era() == mcp.Stateless {
		return "server/discover"
	}
	return "ping"
}
