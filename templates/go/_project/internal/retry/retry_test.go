package retry_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/acme-server/internal/retry"
)

var config = retry.Config{Tries: 3, First: 200 * time.Millisecond, Max: 10 * time.Second}

type lasting struct{ error }

func (lasting) Permanent() bool { return true }
func (l lasting) Unwrap() error { return l.error }

// answers is a transport that gives one answer after the other.
type answers struct {
	list   []any // int: a status, error, http.Header: 503 with it
	bodies []string
	open   int // bodies of answers that were not closed
}

func (a *answers) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		a.bodies = append(a.bodies, string(body))
	} else {
		a.bodies = append(a.bodies, "")
	}
	next := a.list[0]
	a.list = a.list[1:]
	answer := &http.Response{StatusCode: http.StatusServiceUnavailable, Header: http.Header{}}
	switch next := next.(type) {
	case error:
		return nil, next
	case int:
		answer.StatusCode = next
	case http.Header:
		answer.Header = next
	}
	a.open++
	answer.Body = &body{Reader: strings.NewReader("x"), answers: a}
	return answer, nil
}

type body struct {
	io.Reader
	answers *answers
}

func (b *body) Close() error { b.answers.open--; return nil }

func TestTransport(t *testing.T) {
	broken := errors.New("connection reset")
	after := func(s string) http.Header { return http.Header{"Retry-After": {s}} }
	for name, test := range map[string]struct {
		method  string
		header  string
		answers []any
		tries   int
		status  int // 0: an error
		least   time.Duration
		most    time.Duration
	}{
		"good at once":        {"GET", "", []any{200}, 1, 200, 0, 0},
		"good at last":        {"GET", "", []any{broken, 503, 200}, 3, 200, 300 * time.Millisecond, 900 * time.Millisecond},
		"never good":          {"GET", "", []any{503, 503, 503}, 3, 503, 300 * time.Millisecond, 900 * time.Millisecond},
		"never reached":       {"GET", "", []any{broken, broken, broken}, 3, 0, 300 * time.Millisecond, 900 * time.Millisecond},
		"not passing":         {"GET", "", []any{404}, 1, 404, 0, 0},
		"lasting error":       {"GET", "", []any{lasting{broken}}, 1, 0, 0, 0},
		"Retry-After":         {"GET", "", []any{after("4"), 200}, 2, 200, 4 * time.Second, 4 * time.Second},
		"Retry-After is long": {"GET", "", []any{after("60")}, 1, 503, 0, 0},
		"POST":                {"POST", "", []any{503}, 1, 503, 0, 0},
		"POST with a key":     {"POST", "k", []any{503, 200}, 2, 200, 100 * time.Millisecond, 300 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &answers{list: test.answers}
				r, err := http.NewRequest(test.method, "http://x/", strings.NewReader("body"))
				if err != nil {
					t.Fatal(err)
				}
				if test.header != "" {
					r.Header.Set("Idempotency-Key", test.header)
				}
				start := time.Now()
				answer, err := config.Transport(a).RoundTrip(r)
				took := time.Since(start)
				switch {
				case test.status == 0 && !errors.Is(err, broken):
					t.Errorf("error = %v", err)
				case test.status != 0 && (err != nil || answer.StatusCode != test.status):
					t.Errorf("answer = %v, %v; want %d", answer, err, test.status)
				}
				if len(a.bodies) != test.tries || took < test.least || took > test.most {
					t.Errorf("%d tries in %s, want %d in %s to %s", len(a.bodies), took, test.tries, test.least, test.most)
				}
				for _, sent := range a.bodies {
					if sent != "body" {
						t.Errorf("a try sent the body %q", sent)
					}
				}
				if err == nil {
					_ = answer.Body.Close()
				}
				if a.open != 0 {
					t.Errorf("%d answers were left open", a.open)
				}
			})
		})
	}
}

func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		a := &answers{list: []any{503, 200}}
		_, err := config.Transport(a).RoundTrip(httptest.NewRequest(http.MethodGet, "http://x/", nil).WithContext(ctx))
		if !errors.Is(err, context.DeadlineExceeded) || a.open != 0 {
			t.Errorf("error = %v, %d answers open", err, a.open)
		}
	})
}
