package mcp

import (
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestLogOfKeepsWhatIsAnsweredAndHoldsTheRestStill(t *testing.T) {
	from := NewLog(DefaultLimits())
	answered, waiting := newExchange(Request{Method: "a"}, nil, ValueOf(1)), newExchange(Request{Method: "b"}, nil, ValueOf(2))
	for _, x := range []*Exchange{answered, waiting} {
		from.open(x)
		from.Add(NewFrame(Sent, ChannelBody, []byte(`{}`)), x)
	}
	answered.begin()
	l := LogOf(from.Frames(), from.Exchanges(), io.EOF)
	assert.Same(t, answered, l.Exchanges()[0])
	assert.Equal(t, io.EOF, l.Ended())
	assert.Len(t, l.Frames(), 2)
	twin := l.Exchanges()[1]
	waiting.Status = 200
	waiting.end(nil, nil)
	assert.Equal(t, "b", twin.Request.Method)
	assert.Zero(t, twin.Status, "it stays as it was")
	assert.Len(t, twin.Frames(), 1)
	select {
	case <-twin.Done():
		assert.Fail(t, "no answer comes to it")
	default:
	}
}
