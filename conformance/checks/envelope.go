package checks

import (
	"iter"
	"net/http"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// envelopes are all messages that the server sent, on all connections. A JSON
// body that need not be a message is left out: that of a failed HTTP answer,
// of the answer to anything but a request, and on HTTP+SSE of any POST.
func envelopes(t *conformance.Traffic) iter.Seq[conformance.Seen] {
	return func(yield func(conformance.Seen) bool) {
		for m := range t.Everything() {
			if isEnvelope(t.Transport, m) && !yield(m) {
				return
			}
		}
	}
}

func isEnvelope(kind mcp.TransportKind, m conformance.Seen) bool {
	x := m.Exchange
	if m.Frame.Channel != mcp.ChannelBody || m.Has("jsonrpc") || x == nil {
		return true
	}
	fine := x.Status >= 200 && x.Status <= 299
	return kind == mcp.HTTP && fine && x.Method == http.MethodPost && !x.Request.Notification
}

// isResponse reports whether a message can be nothing but a response, be it
// well made or not.
func isResponse(m mcp.Message) bool {
	return m.Is(mcp.Object) && !m.Has("method") && (m.Has("id") || m.Has("result") || m.Has("error"))
}

// responsesOf are the responses among all messages that the server sent.
func responsesOf(t *conformance.Traffic) iter.Seq[conformance.Seen] {
	return func(yield func(conformance.Seen) bool) {
		for m := range envelopes(t) {
			if isResponse(m.Message) && !yield(m) {
				return
			}
		}
	}
}

// errorsOf are the error responses among all messages that the server sent.
func errorsOf(t *conformance.Traffic) iter.Seq[conformance.Seen] {
	return func(yield func(conformance.Seen) bool) {
		for m := range responsesOf(t) {
			if m.Has("error") && !yield(m) {
				return
			}
		}
	}
}

// nobody reports whether an id names no request.
func nobody(id mcp.Value) bool { return !id.Exists() || id.Is(mcp.Null) }

// sameID reports whether two ids are the same, however a number is spelt.
func sameID(a, b mcp.Value) bool {
	x, isNumber := a.Float()
	y, alsoNumber := b.Float()
	return mcp.Equal(a, b) || isNumber && alsoNumber && x == y
}

// sentMeta is the _meta that went out with an exchange.
func sentMeta(x *mcp.Exchange) mcp.Value {
	m, err := x.SentMessage()
	if err != nil {
		return mcp.Value{}
	}
	return m.Params().Get("_meta")
}

// pulse is the method that every server of a revision's era must serve.
func pulse(r mcp.Revision) string {
	if r.Era() == mcp.Stateless {
		return "server/discover"
	}
	return "ping"
}

// listed are the methods of the lists that the server declares.
func listed(p *conformance.Probe) []string {
	var all []string
	for _, what := range []string{"tools", "resources", "prompts"} {
		if p.Missing(what) == "" {
			all = append(all, what+"/list")
		}
	}
	return all
}

// pulseAndList are the method that every server serves and a list, if it
// declares one.
func pulseAndList(p *conformance.Probe) []string {
	lists := listed(p)
	return append([]string{pulse(p.Revision)}, lists[:min(1, len(lists))]...)
}
