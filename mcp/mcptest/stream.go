package mcptest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/mcpctl/mcpctl/mcp"
)

// stream is the answer to one HTTP request, or a standalone stream: texts in
// order, kept so that they can be sent again. It is a sink.
type stream struct {
	id      string // of the stream in its session; "" when events have no ids
	preface string // events that come before all others
	always  bool   // is a stream even when one message is all it holds
	named   bool   // events are named, as HTTP+SSE has it

	mu       sync.Mutex
	grown    chan struct{}
	events   [][]byte
	done     bool
	status   int // of a JSON answer
	attached int // counts those who have read the stream; the last one reads on
	reading  bool
}

func newStream() *stream { return &stream{grown: make(chan struct{}), status: http.StatusOK} }

func (st *stream) put(pieces [][]byte, last bool) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.done {
		return
	}
	st.events = append(st.events, pieces...)
	st.done = last
	close(st.grown)
	st.grown = make(chan struct{})
}

// refuse chooses the status of an error of the stateless era. early tells that
// the request was not fit to be served at all.
func (st *stream) refuse(s *Server, err *mcp.RPCError, early bool) {
	if s.skips(SkipStatus) {
		return
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	switch err.Code {
	case mcp.CodeMethodNotFound:
		st.status = http.StatusNotFound
	case mcp.CodeHeaderMismatch, mcp.CodeMissingCapability, mcp.CodeUnsupportedVersion, mcp.CodeParseError, mcp.CodeInvalidRequest:
		st.status = http.StatusBadRequest
	case mcp.CodeInvalidParams:
		if early {
			st.status = http.StatusBadRequest
		}
	}
}

// attach makes the caller the one who reads the stream; who read it before
// stops.
func (st *stream) attach() (reader int) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.attached++
	st.reading = true
	close(st.grown)
	st.grown = make(chan struct{})
	return st.attached
}

func (st *stream) detach(reader int) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.attached == reader {
		st.reading = false
	}
}

func (st *stream) isRead() bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.reading && !st.done
}

// next waits for events from the given place on; ok is false when the reader
// is to stop.
func (st *stream) next(ctx context.Context, reader, from int) (events [][]byte, done, ok bool) {
	for over := false; ; {
		st.mu.Lock()
		events, done = st.events[min(from, len(st.events)):], st.done
		mine, grown := st.attached == reader, st.grown
		st.mu.Unlock()
		switch {
		case mine && (len(events) > 0 || done):
			return events, done, true
		case !mine || over:
			return nil, false, false
		}
		select {
		case <-grown:
		case <-ctx.Done():
			over = true // but what came before is still delivered
		}
	}
}

// answer writes the answer to a request: one JSON text when the response is
// all there is, else a stream. gone is called when the client goes away
// before the end.
func (st *stream) answer(w http.ResponseWriter, r *http.Request, gone func()) (streamed bool) {
	reader := st.attach()
	defer st.detach(reader)
	events, done, ok := st.next(r.Context(), reader, 0)
	if !ok {
		gone()
		return true
	}
	st.mu.Lock()
	status := st.status
	st.mu.Unlock()
	if done && len(events) == 1 && (!st.always || status != http.StatusOK) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write(events[0])
		return false
	}
	if !st.flow(w, r, reader, 0, true) {
		gone()
	}
	return true
}

// flow writes the stream from an event on, and what is yet to come; false when
// the client went away before the end. A fresh stream has not been read before.
func (st *stream) flow(w http.ResponseWriter, r *http.Request, reader, from int, fresh bool) bool {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-cache, no-transform")
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	if fresh {
		_, _ = io.WriteString(w, st.preface)
	}
	flush := http.NewResponseController(w)
	_ = flush.Flush() // a writer that cannot flush sends at the end
	for {
		events, done, ok := st.next(r.Context(), reader, from)
		if !ok {
			return r.Context().Err() == nil
		}
		for _, data := range events {
			from++
			if _, err := w.Write(st.event(from, data)); err != nil {
				return false
			}
		}
		_ = flush.Flush()
		if done {
			return true
		}
	}
}

// event writes the n-th event, counted from 1.
func (st *stream) event(n int, data []byte) []byte {
	var out bytes.Buffer
	if st.id != "" {
		fmt.Fprintf(&out, "id: %s-%d\n", st.id, n)
	}
	if st.named {
		out.WriteString("event: message\n")
	}
	for line := range bytes.SplitSeq(data, []byte("\n")) {
		fmt.Fprintf(&out, "data: %s\n", line)
	}
	out.WriteByte('\n')
	return out.Bytes()
}
