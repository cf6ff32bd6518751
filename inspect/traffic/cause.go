package traffic

import (
	"slices"

	"github.com/mcpctl/mcpctl/mcp"
)

// blame finds what led to a request or notification. It is sure where the
// message or its channel says so, and a guess where exactly one call that could
// have led to it is under way.
func (l *Log) blame(s *session, e *Entry, m mcp.Message) {
	params := m.Params()
	if e.Cause = l.named(s, e, m.Method(), params); e.Cause > 0 {
		return
	}
	if e.Kind == Request && e.Direction == mcp.Sent {
		l.retry(s, e, params)
		return
	}
	if e.Direction != mcp.Received || !besideCall(e.Method) {
		return
	}
	if e.Exchange >= 0 {
		if n := s.exchanges[exchangeMark(e.Exchange)]; n > 0 && l.at(n) != nil && l.at(n).Kind == Request {
			e.Cause = n
			return
		}
	}
	if len(s.flying) == 1 {
		e.Cause, e.Guessed = s.flying[0], true
	}
}

// named is the cause that a message itself names, 0 for none.
func (l *Log) named(s *session, e *Entry, method string, params mcp.Value) int {
	meta := params.Get("_meta")
	if id := meta.Get(mcp.MetaSubscriptionID); id.Exists() {
		return s.topics[marked(mcp.Sent, id.Raw())]
	}
	if id := meta.Get("io.modelcontextprotocol/related-task", "taskId").Text(); id != "" {
		return s.tasks[marked(mcp.Sent, []byte(id))]
	}
	switch method {
	case "notifications/progress":
		return s.tokens[marked(other(e.Direction), params.Get("progressToken").Raw())]
	case "notifications/cancelled":
		return l.cancelled(s, e, params.Get("requestId"))
	case "notifications/initialized":
		return s.opening
	case "notifications/resources/updated":
		return s.topics[marked(mcp.Received, []byte(params.Get("uri").Text()))]
	case "notifications/elicitation/complete":
		return 0
	}
	if id := params.Get("taskId").Text(); id != "" {
		return s.tasks[marked(mcp.Sent, []byte(id))]
	}
	return 0
}

// cancelled is the request that is given up, by the side that sent it.
func (l *Log) cancelled(s *session, e *Entry, id mcp.Value) int {
	n := s.open[idMark(e.Direction, id)]
	if r := l.at(n); r != nil && r.Status == Pending {
		l.settle(r, Cancelled, max(0, e.At-r.At), e.Note)
		s.flying = without(s.flying, n)
	}
	return n
}

// retry finds the round before a retry with what was asked for: by the state
// that it sends back or, without any, by method and name.
func (l *Log) retry(s *session, e *Entry, params mcp.Value) {
	state := params.Get("requestState")
	if !state.Exists() && !params.Has("inputResponses") {
		return
	}
	before := 0
	if state.Exists() {
		before = s.states[marked(mcp.Sent, state.Raw())]
	}
	for i := len(s.waiting) - 1; i >= 0 && before == 0; i-- {
		if r := l.at(s.waiting[i]); r != nil && r.Method == e.Method && r.Name == e.Name {
			before = r.N
		}
	}
	previous := l.at(before)
	if previous == nil {
		return
	}
	s.waiting = without(s.waiting, before)
	root := previous
	if previous.Round > 0 && l.at(previous.Cause) != nil {
		root = l.at(previous.Cause)
	}
	e.Cause, e.Round = root.N, previous.Round+1
	root.legs = append(slices.Clone(root.legs), e.N)
	l.touch(root.N)
}

// besideCall reports whether a server sends such messages in the course of a
// call, and not of its own accord.
func besideCall(method string) bool {
	switch method {
	case "elicitation/create", "sampling/createMessage", "roots/list", "notifications/message", "notifications/progress":
		return true
	}
	return false
}
