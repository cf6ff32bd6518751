package mcp

import "time"

// Terminate asks the server to end, as a host does that shuts down: by SIGTERM
// to its process group, with standard input still open. It does not wait.
// Over HTTP there is nothing to end and ok is false.
func (s *Session) Terminate() (ok bool) {
	t, ok := s.transport.(*stdio)
	if ok {
		t.force(t.peer.terminate)
	}
	return ok
}

// Ended is closed when the server's process has ended; nil, which blocks for
// ever, over HTTP.
func (s *Session) Ended() <-chan struct{} {
	if t, ok := s.transport.(*stdio); ok {
		return t.exited
	}
	return nil
}

// Exit tells how the server's process ended; ok is false while it runs and
// for servers that are no processes of ours.
func (s *Session) Exit() (Exit, bool) {
	if p, ok := s.transport.(interface{ Exit() (Exit, bool) }); ok {
		return p.Exit()
	}
	return Exit{}, false
}

// Exit is how a process ended.
type Exit struct {
	// Code is the exit code, -1 when a signal ended the process; Signal is
	// its name then.
	Code   int
	Signal string
	// Forced is what it took: "" when the process ended by itself or when
	// its standard input closed, else "terminate" or "kill".
	Forced string
	// After is the time from closing standard input to the end; zero when
	// the process ended before.
	After time.Duration
	// Stderr is the end of what it wrote to standard error.
	Stderr []byte
}
