package tasks

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

var config = Config{Max: 2, TTL: time.Hour}

func TestLife(t *testing.T) {
	tests := map[string]struct {
		work Work
		want Task
	}{
		"completed": {func(_ context.Context, step func(int, int)) (string, error) { step(2, 2); return "done", nil },
			Task{State: Completed, Done: 2, Total: 2, Result: "done"}},
		"failed":   {func(context.Context, func(int, int)) (string, error) { return "", errors.New("no") }, Task{State: Failed}},
		"panicked": {func(context.Context, func(int, int)) (string, error) { panic("no") }, Task{State: Failed}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := New(config)
				started, err := s.Start("ada", test.work)
				if err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				got, err := s.Get("ada", started.ID)
				if err != nil {
					t.Fatal(err)
				}
				if (got.Err != nil) != (test.want.State == Failed) {
					t.Errorf("error = %v", got.Err)
				}
				got.ID, got.Err = "", nil
				if got != test.want {
					t.Errorf("task = %+v, want %+v", got, test.want)
				}
			})
		})
	}
}

func TestCancel(t *testing.T) {
	s := New(config)
	stopped := make(chan struct{})
	task, err := s.Start("ada", untilEnd(stopped))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Cancel("ada", task.ID); err != nil || got.State != Cancelled {
		t.Fatalf("Cancel = %+v, %v", got, err)
	}
	<-stopped
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, _ := s.Get("ada", task.ID); got.State != Cancelled {
		t.Errorf("state = %s after the work stopped", got.State)
	}
}

func TestOthersTasksAreUnknown(t *testing.T) {
	s := New(config)
	task, err := s.Start("ada", func(context.Context, func(int, int)) (string, error) { return "", nil })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get("eve", task.ID); !errors.Is(err, ErrUnknown) {
		t.Errorf("Get = %v, want ErrUnknown", err)
	}
	if _, err := s.Cancel("eve", task.ID); !errors.Is(err, ErrUnknown) {
		t.Errorf("Cancel = %v, want ErrUnknown", err)
	}
}

func TestBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(config)
		quick := func(context.Context, func(int, int)) (string, error) { return "", nil }
		for range config.Max {
			if _, err := s.Start("ada", quick); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Start("ada", quick); !errors.Is(err, ErrFull) {
			t.Fatalf("Start = %v, want ErrFull", err)
		}
		time.Sleep(config.TTL + time.Second) // of the bubble's clock
		if _, err := s.Start("ada", quick); err != nil {
			t.Errorf("Start after the others expired = %v", err)
		}
		synctest.Wait()
	})
}

func TestCloseStopsWork(t *testing.T) {
	s := New(config)
	stopped := make(chan struct{})
	if _, err := s.Start("ada", untilEnd(stopped)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-stopped
	if _, err := s.Start("ada", untilEnd(stopped)); err == nil {
		t.Error("a closed store starts tasks")
	}
}

func untilEnd(stopped chan struct{}) Work {
	return func(ctx context.Context, _ func(int, int)) (string, error) {
		defer close(stopped)
		<-ctx.Done()
		return "", ctx.Err()
	}
}
