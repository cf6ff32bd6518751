package checks

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

func errorsObjectChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "errors/object/members",
		Title:  "every error has a code and a message that is a string",
		Claims: claims{Handshake: ids{"base.error.code-and-message"}, Stateless: ids{"base.jsonrpc.error-object"}},
		Watch:  errorsMembers,
	}, {
		ID:     "errors/object/code-integer",
		Title:  "every error code is an integer",
		Claims: claims{Handshake: ids{"base.error.code-integer"}, Stateless: ids{"errors.code-integer", "base.jsonrpc.error-object"}},
		Watch:  errorsCodeInteger,
	}, {
		ID:     "errors/object/message-concise",
		Title:  "every error message is one short sentence",
		Claims: claims{Handshake: ids{"base.error.message-concise"}, Stateless: ids{"errors.message-concise"}},
		Watch:  errorsConcise,
		Fix:    "Put details into data, and stack traces into the server's own log.",
	}, {
		ID:     "errors/object/id",
		Title:  "an error about a request whose id could be read has that id",
		Claims: claims{Handshake: ids{"errors.id-less-only-if-unreadable"}, Stateless: ids{"base.jsonrpc.error-id-echo"}},
		Watch:  errorsHaveID,
	}}
}

// noErrors is why the checks of errors saw nothing.
const noErrors = "the server sent no error"

func errorsMembers(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range errorsOf(t) {
		j.Met(m)
		e := m.Get("error")
		if !e.Is(mcp.Object) {
			if !m.Has("result") { // a result beside an error that is null is base/response/not-both
				j.Faultf(m, "/error", "an error must be an object, not %s", theKind(e.Kind()))
			}
			continue
		}
		if !e.Has("code") {
			j.Faultf(m, "/error", "an error has no code: %.80s", e)
		}
		if v := e.Get("message"); !v.Is(mcp.String) {
			j.Faultf(m, "/error/message", "the message of an error must be a string, not %s", theKind(v.Kind()))
		}
	}
	return j.Err(noErrors)
}

func errorsCodeInteger(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range errorsOf(t) {
		code := m.Get("error", "code")
		if !code.Exists() {
			continue
		}
		j.Met(m)
		if !code.Whole() {
			j.Faultf(m, "/error/code", "the code of an error is %.60s, which is no integer", code)
		}
	}
	return j.Err(noErrors)
}

// What one short sentence may have in characters: the specification gives no
// number, so it is one that nobody would call concise, and without words that
// are so long that they can only repeat what was sent.
const (
	conciseLength = 1000
	longestWord   = 60
)

func errorsConcise(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range errorsOf(t) {
		v := m.Get("error", "message")
		if !v.Is(mcp.String) {
			continue
		}
		j.Met(m)
		text := strings.TrimSpace(v.Text())
		switch length := ownLength(text); {
		case text == "":
			j.Faultf(m, "/error/message", "the message of an error is empty")
		case strings.ContainsAny(text, "\n\r"):
			j.Faultf(m, "/error/message", "the message of an error has several lines: %.80q", text)
		case length > conciseLength:
			j.Faultf(m, "/error/message", "the message of an error has %d characters: %.80q", length, text)
		}
	}
	return j.Err(noErrors)
}

// ownLength is how many characters a text has without such long words.
func ownLength(text string) int {
	length := utf8.RuneCountInString(text)
	for word := range strings.FieldsSeq(text) {
		if n := utf8.RuneCountInString(word); n > longestWord {
			length -= n
		}
	}
	return length
}

func errorsHaveID(t *conformance.Traffic) error {
	j := t.Judge()
	orderly := map[*mcp.Log]bool{}
	for _, c := range t.Connections {
		orderly[c.Log] = !c.Bare && wellFormed(c)
	}
	for m := range errorsOf(t) {
		// On a shared channel an error without id may be about anything
		// that was sent, so all of it must have been readable.
		readable := orderly[m.Connection.Log]
		if t.Transport == mcp.HTTP {
			readable = m.Exchange != nil && !m.Connection.Bare && aboutRequest(m.Exchange, m.RPCError())
		}
		if !readable {
			continue
		}
		j.Met(m)
		if nobody(m.ID()) {
			j.Faultf(m, "/id", "the error %d about a well-formed request has the id %s", m.RPCError().Code, m.ID())
		}
	}
	return j.Err("the server sent no error about a request that it could read")
}

// wellFormed reports whether all that was sent on a connection were messages
// made as they should be.
func wellFormed(c conformance.Connection) bool {
	for _, x := range c.Exchanges() {
		answer := x.Request.Notification // an answer to the server's own request
		if x.Request.Raw != nil && !answer {
			return false
		}
	}
	return true
}

// aboutRequest reports whether an error in an HTTP answer is about the request
// and not about how it was sent: that may be refused before it is read.
func aboutRequest(x *mcp.Exchange, e *mcp.RPCError) bool {
	ordinary := x.Asked.Exists() && x.Method == http.MethodPost && x.Request.Raw == nil && len(x.Request.Header) == 0
	unknown := x.Status == http.StatusNotFound && e.Code == mcp.CodeMethodNotFound
	return ordinary && (x.Status < 300 || x.Status == http.StatusBadRequest || unknown)
}
