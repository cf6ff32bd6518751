package registry_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/registry"
)

func TestWhatRegistriesGetWrong(t *testing.T) {
	for _, c := range []struct {
		name string
		h    http.HandlerFunc
		code string
		kind refusal.Kind
	}{
		{"no JSON", answers(200, "<html>login</html>"), "registry-broken", refusal.Environment},
		{"cut off JSON", answers(200, `{"server":{`), "registry-broken", refusal.Environment},
		{"no name", answers(200, `{"server":{}}`), "registry-broken", refusal.Environment},
		{"an odd status", answers(418, "teapot"), "registry-broken", refusal.Environment},
		{"not found", answers(404, problem("Server not found")), "not-found", refusal.Usage},
		{"an error of its own", answers(500, problem("Failed to get server details")), "registry-broken", refusal.Environment},
		{"a proxy without it", answers(502, "<html>"), "registry-unreachable", refusal.Environment},
		{"too many questions", answers(429, ""), "rate-limited", refusal.Environment},
		{"forbidden", answers(403, ""), "forbidden", refusal.Consent},
		{"a broken line", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, "{")
		}, "registry-unreachable", refusal.Environment},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := serve(t, c.h).client(t, registry.Options{}).Get(t.Context(), "io.github.acme/echo", "")
			assert.Equal(t, c.kind, refused(t, err, c.code).Kind)
		})
	}
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	c, err := registry.New("http://"+l.Addr().String(), registry.Options{Pause: time.Millisecond})
	require.NoError(t, err)
	_, err = c.Get(t.Context(), "io.github.acme/echo", "")
	refused(t, err, "registry-unreachable")
	_, err = c.Publish(t.Context(), []byte(echo), "a.b.c")
	refused(t, err, "registry-unreachable")
}

func TestAnswersAreBounded(t *testing.T) {
	endless := func(w http.ResponseWriter, _ *http.Request) {
		chunk := []byte(strings.Repeat(" ", 64<<10))
		for {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}
	d := serve(t, endless)
	_, err := d.client(t, registry.Options{}).Get(t.Context(), "io.github.acme/echo", "")
	assert.ErrorContains(t, refused(t, err, "registry-broken"), "too big")
	assert.Len(t, d.requests(), 1, "what is too big is not asked for again")

	d = serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(400); endless(w, r) })
	_, err = d.client(t, registry.Options{}).Get(t.Context(), "io.github.acme/echo", "")
	refused(t, err, "rejected")
}

func TestAHangEnds(t *testing.T) {
	d := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	_, err := d.client(t, registry.Options{Timeout: 30 * time.Millisecond}).Get(t.Context(), "io.github.acme/echo", "")
	assert.ErrorContains(t, refused(t, err, "registry-unreachable"), "no whole answer within 30ms")
	assert.Len(t, d.requests(), 4)

	ctx, cancel := context.WithCancel(t.Context())
	d = serve(t, func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() })
	_, err = d.client(t, registry.Options{}).Get(ctx, "io.github.acme/echo", "")
	assert.ErrorIs(t, err, context.Canceled)
	assert.Len(t, d.requests(), 1)
}

func TestQuestionsAreAskedAgain(t *testing.T) {
	n := 0
	d := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if n++; n < 3 {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(503)
			return
		}
		answers(200, echoPage)(w, r)
	})
	_, err := d.client(t, registry.Options{}).Get(t.Context(), "io.github.acme/echo", "")
	require.NoError(t, err)
	assert.Len(t, d.requests(), 3)

	d = serve(t, answers(500, ""))
	_, err = d.client(t, registry.Options{}).Get(t.Context(), "io.github.acme/echo", "")
	refused(t, err, "registry-broken")
	assert.Len(t, d.requests(), 4)
}

func TestRetryAfterIsWaitedForOrSaid(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, after := range []string{"3600", now.Add(time.Hour).Format(http.TimeFormat)} {
		d := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", after)
			w.WriteHeader(429)
		})
		_, err := d.client(t, registry.Options{Now: func() time.Time { return now }}).Get(t.Context(), "io.github.acme/echo", "")
		assert.Contains(t, refused(t, err, "rate-limited").Mend, "1h0m0s")
		assert.Len(t, d.requests(), 1, "nobody waits an hour")
	}

	begin, n := time.Now(), 0
	d := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if n++; n == 1 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(429)
			return
		}
		answers(200, echoPage)(w, r)
	})
	_, err := d.client(t, registry.Options{}).Get(t.Context(), "io.github.acme/echo", "")
	require.NoError(t, err)
	assert.GreaterOrEqual(t, time.Since(begin), time.Second)
}
