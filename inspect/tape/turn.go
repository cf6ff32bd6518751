package tape

import (
	"net/http"
	"slices"

	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

// turn is a message of the client's and what the server did upon it.
type turn struct {
	message mcp.Message
	sends   []send
	// replied says that the server answered the request itself, with reply.
	replied bool
	reply   mcp.Message
	// entry is the message in the recording's log, which counts from 1; its
	// Reply is 0 without an answer.
	entry traffic.Entry
	// http is how it was answered over HTTP, and plain its body where that was
	// no message.
	http  traffic.HTTP
	plain []byte
}

// send is one thing that the server did: it wrote a message or a line of
// standard error, or waited for the client's answer to a request of its own.
type send struct {
	message mcp.Message
	event   *mcp.Event // of the stream, which may be all there was
	stderr  []byte
	await   string // the id of the server's request, as idKey
	// via is the turn on whose channel, and in whose name, it was written;
	// nil for what was written of the server's own accord.
	via *turn
}

// script is a recording as turns.
type script struct {
	preface *turn // what the server did before the client said anything
	turns   []*turn
	header  http.Header // of the answer to initialize
	// answers are what the client answered to the server's requests.
	answers []answer
	// streams are the GET requests that were answered, with their status.
	streams, ends int
}

// scripted reads a recording as turns.
func scripted(t *Tape) (*script, error) {
	log := t.Log()
	defer func() { _ = log.Close() }() // its files are temporary
	b := &scripting{log: log, of: map[int]*turn{}, script: &script{preface: &turn{}}}
	b.last = b.script.preface
	first, end := log.Range()
	for n := first; n < end; n++ {
		e, _ := log.Entry(n)
		raw, err := log.Raw(n)
		if err != nil && e.Size > 0 {
			return nil, err
		}
		if e.Direction == mcp.Sent {
			b.sent(e, raw)
		} else {
			b.received(e, raw)
		}
	}
	return b.script, nil
}

type scripting struct {
	log    *traffic.Log
	of     map[int]*turn // by the N of the client's message
	last   *turn
	script *script
}

// sent takes in what the client did.
func (b *scripting) sent(e traffic.Entry, raw []byte) {
	m, err := mcp.ParseMessage(raw)
	switch {
	case e.Kind == traffic.HTTPOnly && e.Method == http.MethodGet && e.HTTP != nil:
		b.script.streams = e.HTTP.Status
	case e.Kind == traffic.HTTPOnly && e.Method == http.MethodDelete && e.HTTP != nil:
		b.script.ends = e.HTTP.Status
	case err != nil:
	case e.Kind == traffic.Response: // from here on the server goes on with what it was about
		asked, _ := b.log.Entry(e.Cause)
		if owner := b.owner(asked); owner != nil {
			owner.sends = append(owner.sends, send{await: idKey(m.ID())})
			b.last = owner
		}
		b.script.answers = append(b.script.answers, answer{asked.Method, b.params(asked.N), m})
	case e.Kind == traffic.Request || e.Kind == traffic.Notification:
		t := &turn{message: m, entry: e}
		if e.HTTP != nil {
			t.http = *e.HTTP
		}
		b.of[e.N], b.last = t, t
		b.script.turns = append(b.script.turns, t)
		if e.Method == "initialize" && e.HTTP != nil {
			b.script.header = e.HTTP.Answer
		}
	}
}

// answer is what the client answered to a request of the server's.
type answer struct {
	method string
	params mcp.Value
	reply  mcp.Message
}

func (b *scripting) params(n int) mcp.Value {
	m, _ := b.log.Message(n) // an entry without one has no params
	return m.Params()
}

// received takes in what the server did.
func (b *scripting) received(e traffic.Entry, raw []byte) {
	owner := b.owner(e)
	if e.Kind == traffic.Text {
		switch {
		case e.Channel == traffic.ChannelStderr:
			b.last.sends = append(b.last.sends, send{stderr: raw})
		case owner != nil && e.Channel == mcp.ChannelBody:
			owner.plain = raw
		case owner != nil && e.Size == 0 && e.Event != nil:
			owner.sends = append(owner.sends, send{event: e.Event, via: owner})
		}
		return
	}
	m, err := mcp.ParseMessage(raw)
	if err != nil {
		return
	}
	in := owner
	switch {
	case owner == nil:
		in = b.last
	case e.Kind == traffic.Response:
		owner.replied, owner.reply = true, m
	case subscribes(owner) && owner != b.last: // news come when something happens, not when they were asked for
		in = b.last
	}
	in.sends = append(in.sends, send{message: m, event: e.Event, via: owner})
}

// owner is the client's message that led to an entry, nil for none.
func (b *scripting) owner(e traffic.Entry) *turn {
	for range 16 {
		if t := b.of[e.N]; t != nil {
			return t
		}
		next, ok := b.log.Entry(e.Cause)
		if !ok || e.Cause == 0 {
			return nil
		}
		// A retry is a request of its own, not a part of the first round.
		e = next
	}
	return nil
}

func subscribes(t *turn) bool {
	method := t.message.Method()
	return method == "subscriptions/listen" || method == "resources/subscribe"
}

// answerPings adds an answer to ping where none was recorded: clients ask so
// whether anybody is there, and that is no question about the recording. The
// stateless era has no ping.
func (s *script) answerPings(r mcp.Revision) {
	isPing := func(t *turn) bool { return t.message.Method() == "ping" }
	if r.Era() == mcp.Stateless || slices.ContainsFunc(s.turns, isPing) {
		return
	}
	t := &turn{message: mcp.Message{Value: mcp.MustParse(`{"jsonrpc":"2.0","id":0,"method":"ping"}`)}, replied: true}
	t.reply = mcp.Message{Value: mcp.MustParse(`{"jsonrpc":"2.0","id":0,"result":{}}`)}
	t.sends = []send{{message: t.reply, via: t}}
	s.turns = append(s.turns, t)
}
