//go:build unix

package published_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// route leads every host to this machine: images to the image registry, and all
// else to what the registry sees. It can break off at a request.
type route struct {
	images string
	local  []string
	hosts  http.Handler

	mu    sync.Mutex
	seen  []string
	cutAt func(r *http.Request) bool
	cut   func()
}

func (r *route) RoundTrip(req *http.Request) (*http.Response, error) {
	r.mu.Lock()
	r.seen = append(r.seen, req.Method+" "+req.URL.Path)
	cut := r.cutAt != nil && r.cutAt(req)
	r.mu.Unlock()
	answer, err := r.send(req)
	if cut {
		r.cut() // after it was done, before anybody heard
		if err == nil {
			_ = answer.Body.Close()
		}
		return nil, context.Canceled
	}
	return answer, err
}

func (r *route) send(req *http.Request) (*http.Response, error) {
	for _, host := range r.local {
		if req.URL.Host == host {
			return http.DefaultTransport.RoundTrip(req)
		}
	}
	if strings.HasPrefix(req.URL.Path, "/v2/") {
		there := req.Clone(req.Context())
		there.URL.Scheme, there.URL.Host, there.Host = "http", r.images, req.URL.Host // it speaks of itself by the name that was asked
		there.Header.Set("X-Forwarded-Proto", req.URL.Scheme)
		answer, err := http.DefaultTransport.RoundTrip(there)
		if err == nil {
			answer.Request = req
		}
		return answer, err
	}
	answer := httptest.NewRecorder()
	if req.Body == nil {
		req.Body = io.NopCloser(bytes.NewReader(nil))
	}
	r.hosts.ServeHTTP(answer, req)
	result := answer.Result()
	result.Request = req
	return result, nil
}
