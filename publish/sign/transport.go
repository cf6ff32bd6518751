package sign

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/internal/pattern"
)

const (
	defaultTimeout = 30 * time.Second // for one service, retries included
	attempts       = 3                // of one request that may succeed later
	pause          = 300 * time.Millisecond
	maxAnswer      = 1 << 20 // bytes of an answer that is read whole
	maxSaid        = 300     // bytes of an answer that an error repeats
)

// statusError is an answer that is no success.
type statusError struct {
	code int
	said string
}

func (e *statusError) Error() string {
	if e.said == "" {
		return fmt.Sprintf("it answered %d %s", e.code, http.StatusText(e.code))
	}
	return fmt.Sprintf("it answered %d %s: %s", e.code, http.StatusText(e.code), e.said)
}

// bound is the transport of Sigstore's clients, which make their requests
// without the caller's context, follow redirects with the token in hand, and
// read the answer to a failed retry from a closed body. It binds each request
// to a context, tries again what may succeed later, and makes every answer but
// a success an error.
type bound struct {
	ctx  context.Context
	next http.RoundTripper
}

func (b bound) RoundTrip(req *http.Request) (*http.Response, error) {
	for attempt := 1; ; attempt++ {
		next := req.Clone(b.ctx)
		if req.GetBody != nil {
			body, err := req.GetBody()
			if err != nil {
				return nil, err
			}
			next.Body = body
		}
		resp, err := b.next.RoundTrip(next)
		if err == nil && resp.StatusCode < 300 {
			return resp, nil
		}
		if err == nil {
			err = failed(resp)
		}
		if attempt == attempts || !worthRepeating(err) || rest(b.ctx, attempt) != nil {
			return nil, err
		}
	}
}

// limited bounds what an answer may have, for clients that read all of it.
type limited struct{ next http.RoundTripper }

func (l limited) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := l.next.RoundTrip(req)
	if err == nil {
		resp.Body = http.MaxBytesReader(nil, resp.Body, maxAnswer)
	}
	return resp, err
}

// failed reads what an answer that is no success says, and closes it.
func failed(resp *http.Response) error {
	defer resp.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(resp.Body, maxSaid)) // the status says enough
	return &statusError{code: resp.StatusCode, said: strings.TrimSpace(string(said))}
}

// rest waits before the next attempt, unless the context ends first.
func rest(ctx context.Context, attempt int) error {
	timer := time.NewTimer(pause << (attempt - 1))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// canceled is what a log answers to all whose entries were to be taken together
// with that of a client who has gone.
const canceled = 499

// worthRepeating tells whether the same may succeed a moment later: the service
// is overloaded or was not reached. What took its whole time is not repeated.
func worthRepeating(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	code, ok := statusOf(err)
	return !ok || code == http.StatusTooManyRequests || code == canceled || code >= 500
}

// rekorStatus is how the log's client, which types no errors, tells a status.
var rekorStatus = pattern.New(`unexpected response: (\d{3})\b`)

// statusOf is the HTTP status that an error came from.
func statusOf(err error) (int, bool) {
	var status *statusError
	if errors.As(err, &status) {
		return status.code, true
	}
	if m := rekorStatus.FindStringSubmatch(err.Error()); m != nil {
		code, convErr := strconv.Atoi(m[1])
		return code, convErr == nil
	}
	return 0, false
}
