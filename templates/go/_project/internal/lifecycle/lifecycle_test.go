package lifecycle

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func newManager() (*Manager, *bytes.Buffer) {
	log := new(bytes.Buffer)
	return &Manager{Log: slog.New(slog.NewTextHandler(log, nil)), StopTimeout: time.Second}, log
}

func TestStopReversesAndGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, _ := newManager()
		ran := make(chan string, 3)
		m.OnStop("first", func(context.Context) error { ran <- "first"; return nil })
		m.OnStop("failing", func(context.Context) error { ran <- "failing"; return errors.New("no") })
		m.OnStop("deaf", func(context.Context) error {
			ran <- "deaf"
			time.Sleep(time.Minute) // heeds no context
			return nil
		})
		if err := m.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		err := m.Stop(t.Context())
		if err == nil || !strings.Contains(err.Error(), "failing") || !strings.Contains(err.Error(), "deaf") {
			t.Errorf("Stop = %v, want an error that names both hooks", err)
		}
		if took := time.Since(began); took != m.StopTimeout {
			t.Errorf("Stop took %s", took)
		}
		if got, want := []string{<-ran, <-ran, <-ran}, []string{"deaf", "failing", "first"}; !slices.Equal(got, want) {
			t.Errorf("hooks ran as %v, want %v", got, want)
		}
		time.Sleep(time.Minute) // lets the deaf hook end
	})
}

func TestStartEndsAtError(t *testing.T) {
	m, _ := newManager()
	m.OnStart("broken", func(context.Context) error { return errors.New("no") })
	m.OnStart("after", func(context.Context) error { t.Error("a hook ran after a broken one"); return nil })
	if err := m.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("Start = %v", err)
	}
	if m.Phase() != Starting {
		t.Errorf("phase = %s", m.Phase())
	}
}

// Tasks run each period, survive a panic, and end at the stop.
func TestTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, log := newManager()
		runs := 0
		m.Every("task", time.Minute, func(context.Context) {
			if runs++; runs == 1 {
				panic("once")
			}
		})
		if err := m.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3*time.Minute + time.Second)
		synctest.Wait()
		if runs != 3 || !strings.Contains(log.String(), "panicked") {
			t.Errorf("%d runs, log %q", runs, log)
		}
		if err := m.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if runs != 3 {
			t.Error("the task runs after the stop")
		}
	})
}

func TestChecks(t *testing.T) {
	m, log := newManager()
	down := errors.New("down")
	var database, search error
	m.Check("database", true, func(context.Context) error { return database })
	m.Check("search", false, func(context.Context) error { return search })
	if err := m.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !m.Ready() {
		t.Error("not ready although all works")
	}

	search = down
	m.CheckAll(t.Context())
	if !m.Ready() {
		t.Error("not ready for want of an optional dependency")
	}
	database = down
	m.CheckAll(t.Context())
	m.CheckAll(t.Context())
	if m.Ready() {
		t.Error("ready without a required dependency")
	}
	if n := strings.Count(log.String(), "a dependency does not work"); n != 2 {
		t.Errorf("%d warnings, want one for each dependency", n)
	}
	if s := m.Statuses(); len(s) != 2 || s[0].Name != "database" || !s[0].Required || s[0].Err != down {
		t.Errorf("statuses = %+v", s)
	}

	database, search = nil, nil
	m.CheckAll(t.Context())
	if !m.Ready() || !strings.Contains(log.String(), "works again") {
		t.Error("not ready although all works again")
	}
	m.Drain()
	if m.Ready() || m.Phase() != Draining {
		t.Errorf("ready in the phase %s", m.Phase())
	}
}

// A check that hangs has failed.
func TestCheckTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, _ := newManager()
		m.Check("slow", true, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
		if err := m.Start(t.Context()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Start = %v", err)
		}
	})
}
