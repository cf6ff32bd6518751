package traffic_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/inspect/traffic"
)

// causes are the causes of all entries, by number from 1.
func causes(t *testing.T, l *traffic.Log) []int {
	var all []int
	for n := range l.Len() {
		all = append(all, entry(t, l, n+1).Cause)
	}
	return all
}

func TestCauses(t *testing.T) {
	const modern = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}`
	for name, c := range map[string]struct {
		lines []string
		want  []int
	}{
		"progress follows its token, and its alone": {[]string{
			`→ 0 {"id":1,"method":"tools/call","params":{"name":"a","_meta":{"progressToken":"x"}}}`,
			`→ 0 {"id":2,"method":"tools/call","params":{"name":"b","_meta":{"progressToken":2}}}`,
			`← 1 {"method":"notifications/progress","params":{"progressToken":"x","progress":1}}`,
			`← 2 {"method":"notifications/progress","params":{"progressToken":2,"progress":1}}`,
			`← 3 {"method":"notifications/progress","params":{"progressToken":"2","progress":1}}`,
		}, []int{0, 0, 1, 2, 0}},
		"what is asked during the only call is guessed to be its": {[]string{
			`→ 0 {"id":1,"method":"tools/call","params":{"name":"a"}}`,
			`← 1 {"id":1,"method":"elicitation/create","params":{"message":"who?"}}`,
			`→ 2 {"id":1,"result":{"action":"accept"}}`,
			`← 3 {"method":"notifications/message","params":{"level":"info","data":"hm"}}`,
			`← 4 {"id":1,"result":{}}`,
			`← 5 {"method":"notifications/message","params":{"level":"info","data":"idle"}}`,
		}, []int{0, 1, 2, 1, 1, 0}},
		"of two calls under way none is blamed": {[]string{
			`→ 0 {"id":1,"method":"tools/call","params":{"name":"a"}}`,
			`→ 0 {"id":2,"method":"tools/call","params":{"name":"b"}}`,
			`← 1 {"id":1,"method":"sampling/createMessage"}`,
		}, []int{0, 0, 0}},
		"over HTTP the stream tells": {[]string{
			`→ 0 x4 {"id":1,"method":"tools/call","params":{"name":"a"}}`,
			`→ 0 x5 {"id":2,"method":"tools/call","params":{"name":"b"}}`,
			`← 1 x5 {"id":1,"method":"roots/list"}`,
			`← 1 x4 {"method":"notifications/message","params":{"level":"info","data":1}}`,
		}, []int{0, 0, 2, 1}},
		"a cancellation names its request": {[]string{
			`→ 0 {"id":"a","method":"tools/call","params":{"name":"a"}}`,
			`→ 9 {"method":"notifications/cancelled","params":{"requestId":"a","reason":"enough"}}`,
			`→ 10 {"method":"notifications/cancelled","params":{"requestId":"b"}}`,
		}, []int{0, 1, 0}},
		"rounds hang below the first": {[]string{
			`→ 0 {"id":1,"method":"tools/call","params":{"name":"a",` + modern + `}}`,
			`← 1 {"id":1,"result":{"resultType":"input_required","inputRequests":{"q":{"method":"elicitation/create"}},"requestState":"s1"}}`,
			`→ 5 {"id":2,"method":"tools/call","params":{"name":"a","inputResponses":{},"requestState":"s1",` + modern + `}}`,
			`← 6 {"id":2,"result":{"resultType":"input_required","requestState":"s2"}}`,
			`→ 8 {"id":3,"method":"tools/call","params":{"name":"a","requestState":"s2",` + modern + `}}`,
			`← 9 {"id":3,"result":{}}`,
		}, []int{0, 1, 1, 3, 1, 5}},
		"a round without state goes by the name": {[]string{
			`→ 0 {"id":1,"method":"tools/call","params":{"name":"a"}}`,
			`← 1 {"id":1,"result":{"resultType":"input_required","inputRequests":{}}}`,
			`→ 5 {"id":2,"method":"tools/call","params":{"name":"b","inputResponses":{}}}`,
			`→ 5 {"id":3,"method":"tools/call","params":{"name":"a","inputResponses":{}}}`,
		}, []int{0, 1, 0, 1}},
		"news belong to their subscription": {[]string{
			`→ 0 {"id":7,"method":"subscriptions/listen","params":{"notifications":{},` + modern + `}}`,
			`← 1 {"method":"notifications/tools/list_changed","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":7}}}`,
			`← 1 {"method":"notifications/tools/list_changed","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":8}}}`,
			`→ 2 {"id":9,"method":"resources/subscribe","params":{"uri":"u:1"}}`,
			`← 3 {"method":"notifications/resources/updated","params":{"uri":"u:1"}}`,
			`← 3 {"method":"notifications/resources/updated","params":{"uri":"u:2"}}`,
		}, []int{0, 1, 0, 0, 4, 0}},
		"what is asked of a task belongs to the call that made it": {[]string{
			`→ 0 {"id":1,"method":"tools/call","params":{"name":"a","task":{}}}`,
			`← 1 {"id":1,"result":{"task":{"taskId":"t"}}}`,
			`→ 2 {"id":2,"method":"tasks/get","params":{"taskId":"t"}}`,
			`← 3 {"method":"notifications/tasks/status","params":{"taskId":"t"}}`,
			`→ 2 {"id":3,"method":"tasks/get","params":{"taskId":"u"}}`,
		}, []int{0, 1, 1, 1, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			l := open(t, traffic.Options{})
			script(t, l, c.lines...)
			assert.Equal(t, c.want, causes(t, l))
		})
	}
}

func TestAGuessIsCalledOne(t *testing.T) {
	l := open(t, traffic.Options{})
	script(t, l,
		`→ 0 {"id":1,"method":"tools/call","params":{"name":"a","_meta":{"progressToken":1}}}`,
		`← 1 {"method":"notifications/progress","params":{"progressToken":1,"progress":2,"total":3,"message":"on it"}}`,
		`← 2 {"id":1,"method":"elicitation/create","params":{"message":"who?"}}`)
	assert.False(t, entry(t, l, 2).Guessed)
	assert.Equal(t, "2/3 on it", entry(t, l, 2).Note)
	assert.True(t, entry(t, l, 3).Guessed)
	assert.Equal(t, "who?", entry(t, l, 3).Name)
}

func TestACancelledRequestIsOver(t *testing.T) {
	l := open(t, traffic.Options{})
	script(t, l,
		`→ 0 {"id":1,"method":"tools/call","params":{"name":"a"}}`,
		`→ 9 {"method":"notifications/cancelled","params":{"requestId":1,"reason":"enough"}}`)
	e := entry(t, l, 1)
	assert.Equal(t, traffic.Cancelled, e.Status)
	assert.Equal(t, 9*ms, e.Latency)
	script(t, l, `← 20 {"id":1,"result":{}}`)
	assert.Equal(t, traffic.Cancelled, entry(t, l, 1).Status, "an answer that comes too late changes nothing")
	assert.Equal(t, 1, l.Figures()[0].Count)
}
