//go:build unix

package main

import (
	"fmt"
	"testing"
)

// host stands in for a test, which is what testservers starts servers for.
type host struct {
	testing.TB // never used: what testservers calls is below
	cleanups   []func()
	failed     bool
}

// failure is the panic with which Fatalf leaves, as a test's does.
type failure struct{ error }

func (h *host) Helper()             {}
func (h *host) Failed() bool        { return h.failed }
func (h *host) Cleanup(f func())    { h.cleanups = append(h.cleanups, f) }
func (h *host) Logf(string, ...any) {}

func (h *host) Fatalf(format string, args ...any) {
	h.failed = true
	panic(failure{fmt.Errorf(format, args...)})
}

// close ends what was started, the last first, and turns a failure into err. It
// must be deferred itself, or the failure goes on.
func (h *host) close(err *error) {
	crash := recover()
	for i := len(h.cleanups) - 1; i >= 0; i-- {
		h.cleanups[i]()
	}
	if crash == nil {
		return
	}
	f, ok := crash.(failure)
	if !ok {
		panic(crash)
	}
	*err = f.error
}
