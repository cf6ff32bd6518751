package checks

import (
	"crypto/sha256"
	"slices"
	"strconv"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

// wire is the suite about the schema of the messages, and about the schemas
// and icons that travel in them.
func wire() conformance.Suite {
	return conformance.Suite{ID: "wire", Title: "Wire schema", Checks: slices.Concat([]conformance.Check{{
		ID:    "wire/messages/valid",
		Title: "every message fits the schema of its revision",
		Claims: claims{
			Handshake: ids{
				"schema.results-validate", "schema.notifications-validate", "schema.requests-validate", "schema.errors-validate",
				"schema.meta-is-object", "schema.no-null-optionals", "schema.role-enum", "schema.title-strings",
			},
			Stateless: ids{"schema.messages.valid"},
		},
		General: true,
		Watch:   wireMessages,
		Fix:     "Leave optional members out rather than writing null, and send only what the revision agreed on defines.",
	}}, wireIconChecks(), wireSchemaChecks())}
}

// wireMessages judges every message on connections that were opened as a
// client should. What a particular check found at the same place is shown
// there alone.
func wireMessages(t *conformance.Traffic) error {
	set, err := schema.For(t.Revision)
	if err != nil {
		return err
	}
	w := &wireJudge{j: t.Judge(), t: t, set: set, known: map[wireText][]schema.Problem{}, told: map[string]bool{}}
	for m := range t.Received() {
		if m.Is(mcp.Object) && isEnvelope(t.Transport, m) {
			w.message(m)
		}
	}
	return w.j.Err("the server sent no message")
}

// wireJudge judges messages by the schema of one revision. Messages of the
// same text are judged once, and what is wrong in the same way at the same
// place is told once.
type wireJudge struct {
	j     *conformance.Judge
	t     *conformance.Traffic
	set   *schema.Set
	known map[wireText][]schema.Problem
	told  map[string]bool
}

// wireText stands for a text and the definition that it is judged by.
type wireText struct {
	definition string
	sum        [sha256.Size]byte
}

func (w *wireJudge) message(m conformance.Seen) {
	switch {
	case m.MessageKind() == mcp.RequestMessage:
		w.request(m)
	case m.MessageKind() == mcp.NotificationMessage:
		w.notification(m)
	case m.Has("error"):
		w.failure(m)
	case m.Has("result"):
		w.result(m)
	}
}

// result judges a result by the method that it answers. What answers no
// request of the revision is judged by no definition of it: garbage sent on
// purpose, and what a server of both eras says in its other voice.
func (w *wireJudge) result(m conformance.Seen) {
	x := m.Exchange
	if x == nil || x.Request.Raw != nil || !m.Result().Is(mcp.Object) {
		return // see base/response/result-object
	}
	if w.t.Revision.Era() == mcp.Stateless && mcp.Revision(sentMeta(x).Get(mcp.MetaVersion).Text()) != w.t.Revision {
		return
	}
	method := x.Request.Method
	definition, ok := w.set.Answer(method, m.Result().Raw())
	if !ok {
		return
	}
	w.tell(m, "the result of "+method, "/result", definition, m.Result())
}

// request judges a request of the server's own. In 2026-07-28 it must not send
// any, which is judged elsewhere.
func (w *wireJudge) request(m conformance.Seen) {
	if w.t.Revision.Era() == mcp.Stateless || strings.HasPrefix(m.Method(), "notifications/") {
		return // see base/notification/no-id
	}
	definition, ok := w.set.Request(m.Method())
	switch {
	case ok && !wireClientOnly(m.Method()):
		w.tell(m, "the request "+m.Method(), "", definition, m.Value)
	case !w.extended():
		w.unknown(m, "request")
	}
}

func (w *wireJudge) notification(m conformance.Seen) {
	definition, ok := w.set.Notification(m.Method())
	switch {
	case ok && !wireClientOnly(m.Method()):
		w.tell(m, "the notification "+m.Method(), "", definition, m.Value)
	case w.t.Revision.Era() == mcp.Handshake && !w.extended():
		w.unknown(m, "notification")
	}
}

// wireClientOnly names what the schema defines for clients alone to send.
func wireClientOnly(method string) bool {
	switch method {
	case "ping", "roots/list", "sampling/createMessage", "elicitation/create":
		return false
	case "notifications/initialized", "notifications/roots/list_changed":
		return true
	}
	return !strings.HasPrefix(method, "notifications/") && !strings.HasPrefix(method, "tasks/")
}

// extended reports whether the server declares that it does more than the
// specification says, and so may send methods of its own.
func (w *wireJudge) extended() bool {
	return w.t.Facts.Capability("experimental").Len() > 0 || w.t.Facts.Capability("extensions").Len() > 0
}

func (w *wireJudge) unknown(m conformance.Seen, what string) {
	w.j.Met(m)
	if key := what + m.Method(); !w.told[key] {
		w.told[key] = true
		w.j.Faultf(m, "/method", "a server of %s does not send the %s %.80q", w.t.Revision, what, m.Method())
	}
}

// failure judges an error response. Of its id only the type is judged: JSON-RPC
// wants null where the id cannot be read, the schemas want it absent or, up to
// 2025-06-18, there, and the transports let errors beside an HTTP status go
// without.
func (w *wireJudge) failure(m conformance.Seen) {
	x := m.Exchange
	loose := nobody(m.ID()) && (x == nil || x.Status >= 400 || x.Request.Raw != nil || m.ID().Is(mcp.Null))
	w.tellBut(m, "an error response", "", w.set.ErrorDef(), m.Value, func(p schema.Problem) bool {
		return loose && p.Pointer+wireLacking(p) == "/id"
	})
}

func (w *wireJudge) tell(m conformance.Seen, what, at, definition string, v mcp.Value) {
	w.tellBut(m, what, at, definition, v, func(schema.Problem) bool { return false })
}

// tellBut judges a value of a message by a definition and tells what is wrong
// with it, but for what is let pass. Narrow problems always are: there the
// published schema file says less than the TypeScript that it comes from.
func (w *wireJudge) tellBut(m conformance.Seen, what, at, definition string, v mcp.Value, pass func(schema.Problem) bool) {
	w.j.Met(m)
	for _, p := range w.problems(definition, v) {
		key := what + wirePattern(p.Pointer) + p.Message
		if p.Narrow || pass(p) || w.told[key] {
			continue
		}
		w.told[key] = true
		w.j.Faultf(m, at+p.Pointer+wireLacking(p), "%s is no %s: %s", what, definition, p.Message)
	}
}

func (w *wireJudge) problems(definition string, v mcp.Value) []schema.Problem {
	key := wireText{definition, sha256.Sum256(v.Raw())}
	problems, known := w.known[key]
	if !known {
		problems = w.set.Validate(definition, v.Raw())
		w.known[key] = problems
	}
	return problems
}

// wireLacking points at the member that a value lacks, as particular checks do.
func wireLacking(p schema.Problem) string {
	name, ok := strings.CutPrefix(p.Message, "lacks the member ")
	if unquoted, err := strconv.Unquote(name); ok && err == nil {
		return "/" + mcp.EscapePointer(unquoted)
	}
	return ""
}

// wirePattern is a JSON Pointer with a star for every index, so that what is
// wrong with each entry of a list is told once.
func wirePattern(pointer string) string {
	all := strings.Split(pointer, "/")
	for i, token := range all {
		if isIndex(token) {
			all[i] = "*"
		}
	}
	return strings.Join(all, "/")
}

func isIndex(token string) bool {
	return token != "" && strings.Trim(token, "0123456789") == ""
}
