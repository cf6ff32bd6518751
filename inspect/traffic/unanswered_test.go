package traffic_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

// An answer beyond the limit has no id that could be read.
func TestAnAnswerThatIsTooLongEndsItsRequest(t *testing.T) {
	call := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"huge"}}`
	other := `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"other"}}`
	for _, one := range []struct {
		name     string
		sent     []string
		answer   string
		answered []traffic.Status
	}{
		{"in its exchange", []string{`→ 1 x1 ` + call, `→ 2 x2 ` + other}, `← 9 x1 {"result":`, []traffic.Status{traffic.Error, traffic.Pending}},
		{"the only one that waits", []string{`→ 1 ` + call}, `← 9 {"result":`, []traffic.Status{traffic.Error}},
		{"one of several", []string{`→ 1 ` + call, `→ 2 ` + other}, `← 9 {"result":`, []traffic.Status{traffic.Pending, traffic.Pending}},
	} {
		t.Run(one.name, func(t *testing.T) {
			l := open(t, traffic.Options{})
			script(t, l, one.sent...)
			long := frame(t, one.answer)
			long.Size = 70 << 20
			n, _ := l.Add(long)
			for i, status := range one.answered {
				e := entry(t, l, i+1)
				assert.Equal(t, status, e.Status)
				if status != traffic.Pending {
					assert.Equal(t, "the answer is longer than the limit, cut", e.Note)
					assert.Equal(t, n, e.Reply)
					assert.Equal(t, 70<<20, e.ReplySize)
					assert.Equal(t, "huge", entry(t, l, n).Name)
				}
			}
		})
	}
}

func TestWhatIsNoMessageSaysWhatItIs(t *testing.T) {
	l := open(t, traffic.Options{})
	said, event := frame(t, "← 1 started\nand more"), frame(t, "← 2 {}")
	said.Channel = traffic.ChannelStderr
	event.Channel, event.Data, event.Size, event.Event = mcp.ChannelEvent, nil, 0, &mcp.Event{ID: "1", HasID: true}
	l.Add(said)
	l.Add(event)
	assert.Equal(t, "stderr: started", entry(t, l, 1).Note)
	assert.Equal(t, "empty event", entry(t, l, 2).Note)
}

func TestTheEndOfASessionEndsWhatWaitsThere(t *testing.T) {
	l := open(t, traffic.Options{})
	elsewhere := frame(t, `→ 3 {"id":1,"method":"tools/list"}`)
	elsewhere.Session = 2
	script(t, l, `→ 0 {"id":1,"method":"ping"}`, `← 1 {"id":1,"result":{}}`, `→ 2 {"id":2,"method":"tools/call","params":{"name":"die"}}`)
	l.Add(elsewhere)
	l.End(0, 7*ms)
	l.End(9, 7*ms)
	assert.Equal(t, traffic.OK, entry(t, l, 1).Status)
	died := entry(t, l, 3)
	assert.Equal(t, traffic.Error, died.Status)
	assert.Equal(t, 5*ms, died.Latency)
	assert.Contains(t, died.Note, "the connection ended")
	assert.Equal(t, traffic.Pending, entry(t, l, 4).Status, "another session goes on")
}
