package traffic_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/traffic"
)

// TestConversation: what was asked meanwhile belongs to the request, whichever
// way the revision asks, and the last answer counts.
func TestConversation(t *testing.T) {
	l := open(t, traffic.Options{})
	meta := `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}`
	script(t, l,
		`→ 0 {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"book","arguments":{},`+meta+`}}`,
		`← 1 {"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","inputRequests":{"who":{"method":"elicitation/create","params":{"message":"?"}}},"requestState":"s"}}`,
		`→ 2 {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"book","arguments":{},"inputResponses":{"who":{"action":"decline"},"odd":{}},"requestState":"s",`+meta+`}}`,
		`← 3 {"jsonrpc":"2.0","id":2,"result":{"resultType":"complete","content":[]}}`,
		`→ 4 {"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"other","arguments":{},`+meta+`}}`,
		`← 5 {"jsonrpc":"2.0","id":3,"result":{"resultType":"input_required","inputRequests":{},"requestState":"t"}}`,
		`→ 6 {"jsonrpc":"2.0","id":4,"method":"ping"}`)
	c, err := l.Conversation(1)
	require.NoError(t, err)
	require.Len(t, c.Answers, 1)
	assert.Equal(t, "elicitation/create", c.Answers[0].Method)
	assert.Equal(t, `{"action":"decline"}`, c.Answers[0].Result.String())
	assert.Equal(t, "complete", c.Reply.Result().Get("resultType").Text())
	text := export(t, l, 1, traffic.AsCase, traffic.Exporting{})
	assert.Contains(t, text, "action: decline")
	assert.NotContains(t, text, "input")
	_, err = l.Conversation(5)
	assert.ErrorContains(t, err, "never answered")
	_, err = l.Conversation(7)
	assert.ErrorContains(t, err, "there is no answer to expect")
	_, err = l.Conversation(99)
	assert.ErrorIs(t, err, traffic.ErrGone)
}

// TestWhatCasesTakeForTheirOwn is written so that they do not.
func TestWhatCasesTakeForTheirOwn(t *testing.T) {
	l := open(t, traffic.Options{})
	script(t, l,
		`→ 0 {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{"$a":"{{b}}"}}}`,
		`← 1 {"jsonrpc":"2.0","id":"q","method":"sampling/createMessage","params":{}}`,
		`→ 2 {"jsonrpc":"2.0","id":"q","error":{"code":-1,"message":"no {{way}}"}}`,
		`← 3 {"jsonrpc":"2.0","id":1,"result":{"$ref":[{"$b":"\u007b{c}}"}],"$$":1}}`)
	assert.Equal(t, `cases:
  - name: tools/call t
    steps:
      - call: t
        arguments:
          $a: \{{b}}
        answers:
          - sampling/createMessage:
              $error:
                code: -1
                message: no \{{way}}
        expect:
          result:
            $$ref:
              - $$b: \{{c}}
            $$$: 1
`, export(t, l, 1, traffic.AsCase, traffic.Exporting{}))
}
