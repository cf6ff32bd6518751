package tui

import (
	"context"
	"errors"
	"time"

	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

// question is something that the server asks the user, and waits for.
type question struct {
	n      int
	turn   int // the connection
	method string
	params mcp.Value
	at     time.Time
	reply  chan reply // room for one

	form  argsForm  // nil where there is nothing to fill in
	whole mcp.Value // the answer as edited by hand, in place of the form's
	wire  wire
}

// reply is what goes back: an answer, or why there is none.
type reply struct {
	answer any
	err    error
}

// errRefused is the answer of a person who gives none.
var errRefused = errors.New("the user refused")

// askedMsg is a question that has come, withdrawnMsg one that nobody waits for
// any more.
type (
	askedMsg     struct{ q *question }
	withdrawnMsg struct{ q *question }
)

// respond is how a connection asks the user. It is called on other goroutines
// and waits until there is an answer, or nobody wants it any more.
func (r *Room) respond(turn int) func(ctx context.Context, method string, params mcp.Value) (any, error) {
	return func(ctx context.Context, method string, params mcp.Value) (any, error) {
		q := &question{turn: turn, method: method, params: params, at: r.now(), reply: make(chan reply, 1)}
		r.feed.put(askedMsg{q})
		select {
		case given := <-q.reply:
			return given.answer, given.err
		case <-ctx.Done():
			r.feed.put(withdrawnMsg{q})
			return nil, ctx.Err()
		}
	}
}

// The kinds of question.
const (
	askForm     = "elicitation, form"
	askURL      = "elicitation, URL"
	askSampling = "sampling"
	askRoots    = "roots"
	askOther    = "unknown"
)

func (q *question) kind() string {
	switch q.method {
	case "elicitation/create":
		if q.params.Get("mode").Text() == "url" {
			return askURL
		}
		return askForm
	case "sampling/createMessage":
		return askSampling
	case "roots/list":
		return askRoots
	}
	return askOther
}

// says is the question in the server's words.
func (q *question) says() string {
	switch q.kind() {
	case askSampling:
		return promptOf(q.params)
	case askRoots:
		return "Which folders may the server know of?"
	case askOther:
		return q.method + " " + q.params.String()
	}
	return q.params.Get("message").Text()
}

// promptOf is the text of the last message of a sampling request, by which a
// saved answer knows it again.
func promptOf(params mcp.Value) string {
	messages := params.Get("messages").Items()
	if len(messages) == 0 {
		return ""
	}
	content := messages[len(messages)-1].Get("content")
	text := ""
	for _, block := range append(content.Items(), content) {
		if t := block.Get("text").Text(); t != "" {
			if text != "" {
				text += "\n"
			}
			text += t
		}
	}
	return text
}

// schema is that of what there is to fill in; Absent for nothing.
func (q *question) schema() mcp.Value {
	switch q.kind() {
	case askForm:
		return q.params.Get("requestedSchema")
	case askSampling:
		return mcp.MustParse(`{"type":"object","required":["text"],"properties":{
			"text":{"type":"string","description":"what the model answers"},
			"model":{"type":"string","default":"mcpctl-answers"},
			"stopReason":{"type":"string","enum":["endTurn","stopSequence","maxTokens"],"default":"endTurn"}}}`)
	case askRoots:
		return mcp.MustParse(`{"type":"object","properties":{"roots":{"type":"array","items":{"type":"object","required":["uri"],"properties":{
			"uri":{"type":"string","pattern":"^file://","description":"file:///folder"},"name":{"type":"string"}}}}}}`)
	}
	return mcp.Value{}
}

// wire is where a question stands in the traffic.
type wire struct {
	entry int       // that asks
	call  int       // that led to it
	id    mcp.Value // of the request, in the handshake era
	key   string    // among the input requests, in the stateless one
	state mcp.Value // the requestState that goes back
	there bool
}

// looked bounds how many entries are looked through for a question.
const looked = 500

// locate finds a question in the traffic. It may come a moment after the
// question itself.
func (q *question) locate(log *traffic.Log) {
	if q.wire.there {
		return
	}
	first, end := log.Range()
	for n := end - 1; n >= max(first, end-looked); n-- {
		e, ok := log.Entry(n)
		if !ok || e.Session != q.turn || e.Direction != mcp.Received {
			continue
		}
		switch {
		case e.Kind == traffic.Request && e.Method == q.method:
			if m, err := log.Message(n); err == nil && mcp.Equal(m.Params(), q.params) {
				q.wire = wire{entry: n, call: e.Cause, id: m.ID(), there: true}
				return
			}
		case e.Kind == traffic.Response && e.Status == traffic.Waiting:
			m, err := log.Message(n)
			if err != nil {
				continue
			}
			for _, asked := range m.Result().Get("inputRequests").Members() {
				if asked.Value.Get("method").Text() == q.method && mcp.Equal(asked.Value.Get("params"), q.params) {
					q.wire = wire{entry: n, call: e.Cause, key: asked.Name, state: m.Result().Get("requestState"), there: true}
					return
				}
			}
		}
	}
}
