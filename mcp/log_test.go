package mcp

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// has matches frames with a text.
func has(text string) func(Frame) bool {
	return func(f Frame) bool { return string(f.Data) == text }
}

func line(text string) Frame { return NewFrame(Received, ChannelStdout, []byte(text)) }

func TestLogOrder(t *testing.T) {
	l := NewLog(DefaultLimits())
	x, y := newExchange(Request{}, nil, Value{}), newExchange(Request{}, nil, Value{})
	l.open(x)
	l.open(y)
	l.Add(NewFrame(Sent, ChannelStdin, []byte("ask")), y)
	got := l.Add(line("answer"), y)
	l.Add(line("unasked"), nil)
	assert.Equal(t, 1, got.Seq)
	assert.Equal(t, 1, got.Exchange)
	frames := l.Frames()
	require.Len(t, frames, 3)
	for i, f := range frames {
		assert.Equal(t, i, f.Seq)
		assert.GreaterOrEqual(t, f.At, y.Started)
	}
	assert.Equal(t, -1, frames[2].Exchange)
	assert.Equal(t, []*Exchange{x, y}, l.Exchanges())
	assert.Empty(t, x.Frames())
	assert.Len(t, y.Frames(), 2)
	l.Add(line("more"), nil)
	assert.Len(t, frames, 3, "what was handed out does not change")
}

func TestLogLimits(t *testing.T) {
	limits := DefaultLimits()
	limits.Frames, limits.Log = 3, 10
	l := NewLog(limits)
	l.Add(line("12345"), nil)
	l.Add(line("678901"), nil) // past the bytes
	l.Add(line("2"), nil)
	over := l.Add(line("3"), nil) // past the count
	frames := l.Frames()
	require.Len(t, frames, 3)
	assert.Equal(t, "12345", string(frames[0].Data))
	assert.Nil(t, frames[1].Data)
	assert.Equal(t, 6, frames[1].Size)
	assert.True(t, frames[1].Cut())
	_, err := frames[1].Message()
	assert.Error(t, err)
	assert.Equal(t, 1, l.Dropped())
	assert.Equal(t, 3, over.Seq)
	assert.Equal(t, "3", string(over.Data), "the frame itself is whole")
}

func TestLogAwait(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	t.Run("what is there", func(t *testing.T) {
		l := NewLog(DefaultLimits())
		l.Add(line("a"), nil)
		f, err := l.Await(ctx, has("a"))
		require.NoError(t, err)
		assert.Equal(t, 0, f.Seq)
	})
	t.Run("what comes", func(t *testing.T) {
		l := NewLog(DefaultLimits())
		var all sync.WaitGroup
		for _, text := range []string{"a", "b", "c"} {
			all.Go(func() {
				f, err := l.Await(ctx, has(text))
				assert.NoError(t, err)
				assert.Equal(t, text, string(f.Data))
			})
		}
		for _, text := range strings.Fields("x c y b z a") {
			l.Add(line(text), nil)
		}
		all.Wait()
	})
	t.Run("each frame is looked at once", func(t *testing.T) {
		l := NewLog(DefaultLimits())
		l.Add(line("a"), nil)
		seen := 0
		go l.Add(line("b"), nil)
		_, err := l.Await(ctx, func(f Frame) bool { seen++; return string(f.Data) == "b" })
		require.NoError(t, err)
		assert.Equal(t, 2, seen)
	})
	t.Run("the connection ends", func(t *testing.T) {
		l := NewLog(DefaultLimits())
		assert.NoError(t, l.Ended())
		go func() {
			l.end(ErrTooLong)
			l.end(ErrClosed)
		}()
		_, err := l.Await(ctx, has("a"))
		assert.ErrorIs(t, err, ErrTooLong, "the first reason stays")
		l.Add(line("a"), nil)
		_, err = l.Await(ctx, has("a"))
		assert.NoError(t, err, "what is there is found after the end")
	})
	t.Run("the context ends", func(t *testing.T) {
		l := NewLog(DefaultLimits())
		short, stop := context.WithCancel(ctx)
		stop()
		_, err := l.Await(short, has("a"))
		assert.ErrorIs(t, err, context.Canceled)
		l.Add(line("a"), nil)
		_, err = l.Await(short, has("a"))
		assert.NoError(t, err, "what is there is found all the same")
	})
}

// TestExchangeAwait: the last frame is found though the exchange ends with it.
func TestExchangeAwait(t *testing.T) {
	for range 200 {
		l := NewLog(DefaultLimits())
		x := newExchange(Request{}, nil, Value{})
		l.open(x)
		l.Add(NewFrame(Sent, ChannelStdin, []byte("last")), x)
		l.Add(line("last"), nil)
		go func() {
			f := l.Add(line("last"), x)
			m, _ := f.Message()
			x.end(&m, nil)
		}()
		f, err := x.Await(t.Context(), has("last"))
		require.NoError(t, err)
		require.Equal(t, 2, f.Seq, "only what came back in the exchange counts")
	}
	l := NewLog(DefaultLimits())
	x := newExchange(Request{}, nil, Value{})
	l.open(x)
	x.end(nil, ErrTimeout)
	_, err := x.Await(t.Context(), has("never"))
	assert.Error(t, err)
}

func TestExchangeEndsOnce(t *testing.T) {
	l := NewLog(DefaultLimits())
	x := newExchange(Request{}, nil, ValueOf(1))
	l.open(x)
	assert.Nil(t, x.Reply())
	assert.NoError(t, x.Err())
	assert.Zero(t, x.Took())
	m := Message{MustParse(`{"id":1,"result":{"a":1}}`)}
	x.end(&m, nil)
	x.end(nil, ErrTimeout)
	require.NoError(t, x.Wait(t.Context()))
	assert.Equal(t, "1", x.Result().Get("a").String())
	assert.Nil(t, x.RPCError())
	assert.Positive(t, x.Took())
	select {
	case <-x.Opened():
	default:
		assert.Fail(t, "what is over has begun")
	}
}
