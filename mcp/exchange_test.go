package mcp

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFramesOfAnExchange(t *testing.T) {
	l := NewLog(DefaultLimits())
	x, y := newExchange(Request{}, []byte("a"), Value{}), newExchange(Request{}, []byte("b"), Value{})
	l.open(x)
	l.open(y)
	assert.Empty(t, x.Frames())

	texts := func(all []Frame) (texts []string) {
		for _, f := range all {
			texts = append(texts, string(f.Data))
		}
		return texts
	}
	l.Add(x.sentFrame(ChannelStdin), x)
	l.Add(NewFrame(Received, ChannelStdout, []byte("a1")), x)
	together := x.Frames()
	assert.Equal(t, []string{"a", "a1"}, texts(together), "one after the other")

	l.Add(y.sentFrame(ChannelStdin), y)
	l.Add(NewFrame(Received, ChannelStdout, []byte("a2")), x)
	l.Add(NewFrame(Received, ChannelStdout, []byte("b1")), y)
	assert.Equal(t, []string{"a", "a1", "a2"}, texts(x.Frames()), "with another's between them")
	assert.Equal(t, []string{"b", "b1"}, texts(y.Frames()))
	assert.Equal(t, []string{"a", "a1"}, texts(together), "what was given stays as it was")
}

func TestSentMessage(t *testing.T) {
	x := newExchange(Request{}, []byte(`{"jsonrpc":"2.0","id":1,"method":"ping"}`), Value{})
	m, err := x.SentMessage()
	require.NoError(t, err)
	assert.Equal(t, "ping", m.Method())
	again, err := x.sentFrame(ChannelBody).Message()
	require.NoError(t, err)
	assert.Equal(t, m, again)

	_, err = newExchange(Request{}, []byte("no JSON"), Value{}).SentMessage()
	assert.Error(t, err)
}

func TestSharedHeadersStayAsTheyAre(t *testing.T) {
	s := bare(t, newWebServer(t, func(w http.ResponseWriter, r *http.Request) { writeResult(w, bodyOf(r), 1) }), webLimits(patient))
	plain := s.Call(t.Context(), "ping", nil)
	changed := s.Do(t.Context(), Request{Method: "ping", Header: map[string]string{"Accept": "text/plain", "Content-Type": ""}})
	again := s.Call(t.Context(), "ping", nil)
	assert.Equal(t, "text/plain", changed.SentHeader.Get("Accept"))
	assert.Empty(t, changed.SentHeader.Get("Content-Type"))
	assert.Equal(t, plain.SentHeader, again.SentHeader)
	assert.Equal(t, "application/json", again.SentHeader.Get("Content-Type"))
}

func TestDeepNestingIsReadWithoutADeepStack(t *testing.T) {
	const depth = 9_000
	v, err := Parse([]byte(strings.Repeat(`{"a":[`, depth/2) + `"b"` + strings.Repeat(`]}`, depth/2)))
	require.NoError(t, err)
	levels := 0
	for v.Len() > 0 {
		if v.Is(Object) {
			v = v.Get("a")
		} else {
			v = v.Items()[0]
		}
		levels++
	}
	assert.Equal(t, depth, levels)
	assert.Equal(t, "b", v.Text())
}
