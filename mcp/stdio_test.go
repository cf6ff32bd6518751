package mcp

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// within10 is the longest that anything here may take, however busy the
// machine.
const within10 = 10 * time.Second

func stdioLimits() Limits {
	return Limits{
		Start: within10, Call: 5 * time.Second, Exit: 3 * time.Second,
		Frame: 256 << 10, Log: 4 << 20, Frames: 1000, Stderr: 1 << 10, Asked: 10,
	}
}

// heard collects what a Receiver is told.
type heard struct {
	mu       sync.Mutex
	messages []Message
	owners   []*Exchange
}

func (h *heard) receive(m Message, x *Exchange) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.messages, h.owners = append(h.messages, m), append(h.owners, x)
}

// play starts a scenario of TestMain. When the test ends, so must everything
// that belongs to the server.
func play(t *testing.T, scenario string, limits Limits) (*stdio, *heard) {
	t.Helper()
	return dial(t, Target{Command: []string{os.Args[0]}, Env: append(os.Environ(), scenarioVar+"="+scenario, promptRaceExit)}, limits)
}

func dial(t *testing.T, target Target, limits Limits) (*stdio, *heard) {
	t.Helper()
	goroutines := runtime.NumGoroutine()
	h := new(heard)
	transport, err := dialStdio(t.Context(), target, Options{Limits: limits}, h.receive)
	require.NoError(t, err)
	tr := transport.(*stdio)
	t.Cleanup(func() {
		assert.NoError(t, tr.Close(context.Background()))
		requireGone(t, tr.peer.pid)
		requireGoroutines(t, goroutines)
	})
	return tr, h
}

// requireGoroutines waits until no more goroutines run than before. It counts
// in its own goroutine, as assert.Eventually would start another.
func requireGoroutines(t *testing.T, before int) {
	t.Helper()
	poll := time.NewTicker(time.Millisecond)
	defer poll.Stop()
	for began := time.Now(); runtime.NumGoroutine() > before; <-poll.C {
		require.Less(t, time.Since(began), within10, "goroutines are left")
	}
}

// start sends r; a request gets the id id.
func start(tr *stdio, id any, r Request) (*Exchange, error) {
	body, asked := r.Raw, Value{}
	if id != nil {
		asked = ValueOf(id)
	}
	if body == nil {
		body = encode(r.Method, asked, ValueOf(map[string]any{}))
	}
	x := newExchange(r, body, asked)
	tr.Log().open(x)
	err := tr.Send(context.Background(), x)
	return x, err
}

func mustStart(t *testing.T, tr *stdio, id any, r Request) *Exchange {
	t.Helper()
	x, err := start(tr, id, r)
	require.NoError(t, err)
	return x
}

// ask sends a request and waits for what comes of it.
func ask(t *testing.T, tr *stdio, id any) *Exchange {
	t.Helper()
	x := mustStart(t, tr, id, Request{Method: "ping"})
	finish(t, x)
	return x
}

func finish(t *testing.T, x *Exchange) {
	t.Helper()
	select {
	case <-x.Done():
	case <-time.After(within10):
		require.Fail(t, "the exchange did not end")
	}
}

// untilFrame waits for the first frame received whose text has part in it.
func untilFrame(t *testing.T, tr *stdio, part string) Frame {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within10)
	defer cancel()
	f, err := tr.Log().Await(ctx, func(f Frame) bool {
		return f.Direction == Received && bytes.Contains(f.Data, []byte(part))
	})
	require.NoError(t, err, part)
	return f
}

func outputOf(tr *stdio) (all []Frame) {
	for _, f := range tr.Log().Frames() {
		if f.Direction == Received {
			all = append(all, f)
		}
	}
	return all
}

func TestStdioAnswers(t *testing.T) {
	const reply = `{"jsonrpc":"2.0","id":1,"result":{"ok":true}}`
	tests := map[string][]string{ // scenario → the lines received
		"plain":      {reply},
		"bytewise":   {reply},
		"crlf":       {reply + "\r"},
		"bom":        {"\xef\xbb\xbf" + reply},
		"blank":      {reply},
		"unfinished": {reply},
		"banner":     {"Starting up...", "Listening on stdio \x1b[32mOK\x1b[0m", reply},
		"batch":      {"[" + notice + "," + reply + "]"},
	}
	for scenario, want := range tests {
		t.Run(scenario, func(t *testing.T) {
			tr, _ := play(t, scenario, stdioLimits())
			x := ask(t, tr, 1)
			require.NoError(t, x.Err())
			assert.True(t, x.Result().Get("ok").True())
			var got []string
			for _, f := range outputOf(tr) {
				got = append(got, string(f.Data))
				assert.Equal(t, ChannelStdout, f.Channel)
			}
			assert.Equal(t, want, got)
			frames := x.Frames()
			require.Len(t, frames, 2)
			assert.Equal(t, ChannelStdin, frames[0].Channel)
			assert.Equal(t, x.Sent, frames[0].Data)
			assert.Equal(t, want[len(want)-1], string(frames[1].Data))
			assert.Equal(t, x.Seq, frames[1].Exchange)
			assert.GreaterOrEqual(t, frames[1].At, frames[0].At)
			_, err := frames[1].Message()
			assert.NoError(t, err, "a byte order mark does not hide the message")
		})
	}
}

