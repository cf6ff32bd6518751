package traffic

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// classify says what a message is and what it belongs to.
func (l *Log) classify(s *session, e *Entry, f Frame, m mcp.Message) {
	switch m.MessageKind() {
	case mcp.RequestMessage:
		l.request(s, e, m)
	case mcp.NotificationMessage:
		e.Kind, e.Method = Notification, l.names.keep(m.Method())
		e.Name, e.Note = label(subject(m)), label(gist(m))
		l.blame(s, e, m)
	case mcp.ResponseMessage:
		l.response(s, e, m)
	default:
		l.other(s, e, f)
	}
	if e.Exchange >= 0 && e.Direction == mcp.Sent {
		if k := exchangeMark(e.Exchange); s.exchanges[k] == 0 {
			s.exchanges[k] = e.N
		}
	}
}

func exchangeMark(x int) mark { return marked(mcp.Sent, strconv.AppendInt(nil, int64(x), 10)) }

// other is what is no message of JSON-RPC.
func (l *Log) other(s *session, e *Entry, f Frame) {
	e.Kind = Text
	switch {
	case f.Channel == ChannelHTTP:
		e.Kind, e.Status = HTTPOnly, Pending
		if f.HTTP != nil {
			e.Method = l.names.keep(f.HTTP.Method)
		}
		return
	case f.Channel == ChannelStderr:
		line, _, _ := strings.Cut(strings.TrimSpace(string(f.Data[:min(len(f.Data), 4*maxLabel)])), "\n")
		e.Note = label("stderr: " + line)
	case f.Size == 0 && f.Event != nil:
		e.Note = "empty event" // a place to take the stream up again from
	case f.Size == 0:
		e.Note = "empty"
	case f.Cut():
		e.Note = tooLong
		l.cut(s, e)
		return
	default:
		e.Note = "not JSON-RPC"
	}
	if e.Direction == mcp.Received && e.Exchange >= 0 {
		e.Cause = s.exchanges[exchangeMark(e.Exchange)]
		l.answered(s, f) // a body that is no message may come with a failing status
	}
}

func (l *Log) request(s *session, e *Entry, m mcp.Message) {
	e.Kind, e.Status = Request, Pending
	e.Method, e.Name, e.ID = l.names.keep(m.Method()), label(subject(m)), label(string(m.ID().Raw()))
	params := m.Params()
	meta := params.Get("_meta")
	if v := meta.Get(mcp.MetaVersion).Text(); v != "" && len(v) < 32 {
		s.revision = mcp.Revision(v)
	}
	if e.Method == "initialize" {
		s.opening = e.N
		if v := params.Get("protocolVersion").Text(); s.revision == "" && len(v) < 32 {
			s.revision = mcp.Revision(v) // as proposed; the answer settles it
		}
	}
	l.blame(s, e, m)
	s.open[idMark(e.Direction, m.ID())] = e.N
	if token := meta.Get("progressToken"); token.Exists() {
		s.tokens[marked(e.Direction, token.Raw())] = e.N
	}
	switch e.Method {
	case "subscriptions/listen":
		s.topics[marked(mcp.Sent, m.ID().Raw())] = e.N
	case "resources/subscribe":
		s.topics[marked(mcp.Received, []byte(params.Get("uri").Text()))] = e.N
	}
	if e.Direction == mcp.Sent && mayAsk(e.Method) {
		s.flying = append(s.flying, e.N)
	}
}

// idMark is the place of an id in an index; string ids count by their content.
func idMark(side mcp.Direction, id mcp.Value) mark {
	if id.Is(mcp.String) {
		return marked(side, append([]byte{'"'}, id.Text()...))
	}
	return marked(side, id.Raw())
}

func (l *Log) response(s *session, e *Entry, m mcp.Message) {
	e.Kind, e.ID = Response, label(string(m.ID().Raw()))
	e.Status, e.Note = outcome(m)
	k := idMark(other(e.Direction), m.ID())
	n := l.asking(s, e, m.ID(), s.open[k])
	r := l.at(n)
	if r == nil || r.Kind != Request {
		e.Note = strings.TrimSpace("answers no request " + e.Note)
		return
	}
	if s.open[k] == n {
		delete(s.open, k)
	}
	s.flying = without(s.flying, n)
	e.Method, e.Name, e.Cause, e.Round = r.Method, r.Name, n, r.Round
	e.Latency = max(0, e.At-r.At)
	if r.Reply != 0 { // answered by its HTTP status before, or a second time
		return
	}
	r.Reply, r.ReplySize = e.N, e.Size
	r.HTTP = r.HTTP.with(e.HTTP)
	l.settle(r, e.Status, e.Latency, e.Note)
	result := m.Result()
	if e.Status == Waiting {
		s.waiting = append(s.waiting, n)
		if state := result.Get("requestState"); state.Exists() {
			s.states[marked(mcp.Sent, state.Raw())] = n
		}
	}
	if id := result.Get("task", "taskId").Text(); id != "" {
		s.tasks[marked(mcp.Sent, []byte(id))] = n
	}
	if v := result.Get("protocolVersion").Text(); e.Method == "initialize" && v != "" && len(v) < 32 {
		s.revision = mcp.Revision(v)
	}
}

// asking is the request that a response answers: the one whose exchange it came
// in, if that has its id, or else byID. An error whose request could not be read
// has no id, and an exchange at most.
func (l *Log) asking(s *session, e *Entry, id mcp.Value, byID int) int {
	if e.Exchange < 0 {
		return byID
	}
	n := s.exchanges[exchangeMark(e.Exchange)]
	r := l.at(n)
	unread := byID == 0 && (!id.Exists() || id.Is(mcp.Null))
	if r != nil && r.Direction != e.Direction && (unread || r.Kind == Request && r.ID == e.ID) {
		return n
	}
	return byID
}

// settle gives a request its outcome.
func (l *Log) settle(r *Entry, status Status, took time.Duration, note string) {
	first := r.Status == Pending
	if r.Status != Cancelled { // an answer that comes too late changes nothing
		r.Status, r.Latency, r.Note = status, took, note
	}
	if first {
		l.measure(r)
	}
	l.touch(r.N)
	if r.Round > 0 {
		l.touch(r.Cause)
	}
}

// outcome is how a response says that its request fared.
func outcome(m mcp.Message) (Status, string) {
	if e := m.RPCError(); e != nil {
		return Error, label(fmt.Sprintf("%d %s", e.Code, e.Message))
	}
	result := m.Result()
	switch {
	case result.Get("resultType").Text() == "input_required":
		return Waiting, label(asked(result))
	case result.Get("isError").True():
		return Failed, label(firstText(result.Get("content")))
	}
	return OK, ""
}

// answered takes in what HTTP says of an answer: its status, which settles what
// waits for no message or will get none.
func (l *Log) answered(s *session, f Frame) {
	r := l.at(s.exchanges[exchangeMark(f.Exchange)])
	if r == nil || f.HTTP == nil || f.HTTP.Status == 0 {
		return
	}
	r.HTTP = r.HTTP.with(f.HTTP)
	failing := f.HTTP.Status >= 400
	switch {
	case r.Kind == HTTPOnly && !failing:
		l.settle(r, OK, f.At-r.At, "")
	case failing && (r.Status == Pending || r.Status == None):
		l.settle(r, Error, f.At-r.At, fmt.Sprintf("HTTP status %d", f.HTTP.Status))
		s.flying = without(s.flying, r.N)
	default:
		l.touch(r.N)
	}
}
