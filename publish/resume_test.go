package publish_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// A run that ends at any boundary of any step, and is started again, ends as one
// that never was broken off.
func TestKilledBetweenSteps(t *testing.T) {
	for at := 1; ; at++ {
		w := newWorld(t)
		ctx, kill := context.WithCancel(t.Context())
		moment, last := 0, ""
		_, err := w.run(ctx, func(_ *publish.Inputs, o *publish.Options) {
			o.Tell = func(e publish.Event) {
				if moment++; moment == at {
					last = e.What + " " + e.Step.ID
					kill()
				}
			}
		})
		kill()
		if last == "" {
			require.NoError(t, err)
			require.Greater(t, at, 15, "there are that many moments")
			return
		}
		t.Log(at, last, err)
		_, err = w.run(t.Context(), nil)
		require.NoError(t, err, "after %s", last)
		w.settled(statements)
	}
}

// The same for every single request: before it is sent, after it is answered,
// and for a service that fails or breaks off once while the run goes on.
func TestBrokenAtEveryRequest(t *testing.T) {
	errCut := errors.New("cut on purpose")
	for name, mode := range map[string]struct {
		kills  bool
		breaks func(r *http.Request, send func() (*http.Response, error)) (*http.Response, error)
	}{
		"killed before": {true, func(*http.Request, func() (*http.Response, error)) (*http.Response, error) { return nil, errCut }},
		"killed after": {true, func(_ *http.Request, send func() (*http.Response, error)) (*http.Response, error) {
			drop(send)
			return nil, errCut
		}},
		"unreachable": {false, func(*http.Request, func() (*http.Response, error)) (*http.Response, error) { return nil, errCut }},
		"answer lost": {false, func(_ *http.Request, send func() (*http.Response, error)) (*http.Response, error) {
			drop(send)
			return nil, errCut
		}},
		"hangs": {false, func(r *http.Request, _ func() (*http.Response, error)) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}},
		"500": {false, func(r *http.Request, _ func() (*http.Response, error)) (*http.Response, error) {
			return answer(r, http.StatusInternalServerError), nil
		}},
		"403": {false, func(r *http.Request, _ func() (*http.Response, error)) (*http.Response, error) {
			return answer(r, http.StatusForbidden), nil
		}},
		"429": {false, func(r *http.Request, _ func() (*http.Response, error)) (*http.Response, error) {
			return answer(r, http.StatusTooManyRequests), nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for at := 1; ; at++ {
				patience := 20 * time.Second
				if name == "hangs" {
					patience = 100 * time.Millisecond
				}
				there := brokenAt(t, at, mode.kills, patience, mode.breaks)
				if !there && name == "hangs" { // on a busy machine an ordinary request may have taken longer than that
					there = brokenAt(t, at, mode.kills, 5*time.Second, mode.breaks)
				}
				if !there {
					require.Greater(t, at, 20, "there are that many requests")
					return
				}
			}
		})
	}
}

func drop(send func() (*http.Response, error)) {
	if a, err := send(); err == nil {
		_, _ = io.Copy(io.Discard, a.Body)
		_ = a.Body.Close()
	}
}

// brokenAt breaks the request of that number, and reports whether there was one.
func brokenAt(t *testing.T, at int, kills bool, patience time.Duration, breaks func(*http.Request, func() (*http.Response, error)) (*http.Response, error)) bool {
	t.Helper()
	w := newWorld(t)
	ctx, kill := context.WithCancel(t.Context())
	defer kill()
	broken := ""
	w.wire.at, w.wire.breaks = at, func(r *http.Request, send func() (*http.Response, error)) (*http.Response, error) {
		broken = fmt.Sprint(r.Method, " ", r.URL.Path)
		a, err := breaks(r, send)
		if kills {
			kill()
		}
		return a, err
	}
	w.patience = patience
	_, err := w.run(ctx, nil)
	w.patience = 20 * time.Second
	if broken == "" {
		if err != nil { // a busy machine needs longer than somebody in a hurry waits
			w.wire.at = 0 // this run may get that far
			_, err = w.run(t.Context(), nil)
		}
		require.NoError(t, err)
		w.settled(statements)
		return false
	}
	if err != nil && !kills {
		_, ok := refusal.Of(err)
		require.True(t, ok, "at %s it failed with no refusal: %v", broken, err)
	}
	w.wire.at = 0
	_, err = w.run(t.Context(), nil)
	require.NoError(t, err, "after %d, %s", at, broken)
	w.settled(statements)
	return true
}