func TestStdioSeveralAnswersInOneWrite(t *testing.T) {
	tr, h := play(t, "several", stdioLimits())
	var all []*Exchange
	for _, id := range []any{1, "one", 3} {
		all = append(all, mustStart(t, tr, id, Request{Method: "ping"}))
	}
	for _, x := range all {
		finish(t, x)
		require.NoError(t, x.Err())
		assert.True(t, Equal(x.Asked, x.Reply().ID()))
		assert.Len(t, x.Received(), 1)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	assert.Equal(t, all, h.owners, "the receiver is told in order")
}

// TestStdioStrayAnswers: an answer with another id, or with the same one in
// another type, is kept and answers nothing.
func TestStdioStrayAnswers(t *testing.T) {
	for scenario, id := range map[string]string{"wrong-id": "999", "string-id": `"1"`, "null-id": "null"} {
		t.Run(scenario, func(t *testing.T) {
			tr, h := play(t, scenario, stdioLimits())
			x := mustStart(t, tr, 1, Request{Method: "ping"})
			f := untilFrame(t, tr, `"id":`+id)
			assert.Equal(t, -1, f.Exchange)
			require.NoError(t, tr.Close(t.Context()))
			assert.ErrorIs(t, x.Err(), ErrClosed)
			assert.Nil(t, x.Reply())
			assert.Equal(t, []*Exchange{nil}, h.owners)
		})
	}
}

func TestStdioRepeatedAnswer(t *testing.T) {
	tr, _ := play(t, "twice", stdioLimits())
	first := ask(t, tr, 1)
	second := ask(t, tr, 2) // its answer comes after the repetition
	require.NoError(t, first.Err())
	require.NoError(t, second.Err())
	frames := outputOf(tr)
	require.GreaterOrEqual(t, len(frames), 3)
	assert.Equal(t, []int{first.Seq, -1, second.Seq}, []int{frames[0].Exchange, frames[1].Exchange, frames[2].Exchange})
	m, err := frames[1].Message()
	require.NoError(t, err)
	assert.Equal(t, "1", m.ID().String())
}

// TestStdioAnswerWithoutResultAndError: it is a bad answer and not silence.
func TestStdioAnswerWithoutResultAndError(t *testing.T) {
	tr, _ := play(t, "neither", stdioLimits())
	x := ask(t, tr, 1)
	require.NoError(t, x.Err())
	require.NotNil(t, x.Reply())
	assert.False(t, x.Result().Exists())
	assert.Nil(t, x.RPCError())
}

func TestStdioRawTakesAnswerWithoutID(t *testing.T) {
	tr, _ := play(t, "null-id", stdioLimits())
	asked := mustStart(t, tr, 1, Request{Method: "ping"})
	untilFrame(t, tr, "null")
	raw := mustStart(t, tr, nil, Request{Raw: []byte("{broken")})
	finish(t, raw)
	require.NoError(t, raw.Err())
	assert.EqualValues(t, CodeParseError, raw.RPCError().Code)
	assert.Equal(t, "{broken", string(raw.Frames()[0].Data))
	assert.NoError(t, asked.Err(), "the request still waits")
	select {
	case <-asked.Done():
		assert.Fail(t, "the request still waits")
	default:
	}
}

// TestStdioLateAnswer: the answer to an abandoned request comes before that to
// a text without id, and must not be taken for it.
func TestStdioLateAnswer(t *testing.T) {
	tr, _ := play(t, "late", stdioLimits())
	first := mustStart(t, tr, 1, Request{Method: "ping"})
	first.Close()
	assert.ErrorIs(t, first.Err(), context.Canceled)
	raw := mustStart(t, tr, nil, Request{Raw: []byte("nonsense")})
	finish(t, raw)
	assert.EqualValues(t, CodeParseError, raw.RPCError().Code)
	assert.Equal(t, -1, outputOf(tr)[0].Exchange)
	assert.Nil(t, first.Reply())
}

func TestStdioNotificationIsOverOnceSent(t *testing.T) {
	tr, _ := play(t, "silent", stdioLimits())
	x := mustStart(t, tr, nil, Request{Method: "notifications/initialized", Notification: true})
	select {
	case <-x.Done():
	default:
		assert.Fail(t, "it is over")
	}
	assert.NoError(t, x.Err())
	assert.Nil(t, x.Reply())
}

func TestStdioKnowsNoHTTP(t *testing.T) {
	tr, _ := play(t, "silent", stdioLimits())
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		_, err := start(tr, nil, Request{HTTPMethod: method})
		assert.ErrorContains(t, err, "stdio has no such thing")
	}
	assert.Empty(t, tr.Log().Frames())
}

