package traffic

import (
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// Row is a line of the traffic list: an entry and how it is drawn. A request's
// response is part of its row, not a row of its own.
type Row struct {
	Entry
	Depth int
	// Children counts the rows beneath; Folded says that they are hidden.
	Children int
	Folded   bool
	// Legs counts the rounds of a conversation, 1 for most requests, 0 for
	// what is no request.
	Legs int
	// Took is from the first round's request to the last one's response, what
	// the person took included; until now while it is under way.
	Took time.Duration
	// Spans are the pieces of the waterfall bar, in order.
	Spans []Span
}

// SpanKind tells whose time a piece of the waterfall is.
type SpanKind uint8

// The kinds of span.
const (
	Server  SpanKind = iota // the answering side works
	Person                  // the asking side, mostly a person, makes up an answer
	Open                    // no answer so far
	Instant                 // no time at all
)

// Span is a piece of a waterfall bar.
type Span struct {
	From, To time.Duration
	Kind     SpanKind
}

// row draws an entry; the caller holds l.mu.
func (l *Log) row(e *Entry, now time.Duration) Row {
	r := Row{Entry: *e}
	if e.Kind != Request && e.Kind != HTTPOnly {
		r.Spans = []Span{{e.At, e.At, Instant}}
		return r
	}
	r.Legs = 1
	r.Spans = append(r.Spans, own(e, now))
	last := e
	for _, n := range e.legs {
		leg := l.at(n)
		if leg == nil {
			continue
		}
		r.Legs++
		r.Spans = append(r.Spans, Span{last.end(now), leg.At, Person}, own(leg, now))
		last = leg
	}
	if last.Status == Waiting {
		r.Spans = append(r.Spans, Span{last.end(now), max(now, last.end(now)), Person})
	}
	r.Took = r.Spans[len(r.Spans)-1].To - e.At
	r.Status = last.Status
	if r.Legs > 1 {
		r.Note = last.Note
	}
	r.Spans = l.personal(e, r.Spans)
	return r
}

// own is the time of one request.
func own(e *Entry, now time.Duration) Span {
	kind := Server
	switch {
	case e.Status == Pending:
		kind = Open
	case e.Direction == mcp.Received:
		kind = Person // the server asked
	}
	return Span{e.At, e.end(now), kind}
}

// end is when a request had its answer, or now.
func (e *Entry) end(now time.Duration) time.Duration {
	if e.Status == Pending {
		return max(now, e.At)
	}
	return e.At + e.Latency
}

// maxPieces bounds the pieces of one bar.
const maxPieces = 64

// personal takes out of a call's bar the time in which the server waited for an
// answer to a request of its own.
func (l *Log) personal(e *Entry, spans []Span) []Span {
	if e.Direction != mcp.Sent {
		return spans
	}
	for _, n := range e.kids {
		c := l.at(n)
		if c == nil || c.Kind != Request || c.Direction != mcp.Received || c.Reply == 0 || len(spans) > maxPieces {
			continue
		}
		spans = cut(spans, Span{c.At, c.At + c.Latency, Person})
	}
	return spans
}

// cut lays a span over those of the server.
func cut(spans []Span, over Span) []Span {
	var out []Span
	for _, s := range spans {
		if s.Kind != Server && s.Kind != Open || over.To <= s.From || over.From >= s.To {
			out = append(out, s)
			continue
		}
		if over.From > s.From {
			out = append(out, Span{s.From, over.From, s.Kind})
		}
		out = append(out, Span{max(over.From, s.From), min(over.To, s.To), Person})
		if over.To < s.To {
			out = append(out, Span{over.To, s.To, s.Kind})
		}
	}
	return out
}

// Scale maps times to the cells of a waterfall.
type Scale struct{ From, To time.Duration }

// ScaleOf covers rows from the first beginning to the last end.
func ScaleOf(rows []Row) Scale {
	var s Scale
	for i, r := range rows {
		from, to := r.At, r.At
		if n := len(r.Spans); n > 0 {
			from, to = r.Spans[0].From, r.Spans[n-1].To
		}
		if i == 0 {
			s = Scale{from, to}
		}
		s.From, s.To = min(s.From, from), max(s.To, to)
	}
	return s
}

// Cells are the cells of a span on a width: the first and that after the last,
// at least one and all within the width. A width below one has none.
func (s Scale) Cells(span Span, width int) (first, end int) {
	if width < 1 {
		return 0, 0
	}
	whole := float64(max(s.To-s.From, 1))
	cell := func(t time.Duration) int {
		part := float64(min(max(t, s.From), s.To)-s.From) / whole
		return int(part * float64(width))
	}
	first = min(cell(span.From), width-1)
	return first, min(max(cell(span.To), first+1), width)
}
