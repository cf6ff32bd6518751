package attach

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

var (
	errTooBig    = errors.New("the answer is bigger than is read here")
	errInsecure  = errors.New("plain HTTP is for registries on this machine only")
	errInternal  = errors.New("it sends to an address of an internal network, where it has no business")
	errRedirects = errors.New("it redirects in circles")
)

const maxRedirects = 5

// guard stands between the registry library and the network. The library
// decides what is asked; the guard, that every request ends, that every answer
// does, and that nothing is asked in the clear or of the machines behind the
// user's firewall.
type guard struct {
	inner    http.RoundTripper
	registry string // host and port that the user named
	patience time.Duration
}

func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := g.allows(req); err != nil {
		if req.Body != nil {
			_ = req.Body.Close() // as RoundTripper has to, also in failure
		}
		return nil, err
	}
	ctx, cancel := context.WithTimeout(req.Context(), g.patience)
	resp, err := g.inner.RoundTrip(req.WithContext(ctx))
	if err != nil {
		cancel()
		return nil, err
	}
	resp.Body = &boundedBody{ReadCloser: resp.Body, left: maxAnswer, cancel: cancel}
	return resp, nil
}

func (g *guard) allows(req *http.Request) error {
	host := req.URL.Host
	if req.URL.Scheme != "https" && (!loopback(host) || !loopback(g.registry)) {
		return fmt.Errorf("asking %s: %w", host, errInsecure)
	}
	// Blobs often lie on another host; a registry outside that names one inside
	// is after something else.
	if host != g.registry && internal(host) && !internal(g.registry) {
		return fmt.Errorf("asking %s: %w", host, errInternal)
	}
	hops := 0
	for came := req.Response; came != nil && came.Request != nil; came = came.Request.Response {
		if hops++; hops > maxRedirects {
			return fmt.Errorf("asking %s: %w", host, errRedirects)
		}
	}
	return nil
}

// boundedBody ends with an error where an answer is bigger than allowed.
type boundedBody struct {
	io.ReadCloser
	left   int64
	cancel context.CancelFunc
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooBig
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	return n, err
}

func (b *boundedBody) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}
