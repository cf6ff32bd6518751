package property

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// breach is a rule that a trial shows broken.
type breach struct {
	rule    string
	message string // what was seen, as a predicate: "is answered with success, though …"
}

// verdicts are what the rules say to one trial.
type verdicts struct {
	judged   []string // rules that it put to the test, the broken ones included
	breaches []breach
}

func (v *verdicts) keep(rule string) { v.judged = append(v.judged, rule) }

func (v *verdicts) breakf(rule, format string, args ...any) {
	v.breaches = append(v.breaches, breach{rule, fmt.Sprintf(format, args...)})
}

func (v verdicts) of(rule string) (breach, bool) {
	for _, b := range v.breaches {
		if b.rule == rule {
			return b, true
		}
	}
	return breach{}, false
}

// broken reports whether the session is of no further use.
func (v verdicts) broken() bool {
	for _, b := range v.breaches {
		switch b.rule {
		case toolAlive, toolAnswers, toolID, toolNext:
			return true
		}
	}
	return false
}

// judge says what the rules make of a trial.
func (s *subject) judge(t trial) verdicts {
	var v verdicts
	if !v.answered(t.first, "") {
		return v
	}
	s.judgeError(&v, t.first)
	if t.valid() {
		s.judgeValid(&v, t)
	} else {
		s.judgeInvalid(&v, t)
	}
	if t.looked {
		v.keep(toolReadOnly)
		if len(t.changed) > 0 {
			v.breakf(toolReadOnly, "changes %s, though the tool says readOnlyHint", strings.Join(t.changed, ", "))
		}
	}
	return v
}

// answered judges whether and how an answer came. Where none did, nothing else
// can be judged.
func (v *verdicts) answered(x *mcp.Exchange, again string) bool {
	v.judged = append(v.judged, toolAlive, toolAnswers, toolID, toolErrorKind)
	var status *mcp.StatusError
	var authorize *mcp.AuthorizeError
	err := x.Err()
	switch {
	case x.Reply() != nil:
		return true
	case errors.Is(err, context.Canceled), errors.As(err, &authorize), errors.As(err, &status) && ours(status.Code):
		v.judged = nil // the tester's own trouble
	case status != nil:
		v.breakf(toolErrorKind, "%sis answered with HTTP status %d and no JSON-RPC response", again, status.Code)
	case foreign(x):
		v.breakf(toolID, "%sis answered under the id %.40s instead of %.40s", again, foreignID(x), x.Asked)
	case errors.Is(err, mcp.ErrTimeout):
		v.breakf(toolAnswers, "%sis not answered within %s", again, x.Took().Round(1e8))
	case errors.Is(err, mcp.ErrNoReply):
		v.breakf(toolAnswers, "%sis answered by a stream that ends without a response", again)
	case errors.Is(err, mcp.ErrTooLong):
		v.breakf(toolAnswers, "%sis answered with more than is read: %v", again, err)
	default:
		v.breakf(toolAlive, "%sends the connection: %v", again, err)
	}
	return false
}

// ours reports whether a status is about the client: its credentials or haste.
func ours(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
		return true
	}
	return false
}

// foreign reports whether a response under another id came in the place of the
// one awaited.
func foreign(x *mcp.Exchange) bool { return foreignID(x).Exists() }

func foreignID(x *mcp.Exchange) mcp.Value {
	for _, m := range x.Received() {
		if m.MessageKind() == mcp.ResponseMessage && !mcp.Equal(m.ID(), x.Asked) {
			return m.ID()
		}
	}
	if x.URL != "" {
		return mcp.Value{}
	}
	for _, f := range x.Log().Frames() { // on stdio it belongs to no exchange
		if f.Direction != mcp.Received || f.Exchange >= 0 || f.At < x.Started {
			continue
		}
		for _, m := range f.Messages() {
			if m.MessageKind() == mcp.ResponseMessage && m.ID().Exists() && !asked(x.Log(), m.ID()) {
				return m.ID()
			}
		}
	}
	return mcp.Value{}
}

