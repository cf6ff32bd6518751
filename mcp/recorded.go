package mcp

import (
	"net/http"
)

// Recorded is a frame as a recording tells of it: Exchange counts the exchanges of
// HTTP, and is of no meaning elsewhere.
type Recorded struct {
	Frame
	// Method, URL and Header are those of an HTTP request; Status and Answer
	// those of its answer, which come with ChannelHTTP or with its first frame.
	Method, URL string
	Header      http.Header
	Status      int
	Answer      http.Header
}

// LogOfRecorded is the log of a connection that was recorded, ended for the reason
// given: its exchanges are made of what was sent, and of what came back for it.
// The n-th frame that has one of a log's channels has the Seq n.
func LogOfRecorded(all []Recorded, ended error) *Log {
	l := NewLog(DefaultLimits())
	b := rebuilding{log: l, byHTTP: map[int]*Exchange{}, byID: map[string]*Exchange{}}
	for _, r := range all {
		if r.Direction == Sent {
			b.sent(r)
		} else {
			b.received(r)
		}
	}
	l.ended = ended
	return l
}

// rebuilding is a log while it is made anew.
type rebuilding struct {
	log    *Log
	byHTTP map[int]*Exchange
	byID   map[string]*Exchange // those that wait for a response
}

// sent opens an exchange.
func (b rebuilding) sent(r Recorded) {
	m, _ := r.Message() // what is none has no method
	x := newExchange(Request{Method: m.Method(), HTTPMethod: r.Method, Notification: m.MessageKind() != RequestMessage}, r.Data, Value{})
	if params := m.Params(); params.Exists() {
		x.Request.Params = params
	}
	x.Asked, x.Method, x.URL, x.SentHeader = m.ID(), r.Method, r.URL, r.Header
	if x.Request.Notification {
		x.Asked = Value{}
	}
	b.log.open(x)
	x.Started = r.At
	if r.Exchange >= 0 && r.Method != "" {
		b.byHTTP[r.Exchange] = x
	}
	if x.Asked.Exists() {
		b.byID[idKey(x.Asked)] = x
	}
	b.keep(r.Frame, x)
}

// received fills the exchange that a frame belongs to.
func (b rebuilding) received(r Recorded) {
	x := b.byHTTP[r.Exchange]
	if x != nil && r.Status != 0 && !closed(x.opened) {
		x.Status, x.Header = r.Status, r.Answer
		x.begin()
	}
	if r.Channel == ChannelHTTP {
		return
	}
	for _, m := range r.Messages() {
		if m.MessageKind() != ResponseMessage || !m.ID().Exists() {
			continue
		}
		asking := b.byID[idKey(m.ID())]
		if asking == nil {
			continue
		}
		if x == nil || x.Request.HTTPMethod == http.MethodGet {
			x = asking // on standard streams, and over HTTP+SSE
		}
		delete(b.byID, idKey(m.ID()))
		asking.end(&m, nil)
		asking.took = r.At - asking.Started
	}
	b.keep(r.Frame, x)
}

// keep puts a frame into the log with the time that it had.
func (b rebuilding) keep(f Frame, x *Exchange) {
	l := b.log
	f.Seq, f.Exchange = l.next, -1
	if f.parsed == nil {
		f.parsed = new(parsed)
	}
	if x != nil {
		f.Exchange = x.Seq
		x.frames = append(x.frames, f.Seq)
	}
	l.next++
	l.frames = append(l.frames, f)
}
