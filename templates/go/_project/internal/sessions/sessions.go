// Package sessions guards the sessions of the handshake era: each belongs to
// the caller who opened it, ends when it is idle, and there are only so many.
// (The revision 2026-07-28 has no sessions.)
package sessions

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	header         = "Mcp-Session-Id"
	firstStateless = "2026-07-28" // revisions are dates and sort as text
)

// Config of the sessions.
type Config struct {
	Max  int           `env:"MCP_SESSION_MAX" envDefault:"1000"` // open at once
	Idle time.Duration `env:"MCP_SESSION_IDLE" envDefault:"30m"` // an idle one ends after this
}

// Validate tells everything that is wrong with the settings.
func (c Config) Validate() error {
	if c.Max <= 0 || c.Idle <= 0 {
		return fmt.Errorf("MCP_SESSION_MAX is %d and MCP_SESSION_IDLE is %s: both must be above zero", c.Max, c.Idle)
	}
	return nil
}

type session struct {
	caller string
	active int // requests under way
	seen   time.Time
}

// Table knows who opened which session. It is safe for concurrent use.
type Table struct {
	cfg    Config
	caller func(context.Context) string
	now    func() time.Time

	mu       sync.Mutex
	sessions map[string]*session
	opening  int
}

// New returns an empty table. caller tells the id of the caller from the
// context of an HTTP request.
func New(cfg Config, caller func(context.Context) string) *Table {
	return &Table{cfg: cfg, caller: caller, now: time.Now, sessions: map[string]*session{}}
}

// Guard is the HTTP wrapper. It belongs inside the check of tokens.
func (t *Table) Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("MCP-Protocol-Version") >= firstStateless {
			next.ServeHTTP(w, r)
			return
		}
		caller := t.caller(r.Context())
		id := r.Header.Get(header)
		if id == "" {
			t.open(w, r, caller, next)
			return
		}
		known, ok := t.enter(id, caller)
		if !ok {
			// The same answer as to an id that never was: a stranger who guesses or
			// steals ids must not learn which are alive.
			http.Error(w, "session not found", http.StatusNotFound)
			return
		}
		if known {
			defer t.leave(id, r.Method == http.MethodDelete)
		}
		next.ServeHTTP(w, r)
	})
}

// open serves a request without a session, which may open one.
func (t *Table) open(w http.ResponseWriter, r *http.Request, caller string, next http.Handler) {
	if !t.reserve() {
		w.Header().Set("Retry-After", "30")
		http.Error(w, "too many sessions are open: try again later, or use the revision 2026-07-28, which needs none", http.StatusServiceUnavailable)
		return
	}
	binder := &binder{ResponseWriter: w, bind: func(id string) { t.bind(id, caller) }}
	defer t.release(binder)
	next.ServeHTTP(binder, r)
}

func (t *Table) reserve() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.sessions)+t.opening >= t.cfg.Max {
		t.expire()
	}
	if len(t.sessions)+t.opening >= t.cfg.Max {
		return false
	}
	t.opening++
	return true
}

func (t *Table) release(b *binder) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if b.id == "" {
		t.opening--
	} else if s := t.sessions[b.id]; s != nil {
		s.leave(t.now())
	}
}

func (t *Table) bind(id, caller string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.opening--
	t.sessions[id] = &session{caller: caller, active: 1, seen: t.now()}
}

// enter reports whether the id is known, and whether the caller may go on. With
// an id that is not known it is up to the SDK, which knows it no more.
func (t *Table) enter(id, caller string) (known, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, known := t.sessions[id]
	if !known {
		return false, true
	}
	if t.idle(s) {
		delete(t.sessions, id)
		return true, false
	}
	if s.caller != caller {
		return true, false
	}
	s.active++
	return true, true
}

func (t *Table) leave(id string, ended bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if ended {
		delete(t.sessions, id)
	} else if s := t.sessions[id]; s != nil {
		s.leave(t.now())
	}
}

func (s *session) leave(now time.Time) { s.active, s.seen = s.active-1, now }

func (t *Table) idle(s *session) bool { return s.active == 0 && t.now().Sub(s.seen) > t.cfg.Idle }

func (t *Table) expire() {
	for id, s := range t.sessions {
		if t.idle(s) {
			delete(t.sessions, id)
		}
	}
}

// binder sees the id of a new session before the client does: the client's
// next request may arrive before this one is through.
type binder struct {
	http.ResponseWriter
	bind func(id string)
	id   string
}

// Unwrap lets http.ResponseController reach the connection, which streams need.
func (b *binder) Unwrap() http.ResponseWriter { return b.ResponseWriter }

func (b *binder) WriteHeader(code int) {
	b.note(code)
	b.ResponseWriter.WriteHeader(code)
}

func (b *binder) Write(p []byte) (int, error) {
	b.note(http.StatusOK)
	return b.ResponseWriter.Write(p)
}

func (b *binder) note(code int) {
	if id := b.Header().Get(header); b.id == "" && id != "" && code < http.StatusBadRequest {
		b.id = id
		b.bind(id)
	}
}
