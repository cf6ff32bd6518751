package property

import (
	"context"
	"fmt"
	"sync"

	"github.com/mcpctl/mcpctl/mcp"
)

// lane leads to a server in one revision: it has the session under way and opens
// a new one when that has ended. It is safe for concurrent use.
type lane struct {
	target  mcp.Target
	opening mcp.Options

	mu      sync.Mutex
	session *mcp.Session
	broken  bool
}

// get is the session under way.
func (l *lane) get(ctx context.Context) (*mcp.Session, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.session != nil && !l.broken {
		return l.session, nil
	}
	return l.open(ctx)
}

// fresh closes the session under way and opens another.
func (l *lane) fresh(ctx context.Context) (*mcp.Session, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open(ctx)
}

func (l *lane) open(ctx context.Context) (*mcp.Session, error) {
	if l.session != nil {
		_ = l.session.Close(context.WithoutCancel(ctx)) // it has told all that was wanted
		l.session = nil
	}
	s, err := mcp.Connect(ctx, l.target, l.opening)
	if err != nil {
		return nil, fmt.Errorf("opening a session of %s: %w", l.opening.Revision, err)
	}
	l.session, l.broken = s, false
	return s, nil
}

// spoil notes that a session is of no use any more.
func (l *lane) spoil(s *mcp.Session) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = l.broken || l.session == s
}

func (l *lane) close(ctx context.Context) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.session != nil {
		_ = l.session.Close(context.WithoutCancel(ctx)) // as above
		l.session = nil
	}
}
