package tape

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// patience is how long a turn is kept that waits for an answer of the client's.
const patience = 10 * time.Minute

// Handler plays over Streamable HTTP, to programs on this machine alone.
func (p *Player) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !local(r):
			http.Error(w, "mcpctl serves this machine alone", http.StatusForbidden)
		case r.Method == http.MethodPost:
			p.post(w, r)
		case r.Method == http.MethodGet && p.revision.Era() == mcp.Handshake && p.script.streams < 400:
			p.listen(w, r)
		case r.Method == http.MethodDelete && p.revision.Era() == mcp.Handshake:
			w.WriteHeader(max(p.script.ends, http.StatusOK))
		default:
			w.Header().Set("Allow", "POST")
			http.Error(w, "the recorded server has no such method", http.StatusMethodNotAllowed)
		}
	})
}

func (p *Player) post(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxFrame))
	if err != nil {
		http.Error(w, "the body is longer than any message may be", http.StatusRequestEntityTooLarge)
		return
	}
	m, err := mcp.ParseMessage(body)
	if err != nil {
		refuse(w, http.StatusBadRequest, mcp.Value{}, &mcp.RPCError{Code: mcp.CodeParseError, Message: "this is no JSON"})
		return
	}
	switch m.MessageKind() {
	case mcp.RequestMessage:
		p.request(w, r, m)
	case mcp.ResponseMessage:
		p.answered(m.ID())
		w.WriteHeader(http.StatusAccepted)
	case mcp.NotificationMessage:
		if t, err := p.find(m); err == nil {
			p.start(t, m, outletNone{})
		}
		w.WriteHeader(http.StatusAccepted)
	default:
		refuse(w, http.StatusBadRequest, mcp.Value{}, &mcp.RPCError{Code: mcp.CodeInvalidRequest,
			Message: "a recording is played one message at a time"})
	}
}

func refuse(w http.ResponseWriter, status int, id mcp.Value, e *mcp.RPCError) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(failure(id, e)) // the client may have left
}

func (p *Player) request(w http.ResponseWriter, r *http.Request, m mcp.Message) {
	t, failed := p.find(m)
	if failed != nil {
		status := http.StatusOK
		if p.revision.Era() == mcp.Stateless && failed.Code == mcp.CodeMethodNotFound {
			status = http.StatusNotFound
		}
		refuse(w, status, m.ID(), failed)
		return
	}
	if m.Method() == "initialize" && (p.script.header.Get(sessionHeader) != "" || p.tape.Target.Transport == mcp.Stdio) {
		w.Header().Set(sessionHeader, rand.Text())
	}
	if !t.streams() {
		p.once(w, t, m)
		return
	}
	o := newOutletSSE(w)
	defer o.close()
	pl := p.start(t, m, o)
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-pl.done:
		if !t.replied { // a subscription, or what was never answered
			<-r.Context().Done()
		}
	case <-r.Context().Done():
	case <-timer.C:
	}
}

// streams reports whether a turn is played as a stream of events: it was one,
// or it is more than an answer.
func (t *turn) streams() bool {
	kind, _, _ := mime.ParseMediaType(t.http.Answer.Get("Content-Type")) // "" is no stream
	if kind == "text/event-stream" || t.message.Method() == "subscriptions/listen" {
		return true
	}
	own := 0
	for _, s := range t.sends {
		if s.via == t || s.await != "" {
			own++
		}
	}
	return own > 1 || !t.replied && t.http.Status < 400
}

// once answers with one body.
func (p *Player) once(w http.ResponseWriter, t *turn, m mcp.Message) {
	o := &outletOnce{}
	p.start(t, m, o)
	status := t.http.Status
	if status == 0 {
		status = http.StatusOK
	}
	body := o.reply
	if body == nil {
		body = t.plain
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	} else {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may have left
}

// listen opens a stream for what belongs to no request.
func (p *Player) listen(w http.ResponseWriter, r *http.Request) {
	o := newOutletSSE(w)
	defer o.close()
	p.mu.Lock()
	for _, raw := range p.queue {
		o.put(piece{message: raw})
	}
	p.queue = nil
	p.news[o] = true
	p.mu.Unlock()
	<-r.Context().Done()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.news, o)
}

// outletNone is that of a notification: nothing comes back on it.
type outletNone struct{}

func (outletNone) put(piece) bool { return false }
func (outletNone) stderr([]byte)  {}
func (outletNone) http()          {}

// outletOnce keeps the one answer.
type outletOnce struct{ reply []byte }

func (o *outletOnce) put(p piece) bool {
	if p.reply {
		o.reply = p.message
	}
	return p.reply
}
func (*outletOnce) stderr([]byte) {}
func (*outletOnce) http()         {}

// outletSSE writes events. It is safe for concurrent use.
type outletSSE struct {
	mu     sync.Mutex
	w      http.ResponseWriter
	closed bool
}

// writeWithin bounds how long a client may leave an event unread.
const writeWithin = 10 * time.Second

func newOutletSSE(w http.ResponseWriter) *outletSSE {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(http.StatusOK)
	_ = http.NewResponseController(w).Flush() // what cannot be flushed comes with the end
	return &outletSSE{w: w}
}

func (o *outletSSE) put(p piece) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return false
	}
	c := http.NewResponseController(o.w)
	_ = c.SetWriteDeadline(time.Now().Add(writeWithin)) // without it the connection's own end is the bound
	_, err := o.w.Write(p.encode())
	if err == nil {
		err = c.Flush()
	}
	_ = c.SetWriteDeadline(time.Time{})
	o.closed = err != nil || p.reply
	return err == nil
}

// encode writes a piece as an event.
func (p piece) encode() []byte {
	var out bytes.Buffer
	field := func(name, value string) {
		if !strings.ContainsAny(value, "\r\n") {
			fmt.Fprintf(&out, "%s: %s\n", name, value)
		}
	}
	e := p.event
	if e == nil {
		e = &mcp.Event{Name: "message"}
	}
	if e.Name != "" {
		field("event", e.Name)
	}
	if e.HasID {
		field("id", e.ID)
	}
	if e.Retry != "" {
		field("retry", e.Retry)
	}
	if p.message != nil || e.HasID || e.Retry != "" {
		fmt.Fprintf(&out, "data: %s\n", oneLine(p.message))
	}
	out.WriteByte('\n')
	return out.Bytes()
}

func (o *outletSSE) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
}

func (*outletSSE) stderr([]byte) {}
func (*outletSSE) http()         {}
