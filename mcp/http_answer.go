package mcp

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"net/http"
)

// streamLimit is how many times the limit of a frame one event stream may
// have, comments included.
const streamLimit = 8

// answer reads what comes back for one exchange into the log.
type answer struct {
	x       *Exchange
	log     *Log
	limits  Limits
	receive Receiver
	// settle is told of every message after it was received; it ends the
	// exchange at the response.
	settle func(Message)
}

// read reads the whole answer, as its Content-Type says: events of a stream
// as they come, anything else as one body.
func (a answer) read(response *http.Response) error {
	if isEventStream(response.Header) {
		return readEvents(response.Body, a.limits, a.take)
	}
	f, err := readBody(response, a.limits.Frame)
	switch {
	case f.Size == 0:
	case err != nil: // half a body is evidence, but no message
		a.log.Add(f, a.x)
	default:
		a.take(f)
	}
	return err
}

// take records a frame and passes its messages on.
func (a answer) take(f Frame) {
	f = a.log.Add(f, a.x)
	if f.Cut() {
		return
	}
	for _, m := range f.Messages() {
		a.receive(m, a.x)
		a.settle(m)
	}
}

// missing is why the answer, which ended with err, held no response; nil when
// it owed none.
func (a answer) missing(err error) error {
	x := a.x
	fine := x.Status >= 200 && x.Status <= 299
	encoding := x.Header.Get("Content-Encoding")
	switch {
	case err != nil:
		return err
	case x.owed() && !fine, x.Method == http.MethodGet && !fine:
		return &StatusError{Code: x.Status}
	case x.owed() && encoding != "" && encoding != "identity":
		return fmt.Errorf("%w; it has the content encoding %q, which was not asked for", ErrNoReply, encoding)
	case x.owed():
		return ErrNoReply
	}
	return nil
}

// owed tells whether a response must come for x.
func (x *Exchange) owed() bool {
	return x.Method == http.MethodPost && !x.Request.Notification
}

// isReply tells whether m, which came in the HTTP answer to x, is its
// response. An answer with a failing status may leave the id out, as the
// server may not have read it.
func (x *Exchange) isReply(m Message) bool {
	switch {
	case m.MessageKind() != ResponseMessage || x.Request.Notification:
		return false
	case !x.Asked.Exists():
		return x.Request.Raw != nil
	case Equal(m.ID(), x.Asked):
		return true
	case x.Status >= 400:
		nobody := !m.ID().Exists() || m.ID().Is(Null)
		return nobody && m.Has("jsonrpc") && m.Get("error").Is(Object)
	}
	return false
}

// readBody reads the body of an answer up to limit.
func readBody(response *http.Response, limit int) (Frame, error) {
	data, err := io.ReadAll(io.LimitReader(response.Body, int64(limit)+1))
	if cap(data) > 2*len(data) {
		data = bytes.Clone(data) // most bodies are short, all are kept, and ReadAll leaves room
	}
	size := len(data)
	if size > limit {
		size = max(size, int(min(response.ContentLength, 1<<40)))
		data, err = data[:limit], ErrTooLong
	} else if err != nil {
		err = fmt.Errorf("the body broke off after %d bytes: %w", size, err)
	}
	f := NewFrame(Received, ChannelBody, data)
	f.Size = size
	return f, err
}

// readEvents reads a stream to its end and gives every event as a frame. An
// event beyond the limit is given cut and ends the reading, as do too many
// bytes altogether, comments and all.
func readEvents(body io.Reader, limits Limits, take func(Frame)) error {
	parser := eventParser{limit: limits.Frame}
	emit := func(e streamEvent) {
		f := NewFrame(Received, ChannelEvent, e.Data)
		f.Event, f.Size = &e.Event, e.Size
		take(f)
	}
	chunk := make([]byte, 4<<10)
	for total := 0; ; {
		n, err := body.Read(chunk)
		if total += n; total > streamLimit*limits.Frame {
			return fmt.Errorf("the event stream is %w", ErrTooLong)
		}
		if broken := parser.feed(chunk[:n], emit); broken != nil {
			return broken
		}
		switch {
		case err == io.EOF && parser.within():
			return fmt.Errorf("%w: the stream ended within an event", ErrNoReply)
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("the event stream broke off: %w", err)
		}
	}
}

func isEventStream(h http.Header) bool {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && kind == "text/event-stream"
}
