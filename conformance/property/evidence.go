package property

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/mcp"
)

// Bounds on what one finding carries.
const (
	maxEvidence = 12
	maxText     = 4 << 10 // of one message, in bytes
	maxShown    = 200     // of arguments within a sentence, in bytes
)

// evidence is what crossed the wire, as a report carries it. Exchanges keep what
// was sent and answered, however little a long session's log still has.
func evidence(exchanges []*mcp.Exchange, r *redact.Redactor) []conformance.Evidence {
	var all []conformance.Evidence
	for _, x := range exchanges {
		if x == nil || len(all)+2 > maxEvidence {
			continue
		}
		channel, answered := "stdin", "stdout"
		if x.URL != "" {
			channel, answered = "body", "body"
		}
		sent := conformance.Evidence{Direction: "sent", Channel: channel, Millis: millis(x.Started.Microseconds()),
			Text: clip(string(r.Bytes(x.Sent)), maxText), Size: len(x.Sent)}
		if x.URL != "" {
			sent.Start, sent.Header = x.Method+" "+r.String(x.URL), r.Header(x.SentHeader)
		}
		all = append(all, sent, received(x, answered, r))
	}
	return all
}

func received(x *mcp.Exchange, channel string, r *redact.Redactor) conformance.Evidence {
	e := conformance.Evidence{Direction: "received", Channel: channel, Millis: millis((x.Started + x.Took()).Microseconds())}
	if x.Status != 0 {
		e.Start, e.Header = fmt.Sprintf("%d %s", x.Status, http.StatusText(x.Status)), r.Header(x.Header)
	}
	switch m := x.Reply(); {
	case m != nil:
		e.Text, e.Size = clip(string(r.Bytes(m.Raw())), maxText), len(m.Raw())
	case len(x.Received()) > 0:
		got := x.Received()[0].Raw()
		e.Text, e.Size = clip(string(r.Bytes(got)), maxText), len(got)
	case x.Err() != nil:
		e.Channel, e.Text = "none", r.String(x.Err().Error())
	}
	return e
}

func millis(micros int64) float64 { return float64(micros) / 1000 }

// clip bounds text and makes it valid UTF-8.
func clip(text string, most int) string {
	if len(text) <= most {
		return strings.ToValidUTF8(text, "\uFFFD")
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return strings.ToValidUTF8(text[:cut], "\uFFFD") + "…"
}

// show writes arguments into a sentence.
func show(arguments any) string {
	text, err := json.Marshal(arguments)
	if err != nil {
		return "…" // what was drawn can be written
	}
	return clip(string(text), maxShown)
}
