package mcp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
)

// Cause sorts the reasons why a target cannot be judged.
type Cause string

// The causes that a ConnectError tells apart.
const (
	CauseUsage       Cause = "usage"        // the target makes no sense
	CauseNotFound    Cause = "not-found"    // no such command
	CauseUnreachable Cause = "unreachable"  // nobody answers at the address
	CauseExited      Cause = "exited"       // the process ended early
	CauseSilent      Cause = "silent"       // no answer within the limit
	CauseFlood       Cause = "flood"        // more bytes than the limit
	CauseNoise       Cause = "noise"        // answers, but not in MCP
	CauseAuth        Cause = "unauthorized" // credentials are needed
	CauseRefused     Cause = "refused"      // a proper error to the opening
	CauseRevision    Cause = "revision"     // speaks MCP, but not that revision
)

// ConnectError is why a connection could not be opened: one line of what was
// tried and why it failed, and a hint what to do.
type ConnectError struct {
	Cause Cause
	What  string // one line, terminal-unsafe server text included
	Hint  string
	// Offered is what the server answered with when Cause is CauseRevision.
	Offered []Revision
	// Exchange is the exchange that failed, when there was one.
	Exchange *Exchange
	Err      error
}

// credentialsHint says how to give credentials that a server wants.
const credentialsHint = "Sign in with `mcpctl login URL`, or give credentials with --bearer-env VAR or --header 'K: V'." //nolint:gosec // advice, no secret

// Error is What.
func (e *ConnectError) Error() string { return e.What }

// Unwrap gives the underlying error.
func (e *ConnectError) Unwrap() error { return e.Err }

// otherRevision says that the server speaks MCP, but not this revision.
func (s *Session) otherRevision(x *Exchange, offered ...Revision) error {
	return &ConnectError{Cause: CauseRevision, Offered: offered, Exchange: x,
		What: fmt.Sprintf("the server does not speak %s; it offers %q", s.Revision(), offered),
		Hint: "Leave --revision out to test every revision that the server says it speaks."}
}

// unopened says why an opening request got no usable answer.
func (s *Session) unopened(x *Exchange) error {
	e := &ConnectError{Cause: CauseNoise, Exchange: x, Err: x.Err()}
	var redirect *RedirectError
	var denied *AuthorizeError
	switch {
	case errors.As(x.Err(), &redirect):
		e.What = redirect.Error()
		e.Hint = "Give the address that the redirect names, if you trust it."
	case errors.As(x.Err(), &denied):
		e.Cause, e.What = CauseAuth, denied.Error()
	case x.Status == http.StatusUnauthorized || x.Status == http.StatusForbidden:
		e.Cause = CauseAuth
		e.What = fmt.Sprintf("the server answered %s with HTTP status %d", x.Request.Method, x.Status)
		e.Hint = credentialsHint
	case x.Status >= 300:
		e.What = fmt.Sprintf("the server answered %s with HTTP status %d", x.Request.Method, x.Status)
		e.Hint = "Is this the address of the MCP endpoint?"
	case x.Err() != nil:
		return s.failed(x)
	default:
		e.What = fmt.Sprintf("the server answered %s with something that is no result", x.Request.Method)
		e.Hint = "Is this an MCP server?"
	}
	return e
}

// failed sorts the reason why an opening exchange ended without an answer.
func (s *Session) failed(x *Exchange) error {
	var known *ConnectError
	if errors.As(x.Err(), &known) {
		return known
	}
	e := &ConnectError{Cause: CauseUnreachable, Exchange: x, Err: x.Err()}
	exit, exited := s.Exit()
	switch {
	case errors.Is(x.Err(), ErrTooLong):
		e.Cause = CauseFlood
		e.What = fmt.Sprintf("the server sent more than mcpctl takes in before it answered %s: %v", x.Request.Method, x.Err())
	case exited:
		e.Cause = CauseExited
		e.What = fmt.Sprintf("the server ended before it answered %s%s", x.Request.Method, exit.line())
		e.Hint = "Run the command by hand: does it start, and does it need arguments or environment variables?"
	case errors.Is(x.Err(), ErrClosed) && s.kind == Stdio:
		e.Cause = CauseExited
		e.What = fmt.Sprintf("the server closed its standard output before it answered %s", x.Request.Method)
	case errors.Is(x.Err(), ErrTimeout) || errors.Is(x.Err(), context.DeadlineExceeded) || errors.Is(x.Err(), context.Canceled):
		e.Cause = CauseSilent
		e.What = fmt.Sprintf("the server did not answer %s in time", x.Request.Method)
		if noise := s.noise(); noise != "" {
			e.Cause = CauseNoise
			e.What += fmt.Sprintf("; what it wrote is not MCP: %s", noise)
		}
		e.Hint = "A slow server can be given more time with --timeout."
	case errors.Is(x.Err(), ErrNoReply):
		e.Cause = CauseNoise
		e.What = fmt.Sprintf("the server answered %s with HTTP status %d: %v", x.Request.Method, x.Status, x.Err())
		if noise := s.noise(); noise != "" {
			e.What += fmt.Sprintf("; what it wrote is not MCP: %s", noise)
		}
		e.Hint = "Is this the address of the MCP endpoint?"
	default:
		e.What = fmt.Sprintf("cannot reach the server: %v", x.Err())
		e.Hint = "Is the server running, and is the address right?"
	}
	return e
}

// line is how the process ended, for the end of a sentence.
func (e Exit) line() string {
	how := fmt.Sprintf(" (exit code %d", e.Code)
	if e.Signal != "" {
		how = " (signal " + e.Signal
	}
	tail := bytes.TrimSpace(e.Stderr)
	if i := bytes.LastIndexByte(tail, '\n'); i >= 0 {
		tail = tail[i+1:]
	}
	if len(tail) > 0 {
		how += fmt.Sprintf("; last words on standard error: %.200q", tail)
	}
	return how + ")"
}

// noise is the first thing received that is not JSON, "" when there is none.
func (s *Session) noise() string {
	for _, f := range s.Log().Frames() {
		if f.Direction != Received || len(f.Data) == 0 {
			continue
		}
		if _, err := f.Message(); err != nil {
			return fmt.Sprintf("%.80q (%v)", f.Data, err)
		}
	}
	return ""
}
