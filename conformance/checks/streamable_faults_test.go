package checks_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// rewritten changes what is written to the bodies of the answers picked; the
// reference server writes each event at once.
func rewritten(match mcptest.Match, change func([]byte) []byte) mcptest.Faults {
	return wrapped(match, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(&rewriter{w, change}, r)
	})
}

type rewriter struct {
	http.ResponseWriter
	change func([]byte) []byte
}

func (w *rewriter) Write(p []byte) (int, error) {
	if _, err := w.ResponseWriter.Write(w.change(slices.Clone(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (w *rewriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// wrapped lets serve handle the requests picked, with the server at hand.
func wrapped(match mcptest.Match, serve func(w http.ResponseWriter, r *http.Request, next http.Handler)) mcptest.Faults {
	return mcptest.Faults{HTTP: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if match(r, webPeek(r)) {
				serve(w, r, next)
				return
			}
			next.ServeHTTP(w, r)
		})
	}}
}

// since picks the n-th request, counted from 1, that match picks, and those
// after it.
func since(n int64, match mcptest.Match) mcptest.Match {
	var count atomic.Int64
	return func(r *http.Request, m mcp.Message) bool { return match(r, m) && count.Add(1) >= n }
}

// resuming picks the GETs that resume a stream.
func resuming(r *http.Request, _ mcp.Message) bool {
	return r.Method == http.MethodGet && r.Header.Get("Last-Event-ID") != ""
}

// heldOpen never ends the answers picked.
func heldOpen(match mcptest.Match) mcptest.Faults {
	return wrapped(match, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(w, r)
		<-r.Context().Done()
	})
}

// onGet writes an event on every open GET stream whenever a request is picked.
func onGet(match mcptest.Match, event string) mcptest.Faults {
	var mu sync.Mutex
	open := map[*locked]bool{}
	return mcptest.Faults{HTTP: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				out := &locked{ResponseWriter: w, mu: &mu}
				mu.Lock()
				open[out] = true
				mu.Unlock()
				defer func() {
					mu.Lock()
					defer mu.Unlock()
					delete(open, out)
				}()
				next.ServeHTTP(out, r)
				return
			}
			if match(r, webPeek(r)) {
				mu.Lock()
				for out := range open {
					_, _ = fmt.Fprintf(out.ResponseWriter, "data: %s\n\n", event)
					_ = http.NewResponseController(out.ResponseWriter).Flush()
				}
				mu.Unlock()
			}
			next.ServeHTTP(w, r)
		})
	}}
}

// locked is a writer that two handlers share.
type locked struct {
	http.ResponseWriter
	mu *sync.Mutex
}

func (w *locked) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ResponseWriter.Write(p)
}

func (w *locked) FlushError() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// sessionNames gives sessions other ids: the n-th, counted from 1, is name(n).
func sessionNames(name func(n int) string) mcptest.Faults {
	var mu sync.Mutex
	count := 0
	real := map[string]string{}
	return mcptest.Faults{HTTP: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			if id := real[r.Header.Get("Mcp-Session-Id")]; id != "" {
				r.Header.Set("Mcp-Session-Id", id)
			}
			mu.Unlock()
			next.ServeHTTP(&namer{w, func(h http.Header) {
				mu.Lock()
				defer mu.Unlock()
				if id := h.Get("Mcp-Session-Id"); id != "" {
					count++
					other := name(count)
					real[other] = id
					h.Set("Mcp-Session-Id", other)
				}
			}}, r)
		})
	}}
}

type namer struct {
	http.ResponseWriter
	rename func(http.Header)
}

func (w *namer) WriteHeader(status int) {
	w.rename(w.Header())
	w.ResponseWriter.WriteHeader(status)
}

func (w *namer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// lingering gives the server a tool that reports progress and then takes its
// time, unless it is cancelled.
func lingering(s *mcptest.Server) {
	s.Tools = append(s.Tools, mcptest.Tool{
		Name:       "linger",
		Descriptor: map[string]any{"description": "Takes its time.", "inputSchema": map[string]any{"type": "object"}},
		Call: func(c *mcptest.Call) (map[string]any, error) {
			c.Progress(1, 2, "begun")
			return mcptest.Content(mcptest.Text("done")), waitFor(c)
		},
	})
}

// silentWhenCancelled keeps back the response of a lingering call that was
// cancelled: a client that has resumed in time would take it for the result.
func silentWhenCancelled() mcptest.Faults {
	return mcptest.Faults{Encode: func(_ *mcptest.Context, raw []byte) [][]byte {
		if bytes.Contains(raw, []byte(errCutShort.Error())) {
			return nil
		}
		return [][]byte{raw}
	}}
}

// errCutShort is what a lingering call that was cancelled says of itself.
var errCutShort = errors.New("the lingering was cut short")

// cutBeforeResumed makes a server that ends a call with its connection. A
// client that comes back at once may be there before the server has noticed, so
// it is let in when the call was cut.
func cutBeforeResumed(s *mcptest.Server) {
	begun, cut := make(chan struct{}), make(chan struct{})
	begin, end := sync.OnceFunc(func() { close(begun) }), sync.OnceFunc(func() { close(cut) })
	linger := &s.Tools[len(s.Tools)-1]
	call := linger.Call
	linger.Call = func(c *mcptest.Call) (map[string]any, error) {
		begin()
		out, err := call(c)
		if err != nil {
			end()
		}
		return out, err
	}
	late := wrapped(resuming, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		select {
		case <-begun:
			select {
			case <-cut:
			case <-r.Context().Done():
			}
		default: // another stream than the call's
		}
		next.ServeHTTP(w, r)
	})
	s.Faults = mcptest.Combine(mcptest.Without(mcptest.SkipDetach), silentWhenCancelled(), late)
}

// waitFor waits a while, or until the call is cancelled.
func waitFor(c *mcptest.Call) error {
	timer := time.NewTimer(3 * time.Second)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-c.Done():
		return errCutShort
	}
}

// webPeek reads the message of a request and puts its body back.
func webPeek(r *http.Request) mcp.Message {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	m, _ := mcp.ParseMessage(slices.Clone(body))
	return m
}

// webMends changes requests before the server looks at them.
func webMends(change func(r *http.Request, m mcp.Message)) mcptest.Faults {
	return mcptest.Faults{HTTP: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			change(r, webPeek(r))
			next.ServeHTTP(w, r)
		})
	}}
}

// webSays answers with a status and a body.
func webSays(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}
