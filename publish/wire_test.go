package publish_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/mcpctl/mcpctl/publish/sign"
)

// counted signs, and counts how often each statement was.
type counted struct {
	sign.Signer
	mu    sync.Mutex
	times map[string]int
}

func (c *counted) Sign(ctx context.Context, statement []byte) ([]byte, error) {
	c.mu.Lock()
	c.times[string(statement)]++
	c.mu.Unlock()
	return c.Signer.Sign(ctx, statement)
}

// wire carries all requests, counts them, and breaks at one of them.
type wire struct {
	mu     sync.Mutex
	counts map[string]int // by method
	urls   []string
	n      int
	at     int // break at this request; 0 never
	breaks func(r *http.Request, send func() (*http.Response, error)) (*http.Response, error)
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.n++
	w.counts[r.Method]++
	w.urls = append(w.urls, r.Method+" "+r.URL.String())
	breaks := w.breaks
	if w.at == 0 || w.n != w.at {
		breaks = nil
	}
	w.mu.Unlock()
	if breaks != nil {
		return breaks(r, func() (*http.Response, error) { return http.DefaultTransport.RoundTrip(r) })
	}
	return http.DefaultTransport.RoundTrip(r)
}

func (w *wire) writes() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []string
	for _, u := range w.urls {
		if !strings.HasPrefix(u, "GET ") && !strings.HasPrefix(u, "HEAD ") {
			all = append(all, u)
		}
	}
	return all
}

// answer is a response without a body to speak of.
func answer(r *http.Request, status int) *http.Response {
	return &http.Response{
		StatusCode: status, Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/problem+json"}}, Body: io.NopCloser(strings.NewReader(`{"title":"broken","detail":"broken on purpose"}`)), Request: r,
	}
}
