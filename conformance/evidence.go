package conformance

import (
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/mcp"
)

// Bounds on what one finding carries.
const (
	maxEvidence     = 12
	maxEvidenceText = 4 << 10
)

// Evidence is one thing that crossed the wire, as it stands in a report. Its
// text is the server's and unsafe for a terminal.
type Evidence struct {
	Direction string      `json:"direction"` // "sent" or "received"
	Channel   string      `json:"channel"`
	Millis    float64     `json:"atMs"`
	Start     string      `json:"start,omitempty"` // HTTP request line or status
	Header    http.Header `json:"header,omitempty"`
	Text      string      `json:"text,omitempty"`
	// Size is the length in bytes; Text may be shorter.
	Size int `json:"size"`
}

// scribe writes what judges were shown into what a report carries. The same
// list answers are behind many findings, which share what is written of them.
// A scribe belongs to one goroutine.
type scribe struct {
	redact *redact.Redactor
	texts  map[*byte]string // by where a frame's data lies
	heads  map[*mcp.Exchange]heads
}

// heads are the headers of an exchange.
type heads struct{ sent, received http.Header }

func newScribe(r *redact.Redactor) *scribe {
	return &scribe{r, map[*byte]string{}, map[*mcp.Exchange]heads{}}
}

func (w *scribe) evidence(all []shown) []Evidence {
	var out []Evidence
	for _, s := range all {
		out = append(out, w.one(s)...)
		if len(out) >= maxEvidence {
			return out[:maxEvidence]
		}
	}
	return out
}

func (w *scribe) one(s shown) []Evidence {
	var out []Evidence
	r := w.redact
	x := s.exchange
	if x == nil {
		for _, f := range s.frames {
			out = append(out, w.frame(f))
		}
		return out
	}
	headers := w.headers(x)
	sent, answered := false, false
	for _, f := range s.chosen() {
		e := w.frame(f)
		switch {
		case f.Direction == mcp.Sent && !sent:
			sent = true
			if x.URL != "" {
				e.Start, e.Header = x.Method+" "+r.String(x.URL), headers.sent
			}
		case f.Direction == mcp.Received && !answered:
			answered = true
			if x.Status != 0 {
				e.Start, e.Header = status(x.Status), headers.received
			}
		}
		out = append(out, e)
	}
	if !answered && x.Status != 0 {
		out = append(out, Evidence{Direction: "received", Channel: "body", Start: status(x.Status), Header: headers.received})
	}
	if !answered && x.Status == 0 && x.Err() != nil {
		out = append(out, Evidence{Direction: "received", Channel: "none", Text: r.String(x.Err().Error())})
	}
	return out
}

// headers are what an exchange carried over HTTP, nil on stdio. They do not
// change once an answer has begun, and one that has not is over.
func (w *scribe) headers(x *mcp.Exchange) heads {
	h, known := w.heads[x]
	if !known && x.URL != "" {
		h = heads{w.redact.Header(x.SentHeader), w.redact.Header(x.Header)}
		w.heads[x] = h
	}
	return h
}

// chosen are the frames to show of an exchange: what was sent, the frame that
// the verdict is about, or the first and last that came back.
func (s shown) chosen() []mcp.Frame {
	frames := s.exchange.Frames()
	if len(s.frames) > 0 {
		var out []mcp.Frame
		for _, f := range frames {
			if f.Direction == mcp.Sent {
				out = append(out, f)
				break
			}
		}
		return append(out, s.frames...)
	}
	if len(frames) > 4 {
		return append(frames[:2:2], frames[len(frames)-2:]...)
	}
	return frames
}

func status(code int) string { return fmt.Sprintf("%d %s", code, http.StatusText(code)) }

func (w *scribe) frame(f mcp.Frame) Evidence {
	e := Evidence{Direction: "received", Channel: string(f.Channel), Millis: float64(f.At.Microseconds()) / 1000, Size: f.Size}
	if f.Direction == mcp.Sent {
		e.Direction = "sent"
	}
	e.Text = w.text(f.Data)
	return e
}

func (w *scribe) text(data []byte) string {
	if len(data) == 0 {
		return ""
	}
	text, known := w.texts[&data[0]]
	if !known {
		text = clip(w.redact.Bytes(data))
		w.texts[&data[0]] = text
	}
	return text
}

// clip bounds text and makes it valid UTF-8, which JSON and XML ask for. Only
// what is kept is copied.
func clip(text []byte) string {
	if len(text) <= maxEvidenceText {
		return strings.ToValidUTF8(string(text), "\uFFFD")
	}
	cut := maxEvidenceText
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return fmt.Sprintf("%s… (%d bytes more)", strings.ToValidUTF8(string(text[:cut]), "\uFFFD"), len(text)-cut)
}
