// Package retry repeats outgoing calls that failed for a passing reason.
package retry

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Config of the retries.
type Config struct {
	Tries uint          `env:"MCP_RETRY_TRIES" envDefault:"3"`     // in all; 1: no retries
	First time.Duration `env:"MCP_RETRY_FIRST" envDefault:"200ms"` // wait before the second try, twice as long before the next, and so on; by chance up to half more or less
	Max   time.Duration `env:"MCP_RETRY_MAX" envDefault:"10s"`     // all tries and waits together; a longer Retry-After is not waited for
}

// Validate tells everything that is wrong with the settings.
func (c Config) Validate() error {
	if c.Tries == 0 || c.First <= 0 || c.Max <= 0 {
		return errors.New("MCP_RETRY_TRIES, MCP_RETRY_FIRST and MCP_RETRY_MAX must be above zero")
	}
	return nil
}

// Transport repeats requests that may be repeated: their method changes nothing
// the second time, or an Idempotency-Key says so, and their body can be sent
// again. It waits longer each time, by chance, so that many callers do not come
// back at the same moment.
func (c Config) Transport(next http.RoundTripper) http.RoundTripper { return transport{c, next} }

type transport struct {
	cfg  Config
	next http.RoundTripper
}

// passing is the reason for another try that an answer is.
type passing struct{ status string }

func (p passing) Error() string { return "the answer is " + p.status }

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if t.cfg.Tries < 2 || !repeatable(r) {
		return t.next.RoundTrip(r)
	}
	var last *http.Response // of the try before, with its body open
	try := func() (*http.Response, error) {
		if last != nil {
			// Read to its end, within reason, so that the connection can be used again.
			_, _ = io.CopyN(io.Discard, last.Body, 64<<10)
			_ = last.Body.Close()
			last = nil
		}
		request, err := fresh(r)
		if err != nil {
			return nil, backoff.Permanent(err)
		}
		answer, err := t.next.RoundTrip(request)
		if err != nil {
			return nil, judge(err)
		}
		wait, again := passingReason(answer)
		if !again {
			return answer, nil
		}
		last = answer
		if wait > 0 {
			return answer, fmt.Errorf("%w: %w", passing{answer.Status}, &backoff.RetryAfterError{Duration: wait})
		}
		return answer, passing{answer.Status}
	}
	interval := backoff.NewExponentialBackOff()
	interval.InitialInterval, interval.Multiplier, interval.RandomizationFactor = t.cfg.First, 2, 0.5
	answer, err := backoff.Retry(r.Context(), try,
		backoff.WithBackOff(interval),
		backoff.WithMaxTries(t.cfg.Tries),
		backoff.WithMaxElapsedTime(t.cfg.Max),
	)
	if passed := (passing{}); errors.As(err, &passed) {
		return answer, nil // out of tries: the caller shall see the answer itself
	}
	if err != nil && last != nil {
		_ = last.Body.Close()
	}
	if err != nil {
		return nil, err
	}
	return answer, nil
}

// fresh is the request for one try: with a body that was not read yet.
func fresh(r *http.Request) (*http.Request, error) {
	if r.GetBody == nil {
		return r, nil
	}
	body, err := r.GetBody()
	if err != nil {
		return nil, err
	}
	again := r.Clone(r.Context())
	again.Body = body
	return again, nil
}

func repeatable(r *http.Request) bool {
	if r.Body != nil && r.Body != http.NoBody && r.GetBody == nil {
		return false
	}
	switch r.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete:
		return true
	}
	return r.Header.Get("Idempotency-Key") != ""
}

// judge tells errors that another try may mend from others: those that say
// themselves that they last, such as a refused address or an open circuit.
func judge(err error) error {
	if lasting := interface{ Permanent() bool }(nil); errors.As(err, &lasting) && lasting.Permanent() {
		return backoff.Permanent(err)
	}
	return err
}

// passingReason reports whether an answer is worth another try, and after how
// long if it says so.
func passingReason(answer *http.Response) (time.Duration, bool) {
	switch answer.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
	default:
		return 0, false
	}
	after := answer.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(after); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if date, err := http.ParseTime(after); err == nil {
		return time.Until(date), true
	}
	return 0, true
}
