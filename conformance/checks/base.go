package checks

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// base is the suite about the base protocol: messages, ids, _meta and, from
// 2026-07-28, that every request stands alone.
func base() conformance.Suite {
	return conformance.Suite{ID: "base", Title: "Base protocol", Checks: slices.Concat(
		baseMessageChecks(),
		baseIDChecks(),
		baseNotificationChecks(),
		baseResultChecks(),
		baseStatelessChecks(),
		baseRequiredMetaChecks(),
		baseClientChecks(),
		baseMetaKeyChecks(),
		baseCapabilityChecks(),
		baseExtensionChecks(),
	)}
}

func baseMessageChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "base/layers/served",
		Title:  "the handshake completes and the session then answers",
		Claims: claims{Handshake: ids{"base.layers.base-and-lifecycle"}},
		Reach:  conformance.Observe,
		Run:    baseLayers,
	}, {
		ID:     "base/message/version",
		Title:  `every message is an object with jsonrpc "2.0"`,
		Claims: claims{Handshake: ids{"base.jsonrpc.version-field"}, Stateless: ids{"base.jsonrpc.version-field"}},
		Watch:  baseVersionField,
		Fix:    `Write "jsonrpc": "2.0" into every request, notification and response.`,
	}, {
		ID:     "base/message/utf8",
		Title:  "messages are UTF-8, without a byte order mark",
		Claims: claims{Handshake: ids{"base.jsonrpc.utf8"}, Stateless: ids{"base.messages.utf8"}},
		Watch:  baseUTF8,
		Fix:    "Set the encoding of standard output or of the response body to UTF-8 without a byte order mark.",
	}, {
		ID:     "base/response/outcome",
		Title:  "every response has a result or an error",
		Claims: claims{Handshake: ids{"base.response.result-or-error-set"}, Stateless: ids{"base.jsonrpc.response-shape"}},
		Watch:  baseOutcome,
	}, {
		ID:     "base/response/not-both",
		Title:  "no response has both a result and an error",
		Claims: claims{Handshake: ids{"base.response.not-both"}, Stateless: ids{"base.jsonrpc.response-shape"}},
		Watch:  baseNotBoth,
		Fix:    "Leave the member that does not apply out; do not write it as null.",
	}, {
		ID:     "base/response/result-object",
		Title:  "every result is an object",
		Claims: claims{Handshake: ids{"base.response.result-is-object"}, Stateless: ids{"base.jsonrpc.response-shape"}},
		Watch:  baseResultObject,
		Fix:    "Answer with {} where there is nothing to say.",
	}}
}

func baseLayers(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	j.Saw(s.Opening())
	x, err := p.Ask(ctx, "ping", nil)
	if err != nil {
		return err
	}
	j.Saw(x)
	if !x.Result().Exists() {
		j.Failf(x, "after the handshake ping got no result: %s", outcome(x))
	}
	return j.Err("")
}

func baseVersionField(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range envelopes(t) {
		if t.Transport == mcp.HTTP && m.Frame.Channel == mcp.ChannelEvent && m.MessageKind() == mcp.Malformed && !m.Has("id") {
			continue // streamable/stream/messages and stateless/answer/events judge what is no message at all
		}
		j.Met(m)
		switch v := m.Get("jsonrpc"); {
		case !m.Is(mcp.Object):
			j.Faultf(m, "", "a message must be an object, not %s", theKind(m.Kind()))
		case v.Text() != "2.0":
			j.Faultf(m, "/jsonrpc", `jsonrpc is %.40s, not "2.0"`, v)
		}
	}
	return j.Err("the server sent nothing")
}

// byteOrderMark is U+FEFF in UTF-8, with which a JSON text must not begin
// (RFC 8259, section 8.1).
const byteOrderMark = "\xef\xbb\xbf"

func baseUTF8(t *conformance.Traffic) error {
	j := t.Judge()
	for c, f := range t.Frames() {
		text := bytes.TrimPrefix(f.Data, []byte(byteOrderMark))
		m := conformance.Seen{Frame: f, Connection: c, Exchange: exchangeOf(c, f)}
		if f.Cut() || !strings.ContainsAny(string(text[:min(1, len(text))]), "{[") {
			continue // not meant as a message
		}
		m.Message, _ = f.Message() // what is no JSON is judged as text all the same
		if len(text) < len(f.Data) {
			m.Message, _ = mcp.ParseMessage(bytes.Clone(text))
		}
		if !isEnvelope(t.Transport, m) {
			continue
		}
		j.Met(m)
		switch {
		case !utf8.Valid(text):
			j.Faultf(m, "", "a message is not UTF-8: %.80q", badUTF8(text))
		case len(text) < len(f.Data):
			j.Faultf(m, "", "a message begins with a byte order mark, which JSON must not")
		}
	}
	return j.Err("the server sent no message")
}

// exchangeOf is the exchange that a frame belongs to, nil when there is none.
func exchangeOf(c conformance.Connection, f mcp.Frame) *mcp.Exchange {
	if all := c.Exchanges(); f.Exchange >= 0 && f.Exchange < len(all) {
		return all[f.Exchange]
	}
	return nil
}

// badUTF8 is the text around the first byte that is not UTF-8.
func badUTF8(text []byte) []byte {
	at := 0
	for at < len(text) {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return text[max(0, at-20):min(len(text), at+20)]
}

func baseOutcome(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range responsesOf(t) {
		j.Met(m)
		if !m.Has("result") && !m.Has("error") {
			j.Faultf(m, "", "a response has neither result nor error: %.80s", m.Value)
		}
	}
	return j.Err("the server sent no response")
}

func baseNotBoth(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range responsesOf(t) {
		j.Met(m)
		if m.Has("result") && m.Has("error") {
			j.Faultf(m, "", "a response has a result (%.40s) and an error (%.40s)", m.Get("result"), m.Get("error"))
		}
	}
	return j.Err("the server sent no response")
}

func baseResultObject(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range responsesOf(t) {
		if !m.Has("result") || m.Has("error") {
			continue
		}
		j.Met(m)
		if r := m.Result(); !r.Is(mcp.Object) {
			j.Faultf(m, "/result", "a result must be an object, not %s: %.60s", theKind(r.Kind()), r)
		}
	}
	return j.Err("the server sent no result")
}
