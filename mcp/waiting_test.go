package mcp

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWaitingClaims(t *testing.T) {
	request := func(id any) *Exchange {
		return newExchange(Request{Method: "ping"}, nil, ValueOf(id))
	}
	raw := func(text string) *Exchange {
		return newExchange(Request{Raw: []byte(text)}, []byte(text), Value{})
	}
	tests := map[string]struct {
		waiting []*Exchange
		message string
		want    int // index into waiting, -1 for none
	}{
		"by number":                     {[]*Exchange{request(1), request(2)}, `{"id":2,"result":{}}`, 1},
		"by string":                     {[]*Exchange{request(1), request("1")}, `{"id":"1","error":{}}`, 1},
		"another type":                  {[]*Exchange{request(1)}, `{"id":"1","result":{}}`, -1},
		"another case":                  {[]*Exchange{request("a")}, `{"id":"A","result":{}}`, -1},
		"an escape":                     {[]*Exchange{request("a")}, `{"id":"\u0061","result":{}}`, 0},
		"the last of duplicates":        {[]*Exchange{request(1), request(2)}, `{"id":1,"id":2,"result":{}}`, 1},
		"a null that was asked":         {[]*Exchange{newExchange(Request{}, nil, MustParse("null"))}, `{"id":null,"result":{}}`, 0},
		"the oldest of two with one id": {[]*Exchange{request(1), request(1)}, `{"id":1,"result":{}}`, 0},
		"a request of that id":          {[]*Exchange{request(1)}, `{"id":1,"method":"ping"}`, -1},
		"not an object":                 {[]*Exchange{request(1), raw("x")}, `1`, -1},
		"null goes to a text":           {[]*Exchange{request(1), raw("x"), raw("y")}, `{"id":null,"error":{}}`, 1},
		"no id goes to a text":          {[]*Exchange{request(1), raw("x")}, `{"error":{}}`, 1},
		"an unasked id goes to a text":  {[]*Exchange{request(1), raw("x")}, `{"id":9,"error":{}}`, 1},
		"a text's own id":               {[]*Exchange{raw("x"), raw(`{"id":7,"method":"y"}`)}, `{"id":7,"result":{}}`, 1},
		"an id of a text's batch":       {[]*Exchange{raw("x"), raw(`[{"id":7,"method":"y"},{"id":8,"method":"z"}]`)}, `{"id":8,"result":{}}`, 1},
		"neither result nor error":      {[]*Exchange{raw("x"), request(1)}, `{"id":1}`, 1},
		"nothing at all":                {[]*Exchange{raw("x")}, `{"jsonrpc":"2.0"}`, -1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var w waiting
			for _, x := range test.waiting {
				require.NoError(t, w.add(x))
			}
			m, err := ParseMessage([]byte(test.message))
			require.NoError(t, err)
			got := w.claim(m)
			if test.want < 0 {
				assert.Nil(t, got)
				return
			}
			assert.Same(t, test.waiting[test.want], got)
			assert.NotSame(t, got, w.claim(m), "an exchange is answered once")
		})
	}
}

func TestWaitingKnowsLateAnswers(t *testing.T) {
	var w waiting
	late := newExchange(Request{Method: "ping"}, nil, ValueOf(1))
	text := newExchange(Request{Raw: []byte("x")}, []byte("x"), Value{})
	require.NoError(t, w.add(late))
	require.NoError(t, w.add(text))
	w.remove(late)
	assert.Nil(t, w.claim(Message{MustParse(`{"id":1,"result":{}}`)}))
	assert.Same(t, text, w.claim(Message{MustParse(`{"id":null,"error":{}}`)}))
}

func TestWaitingEnds(t *testing.T) {
	var w waiting
	x := newExchange(Request{Method: "ping"}, nil, ValueOf(1))
	require.NoError(t, w.add(x))
	require.NoError(t, w.add(newExchange(Request{Notification: true}, nil, Value{})))
	assert.NoError(t, w.ended())
	assert.Equal(t, []*Exchange{x}, w.end(ErrClosed), "a notification waits for nothing")
	assert.ErrorIs(t, w.ended(), ErrClosed)
	assert.ErrorIs(t, w.add(x), ErrClosed)
	assert.Nil(t, w.claim(Message{MustParse(`{"id":1,"result":{}}`)}))
}
