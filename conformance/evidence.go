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

// evidence turns what a judge was shown into what a report carries.
func evidence(all []shown, r *redact.Redactor) []Evidence {
	var out []Evidence
	for _, s := range all {
		out = append(out, s.evidence(r)...)
		if len(out) >= maxEvidence {
			return out[:maxEvidence]
		}
	}
	return out
}

func (s shown) evidence(r *redact.Redactor) []Evidence {
	var out []Evidence
	x := s.exchange
	if x == nil {
		for _, f := range s.frames {
			out = append(out, frameEvidence(f, r))
		}
		return out
	}
	sent, answered := false, false
	for _, f := range s.chosen() {
		e := frameEvidence(f, r)
		switch {
		case f.Direction == mcp.Sent && !sent:
			sent = true
			if x.URL != "" {
				e.Start, e.Header = x.Method+" "+r.String(x.URL), r.Header(x.SentHeader)
			}
		case f.Direction == mcp.Received && !answered:
			answered = true
			if x.Status != 0 {
				e.Start, e.Header = status(x.Status), r.Header(x.Header)
			}
		}
		out = append(out, e)
	}
	if !answered && x.Status != 0 {
		out = append(out, Evidence{Direction: "received", Channel: "body", Start: status(x.Status), Header: r.Header(x.Header)})
	}
	if !answered && x.Status == 0 && x.Err() != nil {
		out = append(out, Evidence{Direction: "received", Channel: "none", Text: r.String(x.Err().Error())})
	}
	return out
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

func frameEvidence(f mcp.Frame, r *redact.Redactor) Evidence {
	e := Evidence{Direction: "received", Channel: string(f.Channel), Millis: float64(f.At.Microseconds()) / 1000, Size: f.Size}
	if f.Direction == mcp.Sent {
		e.Direction = "sent"
	}
	e.Text = clip(r.String(string(f.Data)))
	return e
}

// clip bounds text and makes it valid UTF-8, which JSON and XML ask for.
func clip(s string) string {
	if len(s) > maxEvidenceText {
		cut := maxEvidenceText
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = fmt.Sprintf("%s… (%d bytes more)", s[:cut], len(s)-cut)
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