func TestStdioRunsInFolderWithEnvironmentAndWithoutShell(t *testing.T) {
	dir := t.TempDir()
	tr, _ := dial(t, Target{
		Command: []string{os.Args[0], "$FLAVOUR; exit 1", "*"}, Dir: dir,
		Env: append(os.Environ(), scenarioVar+"=environment", promptRaceExit, "FLAVOUR=mint"),
	}, stdioLimits())
	x := ask(t, tr, 1)
	want, err := os.Stat(dir)
	require.NoError(t, err)
	got, err := os.Stat(x.Result().Get("dir").Text())
	require.NoError(t, err)
	assert.True(t, os.SameFile(want, got))
	assert.Equal(t, "mint", x.Result().Get("flavour").Text())
	assert.JSONEq(t, `["$FLAVOUR; exit 1","*"]`, x.Result().Get("args").String())
}

func TestStdioFromManyGoroutines(t *testing.T) {
	tr, _ := play(t, "plain", stdioLimits())
	var all sync.WaitGroup
	for id := range 50 {
		all.Go(func() {
			x, err := start(tr, id, Request{Method: "ping"})
			assert.NoError(t, err)
			assert.NoError(t, x.Wait(t.Context()))
			assert.True(t, Equal(x.Asked, x.Reply().ID()))
		})
	}
	all.Wait()
	assert.Len(t, tr.Log().Frames(), 100)
	for i, f := range tr.Log().Frames() {
		assert.Equal(t, i, f.Seq)
	}
}

// echo is a server within this process that answers every line and ends with
// its input or its context.
func echo(ctx context.Context) (Pipe, error) {
	inRead, inWrite := io.Pipe()
	outRead, outWrite := io.Pipe()
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { _ = inRead.CloseWithError(ctx.Err()) })
	go func() {
		defer close(done)
		defer stop()
		for in := bufio.NewScanner(inRead); in.Scan(); {
			m, _ := ParseMessage(bytes.Clone(in.Bytes()))
			_, _ = io.WriteString(outWrite, okAnswer(m.ID().String())+"\n")
		}
		_ = outWrite.Close()
	}()
	return Pipe{Stdin: inWrite, Stdout: outRead, Stderr: strings.NewReader("hello"), Wait: func() error { <-done; return nil }}, nil
}

func TestStdioPipe(t *testing.T) {
	goroutines := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(t.Context())
	transport, err := dialStdio(ctx, Target{Pipe: echo}, Options{Limits: stdioLimits()}, func(Message, *Exchange) {})
	require.NoError(t, err)
	cancel() // it bounds the opening alone
	tr := transport.(*stdio)
	assert.NoError(t, ask(t, tr, 1).Err())
	require.NoError(t, tr.Close(t.Context()))
	require.NoError(t, tr.Close(t.Context()), "closing may be repeated")
	assert.Equal(t, "hello", string(tr.Stderr()))
	exit, ok := tr.Exit()
	assert.True(t, ok)
	assert.Empty(t, exit.Forced, "it ended with its input")
	_, err = start(tr, 2, Request{Method: "ping"})
	assert.ErrorIs(t, err, ErrClosed)
	requireGoroutines(t, goroutines)
}

// TestStdioPipeThatStays: a server that does not mind the end of its input
// ends when its context does.
func TestStdioPipeThatStays(t *testing.T) {
	limits := stdioLimits()
	limits.Exit = 50 * time.Millisecond
	stay := func(ctx context.Context) (Pipe, error) {
		_, in := io.Pipe()
		out, _ := io.Pipe()
		return Pipe{Stdin: in, Stdout: out, Wait: func() error { <-ctx.Done(); return ctx.Err() }}, nil
	}
	tr, _ := dial(t, Target{Pipe: stay}, limits)
	began := time.Now()
	require.NoError(t, tr.Close(t.Context()))
	assert.Less(t, time.Since(began), within10)
	assert.ErrorIs(t, tr.Log().Ended(), ErrClosed)
}
