package cases

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// Bounds on what one finding carries.
const (
	maxEvidence     = 12
	maxEvidenceText = 4 << 10
)

// evidence is what crossed in the step under way.
func (l *live) evidence() []conformance.Evidence {
	frames, _ := l.wire.since(0)
	begun := map[*mcp.Exchange]bool{}
	var all []conformance.Evidence
	for _, f := range frames {
		start := l.start(f, begun)
		if f.Channel == mcp.ChannelHTTP && f.exchange.Status < http.StatusBadRequest {
			delete(begun, f.exchange) // the body that follows tells it
			continue
		}
		if len(all) == maxEvidence {
			break
		}
		e := conformance.Evidence{Direction: "received", Channel: string(f.Channel), Millis: float64(f.At.Microseconds()) / 1000,
			Start: start, Size: f.Size, Text: l.clip(f.Data)}
		if f.Direction == mcp.Sent {
			e.Direction = "sent"
		}
		all = append(all, e)
	}
	return all
}

// start is the HTTP request line or status of a frame that has one.
func (l *live) start(f crossed, begun map[*mcp.Exchange]bool) string {
	x := f.exchange
	switch {
	case x == nil || x.URL == "":
		return ""
	case f.Direction == mcp.Sent:
		return x.Method + " " + l.plan.options.Redact.String(x.URL)
	case begun[x] || x.Status == 0:
		return ""
	}
	begun[x] = true
	return fmt.Sprintf("%d %s", x.Status, http.StatusText(x.Status))
}

func (l *live) clip(data []byte) string {
	text := strings.ToValidUTF8(string(l.plan.options.Redact.Bytes(data)), "\uFFFD")
	if len(text) <= maxEvidenceText {
		return text
	}
	return fmt.Sprintf("%s… (%d bytes more)", strings.ToValidUTF8(text[:maxEvidenceText], ""), len(text)-maxEvidenceText)
}
