package traffic_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

func TestPairsRequestsWithResponses(t *testing.T) {
	l := open(t, traffic.Options{})
	script(t, l,
		`→ 0 {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}`,
		`→ 5 {"jsonrpc":"2.0","id":"1","method":"tools/call","params":{"name":"b"}}`,
		`← 7 {"jsonrpc":"2.0","id":"1","result":{"isError":true,"content":[{"type":"text","text":"no luck"}]}}`,
		`← 9 {"jsonrpc":"2.0","id":1,"result":{"content":[]}}`,
		`→ 10 {"jsonrpc":"2.0","id":2,"method":"nope"}`,
		`← 14 {"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"unknown"}}`,
		`→ 15 {"jsonrpc":"2.0","id":3,"method":"ping"}`,
		`← 16 {"jsonrpc":"2.0","id":99,"result":{}}`,
		`← 17 not json`,
	)
	a, b := entry(t, l, 1), entry(t, l, 2)
	assert.Equal(t, traffic.OK, a.Status)
	assert.Equal(t, 9*ms, a.Latency)
	assert.Equal(t, 4, a.Reply)
	assert.Equal(t, traffic.Failed, b.Status, "a string id is another than the number")
	assert.Equal(t, "no luck", b.Note)
	assert.Equal(t, 2*ms, b.Latency)
	reply := entry(t, l, 3)
	assert.Equal(t, "tools/call", reply.Method)
	assert.Equal(t, "b", reply.Name)
	assert.Equal(t, 2, reply.Cause)
	failed := entry(t, l, 5)
	assert.Equal(t, traffic.Error, failed.Status)
	assert.Equal(t, "-32601 unknown", failed.Note)
	assert.Equal(t, traffic.Pending, entry(t, l, 7).Status)
	stray := entry(t, l, 8)
	assert.Zero(t, stray.Cause)
	assert.Contains(t, stray.Note, "answers no request")
	noise := entry(t, l, 9)
	assert.Equal(t, traffic.Text, noise.Kind)
	raw, err := l.Raw(9)
	require.NoError(t, err)
	assert.Equal(t, "not json", string(raw))
}

func TestSessionsAndSidesKeepIDsApart(t *testing.T) {
	l := open(t, traffic.Options{})
	second := frame(t, `→ 1 {"id":1,"method":"tools/list"}`)
	second.Session = 2
	l.Add(frame(t, `→ 0 {"id":1,"method":"ping"}`))
	l.Add(second)
	script(t, l, `← 2 {"id":1,"method":"roots/list"}`, `→ 3 {"id":1,"result":{"roots":[]}}`)
	assert.Equal(t, traffic.Pending, entry(t, l, 1).Status)
	assert.Equal(t, traffic.Pending, entry(t, l, 2).Status)
	assert.Equal(t, traffic.OK, entry(t, l, 3).Status, "the client answers the server's request")
	script(t, l, `← 4 {"id":1,"result":{}}`)
	assert.Equal(t, traffic.OK, entry(t, l, 1).Status)
	assert.Equal(t, traffic.Pending, entry(t, l, 2).Status)
}

func TestABatchIsSeveralEntries(t *testing.T) {
	l := open(t, traffic.Options{})
	first, count := l.Add(frame(t, `→ 0 [{"id":1,"method":"ping"},{"id":2,"method":"tools/list"}]`))
	assert.Equal(t, 1, first)
	assert.Equal(t, 2, count)
	script(t, l, `← 3 [{"id":2,"result":{}},{"id":1,"result":{}}]`)
	assert.Equal(t, 4, entry(t, l, 1).Reply)
	assert.Equal(t, 3, entry(t, l, 2).Reply)
	raw, err := l.Raw(2)
	require.NoError(t, err)
	assert.JSONEq(t, `{"id":2,"method":"tools/list"}`, string(raw))
}

func TestAStatusOfHTTPSettlesWhatGetsNoMessage(t *testing.T) {
	l := open(t, traffic.Options{})
	sent := frame(t, `→ 0 x0 {"id":1,"method":"tools/list"}`)
	sent.HTTP = &traffic.HTTP{Method: "POST", URL: "http://127.0.0.1/mcp", Header: http.Header{"Accept": {"application/json"}}}
	l.Add(sent)
	answer := frame(t, `← 4 x0 -`)
	answer.Frame = mcp.NewFrame(mcp.Received, traffic.ChannelHTTP, nil)
	answer.At, answer.Exchange, answer.HTTP = 4*ms, 0, &traffic.HTTP{Status: 401}
	_, count := l.Add(answer)
	assert.Zero(t, count, "a status is no entry of its own")
	e := entry(t, l, 1)
	assert.Equal(t, traffic.Error, e.Status)
	assert.Equal(t, "HTTP status 401", e.Note)
	assert.Equal(t, "POST", e.HTTP.Method)
	assert.Equal(t, 401, e.HTTP.Status)
	assert.Equal(t, 4*ms, e.Latency)
	assert.Equal(t, 1, l.Figures()[0].Errors)
}

func TestAFrameOfASessionBringsItsHTTP(t *testing.T) {
	stdio := traffic.FrameOf(mcp.NewFrame(mcp.Sent, mcp.ChannelStdin, []byte(`{}`)), nil)
	assert.Nil(t, stdio.HTTP)
}

func TestRevisionsAreLearnt(t *testing.T) {
	l := open(t, traffic.Options{})
	script(t, l,
		`→ 0 {"id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}`,
		`← 1 {"id":0,"result":{"protocolVersion":"2025-06-18"}}`,
		`→ 2 {"method":"notifications/initialized"}`,
	)
	e := entry(t, l, 3)
	assert.Equal(t, mcp.Rev20250618, e.Revision)
	assert.Equal(t, 1, e.Cause)
	modern := open(t, traffic.Options{})
	script(t, modern, `→ 0 {"id":0,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}`)
	assert.Equal(t, mcp.Rev20260728, entry(t, modern, 1).Revision)
}
