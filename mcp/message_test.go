package mcp

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMessageKind(t *testing.T) {
	tests := map[string]MessageKind{
		`{"jsonrpc":"2.0","id":1,"method":"ping"}`:              RequestMessage,
		`{"id":null,"method":"ping"}`:                           RequestMessage,
		`{"id":1,"method":2}`:                                   RequestMessage,
		`{"id":1,"method":"ping","result":{}}`:                  RequestMessage,
		`{"jsonrpc":"2.0","method":"notifications/progress"}`:   NotificationMessage,
		`{"jsonrpc":"2.0","id":1,"result":{}}`:                  ResponseMessage,
		`{"id":1,"result":null}`:                                ResponseMessage,
		`{"id":null,"error":{"code":-32700,"message":"parse"}}`: ResponseMessage,
		`{"error":{}}`:                  ResponseMessage,
		`{"id":1,"result":1,"error":1}`: ResponseMessage,
		`[]`:                            BatchMessage,
		`[{"id":1,"method":"ping"}]`:    BatchMessage,
		`{"jsonrpc":"2.0","id":1}`:      Malformed,
		`{"ID":1,"Method":"ping"}`:      Malformed,
		`{"id":1,"Result":{}}`:          Malformed,
		`{}`:                            Malformed,
		`"text"`:                        Malformed,
		`null`:                          Malformed,
	}
	for text, want := range tests {
		m, err := ParseMessage([]byte(text))
		require.NoError(t, err)
		assert.Equal(t, want, m.MessageKind(), text)
	}
	m, err := ParseMessage([]byte("hello"))
	assert.Error(t, err)
	assert.Equal(t, Malformed, m.MessageKind())
}

func TestMessageEnvelope(t *testing.T) {
	m := Message{MustParse(`{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"x"}}`)}
	assert.Equal(t, "a", m.ID().Text())
	assert.Equal(t, "tools/call", m.Method())
	assert.Equal(t, "x", m.Params().Get("name").Text())
	assert.False(t, m.Result().Exists())
	assert.Nil(t, m.RPCError())
	assert.Nil(t, m.Batch())
	assert.Empty(t, Message{MustParse(`{"method":1}`)}.Method())
	assert.False(t, Message{MustParse(`{"Id":1}`)}.ID().Exists())

	batch := Message{MustParse(`[{"id":1,"result":{}},7]`)}.Batch()
	require.Len(t, batch, 2)
	assert.Equal(t, ResponseMessage, batch[0].MessageKind())
	assert.Equal(t, Malformed, batch[1].MessageKind())
}

func TestMessageRPCError(t *testing.T) {
	m := Message{MustParse(`{"id":1,"error":{"code":-32602,"message":"no","data":{"a":1}}}`)}
	e := m.RPCError()
	require.NotNil(t, e)
	assert.EqualValues(t, CodeInvalidParams, e.Code)
	assert.Equal(t, "1", e.Data.Get("a").String())
	assert.EqualError(t, e, "error -32602: no")
	for text, code := range map[string]int64{
		`{"error":{"code":"-32602"}}`: 0,
		`{"error":{"code":1.5}}`:      0,
		`{"error":"text"}`:            0,
		`{"error":null}`:              0,
		`{"error":{"Code":1}}`:        0,
		`{"error":{"code":7}}`:        7,
	} {
		e := Message{MustParse(text)}.RPCError()
		require.NotNil(t, e, text)
		assert.Equal(t, code, e.Code, text)
	}
}

func TestFrameMessages(t *testing.T) {
	for text, want := range map[string]int{
		`{"id":1,"result":{}}`: 1,
		`[{"id":1},{"id":2}]`:  2,
		`[]`:                   0,
		`banner`:               0,
		``:                     0,
		`7`:                    1,
	} {
		assert.Len(t, NewFrame(Received, ChannelStdout, []byte(text)).Messages(), want, text)
	}
	f := NewFrame(Received, ChannelStdout, []byte("{}"))
	assert.False(t, f.Cut())
	assert.Equal(t, -1, f.Exchange)
	f.Size++
	assert.True(t, f.Cut())
}
