package mcptest

import (
	"bytes"
	"io"
	"net/http"

	"github.com/mcpctl/mcpctl/mcp"
)

// Match picks HTTP requests. The message is Absent when there is no body that
// can be read as one; nil picks all requests.
type Match func(r *http.Request, m mcp.Message) bool

// OnMethod picks the POSTs that carry the method.
func OnMethod(method string) Match {
	return func(_ *http.Request, m mcp.Message) bool { return m.Method() == method }
}

// OnVerb picks the requests of an HTTP method.
func OnVerb(verb string) Match {
	return func(r *http.Request, _ mcp.Message) bool { return r.Method == verb }
}

// Status gives the answers to the requests picked another status. The rest of
// the answer stays.
func Status(match Match, code int) Faults {
	return answers(match, func(*http.Request, http.Header) int { return code })
}

// SetHeader sets a header in the answers to the requests picked.
func SetHeader(match Match, name, value string) Faults {
	return answers(match, func(_ *http.Request, h http.Header) int { h.Set(name, value); return 0 })
}

// DropHeader takes a header out of the answers to the requests picked.
func DropHeader(match Match, name string) Faults {
	return answers(match, func(_ *http.Request, h http.Header) int { h[http.CanonicalHeaderKey(name)] = nil; return 0 })
}

// Serve answers the requests picked with a handler of the test's own; the body
// can still be read.
func Serve(match Match, handler http.HandlerFunc) Faults {
	return Faults{HTTP: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if match.picks(r) {
				handler(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}}
}

// picks reads the body to match it, and puts it back.
func (match Match) picks(r *http.Request) bool {
	if match == nil {
		return true
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	r.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		return false
	}
	m, _ := mcp.ParseMessage(bytes.Clone(body))
	return match(r, m)
}

// answers changes header and status of answers; a status of 0 keeps what it is.
func answers(match Match, change func(*http.Request, http.Header) int) Faults {
	return Faults{HTTP: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if match.picks(r) {
				w = &changedWriter{ResponseWriter: w, change: func(h http.Header) int { return change(r, h) }}
			}
			next.ServeHTTP(w, r)
		})
	}}
}

// changedWriter changes header and status when they are written.
type changedWriter struct {
	http.ResponseWriter
	change func(http.Header) int
	begun  bool
}

// WriteHeader writes the changed header.
func (w *changedWriter) WriteHeader(status int) {
	if w.begun {
		return
	}
	w.begun = true
	if other := w.change(w.Header()); other != 0 {
		status = other
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write writes the body, and the header before it.
func (w *changedWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController flush.
func (w *changedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
