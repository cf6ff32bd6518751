package mcp

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func rolling(frames, bytes int) Limits {
	l := DefaultLimits()
	l.Rolling, l.Frames, l.Log = true, frames, bytes
	return l
}

func TestARollingLogKeepsTheLastFramesAndWhatIsUnderWay(t *testing.T) {
	l := NewLog(rolling(8, 1<<20))
	open := newExchange(Request{Method: "open"}, nil, Value{})
	l.open(open)
	for i := range 100 {
		x := newExchange(Request{}, nil, ValueOf(i))
		l.open(x)
		l.Add(NewFrame(Sent, ChannelStdin, fmt.Appendf(nil, "ask %d", i)), x)
		got := l.Add(line(fmt.Sprint("answer ", i)), x)
		assert.Equal(t, 2*i+1, got.Seq, "numbers go on")
		x.end(nil, nil)
		if i == 99 {
			require.Len(t, x.Frames(), 2)
			assert.Equal(t, "ask 99", string(x.Frames()[0].Data))
		}
	}
	frames := l.Frames()
	assert.LessOrEqual(t, len(frames), 8)
	assert.Equal(t, "answer 99", string(frames[len(frames)-1].Data))
	assert.Equal(t, 200, len(frames)+l.Dropped())
	assert.Contains(t, l.Exchanges(), open, "what is under way is kept")
	assert.LessOrEqual(t, len(l.Exchanges()), 16)
}

func TestARollingLogIsBoundedByBytes(t *testing.T) {
	l := NewLog(rolling(1000, 100))
	for range 50 {
		l.Add(line(strings.Repeat("x", 40)), nil)
	}
	total := 0
	for _, f := range l.Frames() {
		total += len(f.Data)
	}
	assert.LessOrEqual(t, total, 100)
	assert.Positive(t, total)
	huge := l.Add(line(strings.Repeat("y", 200)), nil)
	assert.Len(t, huge.Data, 200, "the frame itself is whole")
	assert.True(t, l.Frames()[len(l.Frames())-1].Cut())
	l.Add(line("small"), nil)
	assert.Equal(t, "small", string(l.Frames()[len(l.Frames())-1].Data), "the huge one takes no room")
}

func TestFramesAreToldOfHoweverManyAreKept(t *testing.T) {
	limits := webLimits(patient)
	limits.Rolling, limits.Frames, limits.Log = true, 4, 1000
	web := newWebServer(t, func(w http.ResponseWriter, r *http.Request) { writeResult(w, bodyOf(r), 1) })
	var mu sync.Mutex
	var seqs []int
	statuses := 0
	s, err := Connect(t.Context(), Target{URL: web.URL}, Options{Revision: Rev20251125, Transport: HTTP, Limits: limits, Bare: true, Frame: func(f Frame, x *Exchange) {
		mu.Lock()
		defer mu.Unlock()
		if f.Channel == ChannelHTTP {
			statuses += x.Status / 100
			return
		}
		seqs = append(seqs, f.Seq)
	}})
	require.NoError(t, err)
	defer func() { assert.NoError(t, s.Close(t.Context())) }()
	for range 50 {
		require.NotNil(t, s.Call(t.Context(), "ping", nil).Reply())
	}
	mu.Lock()
	defer mu.Unlock()
	require.Len(t, seqs, 100)
	for i, seq := range seqs {
		assert.Equal(t, i, seq)
	}
	assert.Equal(t, 100, statuses, "each answer's status is told of")
	assert.LessOrEqual(t, len(s.Log().Frames()), 4)
	assert.LessOrEqual(t, len(s.Log().Exchanges()), 8)
}

// TestALongSessionDoesNotGrow calls a server many times with answers of some size.
func TestALongSessionDoesNotGrow(t *testing.T) {
	limits := webLimits(patient)
	limits.Rolling, limits.Frames, limits.Log = true, 64, 1<<20
	body := strings.Repeat("z", 20<<10)
	web := newWebServer(t, func(w http.ResponseWriter, r *http.Request) { writeResult(w, bodyOf(r), body) })
	s := bare(t, web, limits)
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	ask := func(n int) {
		for range n {
			require.NotNil(t, s.Call(t.Context(), "ping", nil).Reply())
		}
	}
	ask(200)
	before := heap()
	ask(1500) // thirty megabytes
	assert.Less(t, heap(), before+6<<20)
}

