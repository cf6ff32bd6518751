package auth

import (
	"context"
	"crypto/rand"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// callbackPath is the one path that is answered.
const callbackPath = "/callback"

// maxCallback bounds the header of a request to the callback, in bytes.
const maxCallback = 32 << 10

// door is where the answer to a question comes in.
type door interface {
	address() string // the redirect URI
	answer(context.Context) (url.Values, error)
	close()
}

func (f *flow) openDoor(ctx context.Context) (door, error) {
	if f.options.Paste != nil {
		return newPasted(f.options.Paste)
	}
	return listen(ctx)
}

// loopbackDoor listens on this machine for one request.
type loopbackDoor struct {
	host   string
	server *http.Server
	come   chan url.Values
}

func listen(ctx context.Context) (door, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, broken("auth-callback-port", "waiting for your consent", "Use --paste, which needs no port.", "no port can be opened on this machine: %v", err)
	}
	d := &loopbackDoor{host: l.Addr().String(), come: make(chan url.Values, 1)}
	d.server = &http.Server{Handler: d, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Second, WriteTimeout: 5 * time.Second, MaxHeaderBytes: maxCallback}
	go func() { _ = d.server.Serve(l) }() // ends with close
	return d, nil
}

func (d *loopbackDoor) address() string { return "http://" + d.host + callbackPath }

// ServeHTTP takes the first answer. Its page says nothing of what a stranger
// sent.
func (d *loopbackDoor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	q := r.URL.Query()
	switch {
	case r.Host != d.host: // a page elsewhere made its name lead here
		w.WriteHeader(http.StatusMisdirectedRequest)
		return
	case r.Method != http.MethodGet || r.URL.Path != callbackPath || q.Get("state") == "":
		w.WriteHeader(http.StatusNotFound)
		return
	}
	select {
	case d.come <- q:
	default: // the first counts
	}
	_, _ = io.WriteString(w, "<!doctype html><title>mcpctl</title><p>The answer has arrived. Go back to the terminal; this page can be closed.</p>\n") // the browser may be gone
}

func (d *loopbackDoor) answer(ctx context.Context) (url.Values, error) {
	select {
	case q := <-d.come:
		return q, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (d *loopbackDoor) close() {
	// The page is on its way to the browser.
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if d.server.Shutdown(ctx) != nil {
		_ = d.server.Close() // nothing is left to do
	}
}

// pastedDoor has the user copy the address that the browser ended at. Nobody
// listens there.
type pastedDoor struct {
	at    string
	paste func(context.Context) (string, error)
}

func newPasted(paste func(context.Context) (string, error)) (door, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(16<<10))
	if err != nil {
		return nil, err
	}
	port := strconv.FormatInt(49152+n.Int64(), 10) // of those that belong to nobody
	return pastedDoor{"http://127.0.0.1:" + port + callbackPath, paste}, nil
}

func (d pastedDoor) address() string { return d.at }

func (d pastedDoor) answer(ctx context.Context) (url.Values, error) {
	text, err := d.paste(ctx)
	if err != nil {
		return nil, err
	}
	text = strings.TrimSpace(text)
	u, err := url.Parse(text)
	if err != nil || len(text) > maxCallback || !strings.HasPrefix(text, d.at+"?") {
		return nil, refusef(refusal.Usage, "auth-paste", "reading the address", "Copy all of the address bar once you have consented.", "what was pasted does not begin with %s?", d.at)
	}
	return u.Query(), nil
}

func (d pastedDoor) close() {}