// asked reports whether an id is that of a request: a late answer is no wrong one.
func asked(l *mcp.Log, id mcp.Value) bool {
	for _, x := range l.Exchanges() {
		if mcp.Equal(x.Asked, id) {
			return true
		}
	}
	return false
}

// judgeError judges what an error shows.
func (s *subject) judgeError(v *verdicts, x *mcp.Exchange) {
	text := errorText(x)
	if text == "" {
		return
	}
	v.judged = append(v.judged, toolTrace, toolPath)
	if trace := s.leaks.traceIn(text); trace != "" {
		v.breakf(toolTrace, "is answered with an error that shows a stack trace: %.120q", trace)
	}
	if path := s.leaks.pathIn(text, x.Sent); path != "" {
		v.breakf(toolPath, "is answered with an error that shows the path %.120q", path)
	}
}

func (s *subject) judgeValid(v *verdicts, t trial) {
	v.judged = append(v.judged, toolAccepts, toolOpenly)
	result := t.first.Result()
	if e := t.first.RPCError(); e != nil {
		switch e.Code {
		case mcp.CodeInvalidParams, mcp.CodeMethodNotFound:
			v.breakf(toolAccepts, "is refused with %d (%.120q), though the inputSchema admits it", e.Code, e.Message)
		case mcp.CodeInternalError:
			v.breakf(toolOpenly, "is answered with the internal error %.120q instead of a result with isError", e.Message)
		}
		return
	}
	if result.Get("isError").True() || result.Get("resultType").Text() == "input_required" {
		return
	}
	if readsLikeFailure(result) {
		v.breakf(toolOpenly, "is answered without isError by %.120q", strings.TrimSpace(contentText(result)))
	}
	s.judgeOutput(v, result)
	s.judgeRepeat(v, t)
}

// judgeOutput holds a result to the outputSchema (server/tools#output-schema).
func (s *subject) judgeOutput(v *verdicts, result mcp.Value) {
	if s.output == nil {
		return
	}
	structured := result.Get("structuredContent")
	if !structured.Exists() {
		v.keep(toolResult)
		v.breakf(toolResult, "gives a result without structuredContent, though the tool has an outputSchema")
		return
	}
	problems, err := s.output.Validate(structured.Raw())
	if err != nil {
		return
	}
	v.keep(toolResult)
	if len(problems) > 0 {
		v.breakf(toolResult, "gives structuredContent that the outputSchema refuses: %s", problems[0])
	}
}

func (s *subject) judgeRepeat(v *verdicts, t trial) {
	if t.second == nil || !v.answered(t.second, "made twice ") {
		return
	}
	v.keep(toolRepeats)
	one, two := t.first.Result().Get("structuredContent"), t.second.Result().Get("structuredContent")
	switch {
	case t.second.RPCError() != nil || t.second.Result().Get("isError").True():
		v.breakf(toolRepeats, "fails when it is repeated, though the tool says idempotentHint")
	case one.Exists() && !mcp.Equal(one, two):
		v.breakf(toolRepeats, "gives %.60s and, repeated, %.60s, though the tool says idempotentHint", one, two)
	}
}

func (s *subject) judgeInvalid(v *verdicts, t trial) {
	refuses := toolRefuses
	if t.extra() {
		refuses = toolExtra
	}
	v.keep(refuses)
	switch e := t.first.RPCError(); {
	case e == nil && !t.first.Result().Get("isError").True():
		v.breakf(refuses, "is answered with success, though the inputSchema refuses it: %s", t.problems[0])
	case e == nil:
	case e.Code == mcp.CodeInternalError || e.Code == mcp.CodeMethodNotFound || e.Code == mcp.CodeParseError:
		v.breakf(toolErrorKind, "is answered with %d (%.120q) instead of isError or -32602; it is invalid: %s", e.Code, e.Message, t.problems[0])
	}
	v.keep(toolNext)
	if t.next != nil && (t.next.Reply() == nil || t.next.RPCError() != nil) {
		why := t.next.Err()
		if e := t.next.RPCError(); e != nil {
			why = e
		}
		v.breakf(toolNext, "is followed by a %s that fails: %v", t.next.Request.Method, why)
	}
}