func TestIDsOfLongAgoAreForgotten(t *testing.T) {
	var w waiting
	w.asked = map[string]bool{}
	for i := range 5 * maxAsked {
		w.remember(fmt.Sprint(i))
	}
	assert.LessOrEqual(t, len(w.asked), maxAsked)
	assert.Len(t, w.order, len(w.asked))
	assert.True(t, w.asked[fmt.Sprint(5*maxAsked-1)])
	assert.False(t, w.asked["0"])
}

func TestLogOfPutsWhatIsLeftInStep(t *testing.T) {
	from := NewLog(rolling(4, 1<<20))
	for i := range 20 {
		x := newExchange(Request{Method: fmt.Sprint("m", i)}, nil, ValueOf(i))
		from.open(x)
		from.Add(NewFrame(Sent, ChannelBody, []byte(`{}`)), x)
		from.Add(NewFrame(Received, ChannelBody, []byte(`{}`)), x)
		x.end(nil, nil)
	}
	l := LogOf(from.Frames(), from.Exchanges(), nil)
	require.NotEmpty(t, l.Frames())
	for i, f := range l.Frames() {
		x := l.Exchanges()[f.Exchange]
		assert.Equal(t, fmt.Sprint("m", x.Seq), x.Request.Method)
		assert.Equal(t, from.Frames()[i].Exchange, x.Seq)
	}
}

func TestWhatWasRecordedIsExchangesAgain(t *testing.T) {
	sent := func(text string, exchange int) Recorded {
		r := Recorded{Frame: NewFrame(Sent, ChannelBody, []byte(text)), Method: "POST", URL: "http://x/mcp", Header: http.Header{"A": {"b"}}}
		r.Exchange = exchange
		return r
	}
	came := func(c Channel, text string, exchange, status int) Recorded {
		r := Recorded{Frame: NewFrame(Received, c, []byte(text)), Status: status, Answer: http.Header{"Content-Type": {"application/json"}}}
		r.Exchange = exchange
		return r
	}
	l := LogOfRecorded([]Recorded{
		sent(`{"jsonrpc":"2.0","id":1,"method":"ping","params":{}}`, 7),
		came(ChannelHTTP, "", 7, 200),
		came(ChannelBody, `{"jsonrpc":"2.0","id":1,"result":{}}`, 7, 0),
		sent(`{"jsonrpc":"2.0","method":"notifications/initialized"}`, 8),
		came(ChannelHTTP, "", 8, 202),
	}, ErrClosed)
	require.Len(t, l.Frames(), 3)
	require.Len(t, l.Exchanges(), 2)
	ping, note := l.Exchanges()[0], l.Exchanges()[1]
	assert.Equal(t, 200, ping.Status)
	assert.Equal(t, "b", ping.SentHeader.Get("A"))
	assert.True(t, ping.Result().Is(Object))
	assert.Len(t, ping.Frames(), 2)
	assert.Equal(t, 202, note.Status)
	assert.True(t, note.Request.Notification)
	assert.Nil(t, note.Reply())
	assert.ErrorIs(t, l.Ended(), ErrClosed)

	stdio := LogOfRecorded([]Recorded{
		{Frame: NewFrame(Sent, ChannelStdin, []byte(`{"jsonrpc":"2.0","id":"a","method":"tools/list"}`))},
		{Frame: NewFrame(Received, ChannelStdout, []byte(`noise`))},
		{Frame: NewFrame(Received, ChannelStdout, []byte(`{"jsonrpc":"2.0","id":"a","error":{"code":-1,"message":"no"}}`))},
	}, nil)
	x := stdio.Exchanges()[0]
	require.NotNil(t, x.RPCError())
	assert.Equal(t, "tools/list", x.Request.Method)
	assert.Equal(t, -1, stdio.Frames()[1].Exchange)
	assert.Equal(t, 0, stdio.Frames()[2].Exchange)
}
