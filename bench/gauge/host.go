//go:build unix

// Package gauge is what the benchmarks share: somebody to start servers for, and
// what a child cost by itself. Nothing else imports it.
package gauge

import (
	"fmt"
	"testing"
)

// Host stands in for a test, which is what testservers starts servers for:
// cleanups run when the benchmark ends, and a failure ends it.
type Host struct {
	testing.TB // never used: what testservers calls is below
	cleanups   []func()
	failed     bool
}

// failure is the panic with which Fatalf leaves, as a test's does.
type failure struct{ error }

// Helper does nothing.
func (h *Host) Helper() {}

// Failed reports whether Fatalf was called.
func (h *Host) Failed() bool { return h.failed }

// Cleanup has f called by Close.
func (h *Host) Cleanup(f func()) { h.cleanups = append(h.cleanups, f) }

// Logf is silent: a benchmark prints figures.
func (h *Host) Logf(string, ...any) {}

// Fatalf ends the benchmark with an error, which Close gives.
func (h *Host) Fatalf(format string, args ...any) {
	h.failed = true
	panic(failure{fmt.Errorf(format, args...)})
}

// Close ends what was started, the last first, and turns a failure into err. It
// must be deferred itself, or the failure goes on.
func (h *Host) Close(err *error) {
	crash := recover()
	for i := len(h.cleanups) - 1; i >= 0; i-- {
		h.cleanups[i]()
	}
	h.cleanups = nil
	if crash == nil {
		return
	}
	f, ok := crash.(failure)
	if !ok {
		panic(crash)
	}
	*err = f.error
}
