package auth

import (
	"fmt"
	"time"
)

// Stage is a part of signing in. A stage can take several steps, one for each
// address that is tried.
type Stage string

// The stages, in their order.
const (
	Unauthorized     Stage = "request without token"
	ResourceMetadata Stage = "protected resource metadata"
	ServerMetadata   Stage = "authorization server metadata"
	Registration     Stage = "client registration"
	Consent          Stage = "consent in the browser"
	Callback         Stage = "callback"
	TokenRequest     Stage = "token request"
	Authorized       Stage = "request with token"
	Renewal          Stage = "renewal"
	Revocation       Stage = "revocation"
)

// Level says how much a Check weighs.
type Level string

// The levels.
const (
	Passed Level = "passed"
	Warned Level = "warned"
	Failed Level = "failed"
)

// Check is one thing that was looked at in a step. Text may hold a stranger's
// words, without secrets.
type Check struct {
	Level Level  `json:"level"`
	Text  string `json:"text"`
}

// Step is one request of a sign-in, or one wait for the user, as it went.
type Step struct {
	Stage  Stage  `json:"stage"`
	Title  string `json:"title"`
	Method string `json:"method,omitempty"` // "" when nothing was requested
	// URL is the address without secrets.
	URL string `json:"url,omitempty"`
	// Status is that of HTTP, 0 when there was no answer.
	Status   int           `json:"status,omitempty"`
	Duration time.Duration `json:"duration"` // nanoseconds
	Checks   []Check       `json:"checks,omitempty"`
	// Problem is why the step led nowhere, "" when it did. Another step of
	// the same stage may have gone well.
	Problem string `json:"problem,omitempty"`
}

// Trace is a sign-in step by step.
type Trace []Step

func (s *Step) passed(format string, args ...any) { s.check(Passed, format, args...) }
func (s *Step) warned(format string, args ...any) { s.check(Warned, format, args...) }

func (s *Step) check(l Level, format string, args ...any) {
	s.Checks = append(s.Checks, Check{l, fmt.Sprintf(format, args...)})
}

// failed notes the failing check and why the step led nowhere.
func (s *Step) failed(check string, err error) {
	s.check(Failed, "%s", check)
	s.Problem = err.Error()
}
