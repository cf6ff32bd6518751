package mcp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"
)

// stdio is the transport of standard streams: one message per line. See
// basic/transports#stdio; the ending follows basic/lifecycle#stdio. Three
// goroutines serve it, and all are gone when Close returns: readAll for
// standard output, one that drains standard error, and reap.
type stdio struct {
	limits   Limits
	patience time.Duration // for what should take no time at all
	log      *Log
	receive  Receiver
	peer     *peer
	stderr   *tail
	waiting  waiting

	turn    chan struct{} // held by whoever writes to standard input
	read    chan struct{} // closed when standard output was read to its end
	drained chan struct{} // likewise for standard error
	exited  chan struct{} // closed when the server has ended; then exit is set
	gone    chan struct{} // closed when nothing of the server is left

	mu     sync.Mutex
	hungUp time.Time // when standard input was closed
	forced string
	exit   Exit
}

// dialStdio starts the target's server. ctx bounds the start alone; the
// process lives until Close. Every failure is a *ConnectError.
func dialStdio(ctx context.Context, target Target, o Options, receive Receiver) (Transport, error) {
	limits := o.Limits
	if err := ctx.Err(); err != nil {
		return nil, &ConnectError{Cause: CauseUnreachable, What: fmt.Sprintf("the server was not started: %v", err), Err: err}
	}
	p, err := startPeer(ctx, target)
	if err != nil {
		return nil, err
	}
	t := &stdio{
		limits: limits, patience: min(limits.Exit, 250*time.Millisecond),
		log: newLog(o), receive: receive, peer: p, stderr: &tail{keep: limits.Stderr, told: o.Stderr},
		turn: make(chan struct{}, 1), read: make(chan struct{}), drained: make(chan struct{}),
		exited: make(chan struct{}), gone: make(chan struct{}),
	}
	go t.readAll()
	go t.drain()
	go t.reap()
	return t, nil
}

// Log is the connection's log.
func (t *stdio) Log() *Log { return t.log }

// Stderr is the end of what the server has written to standard error so far.
func (t *stdio) Stderr() []byte { return t.stderr.bytes() }

// StderrMeasure is how many bytes the server has written to standard error so
// far, and whether they are UTF-8.
func (t *stdio) StderrMeasure() (total int64, valid bool) { return t.stderr.measure() }

// Send writes x as one line. A server that does not read it in time costs the
// exchange, not the connection: the line stays on its way, and whoever sends
// next waits behind it.
func (t *stdio) Send(ctx context.Context, x *Exchange) error {
	if m := x.Request.HTTPMethod; m != "" && m != http.MethodPost {
		return fmt.Errorf("cannot send HTTP %s: stdio has no such thing", m)
	}
	limit := t.limits.Call
	if x.Request.Timeout > 0 {
		limit = x.Request.Timeout
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case t.turn <- struct{}{}:
	case <-timer.C:
		return unread(limit)
	case <-ctx.Done():
		return ctx.Err()
	}
	x.onClose(func() { t.abandon(x) })
	if err := t.waiting.add(x); err != nil {
		<-t.turn
		return err
	}
	t.log.Add(x.sentFrame(ChannelStdin), x)
	if err := t.write(ctx, x.Sent, timer.C, limit); err != nil {
		t.waiting.remove(x)
		return err
	}
	if x.Request.Notification {
		x.end(nil, nil)
	}
	return nil
}

// write writes one line and gives the turn back when that is done, which may
// be after write has returned: only closing a pipe interrupts a write
// everywhere.
func (t *stdio) write(ctx context.Context, body []byte, late <-chan time.Time, limit time.Duration) error {
	line := append(bytes.Clone(body), '\n')
	wrote := make(chan error, 1)
	go func() {
		_, err := t.peer.stdin.Write(line)
		<-t.turn
		wrote <- err
	}()
	select {
	case err := <-wrote:
		return t.unwritten(err)
	case <-late:
		return unread(limit)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func unread(limit time.Duration) error {
	return fmt.Errorf("the server does not read its standard input: %w", timeoutError(limit))
}

// unwritten explains a failed write. Mostly the server has ended; waiting for
// that to be known lets the caller say how.
func (t *stdio) unwritten(err error) error {
	if err == nil {
		return nil
	}
	within(context.Background(), t.exited, 2*t.patience)
	if over := t.waiting.ended(); over != nil {
		return over
	}
	return fmt.Errorf("%w: cannot write to the server's standard input: %v", ErrClosed, err)
}

func (t *stdio) abandon(x *Exchange) {
	t.waiting.remove(x)
	x.end(nil, context.Canceled)
}

// readAll reads standard output until it ends, or is not worth reading on.
func (t *stdio) readAll() {
	defer close(t.read)
	in := newLines(t.peer.stdout, t.limits.Frame, t.hurry)
	for {
		line, size, err := in.next()
		if blank := len(bytes.TrimSuffix(line, []byte{'\r'})) == 0; !blank {
			t.take(line, size)
		}
		switch {
		case err == nil:
		case errors.Is(err, ErrTooLong):
			t.finish(err)
			t.force(t.peer.kill)
			return
		default:
			// The process mostly ends with its output. Who is told
			// that the connection is over wants to know how.
			within(context.Background(), t.exited, 2*t.patience)
			t.finish(ErrClosed)
			return
		}
	}
}

// hurry bounds the time in which the length of an endless line is counted.
func (t *stdio) hurry() {
	if f, ok := t.peer.stdout.(*os.File); ok {
		_ = f.SetReadDeadline(time.Now().Add(time.Second)) // without it the count has a bound in bytes still
	}
}

// take records a line and hands its messages to those who wait for them.
func (t *stdio) take(line []byte, size int) {
	f := NewFrame(Received, ChannelStdout, line)
	f.Size = size
	if rest, ok := bytes.CutPrefix(line, byteOrderMark); ok {
		f.parsed.once.Do(func() { f.parsed.message, f.parsed.err = ParseMessage(rest) })
	}
	if f.Cut() {
		t.log.Add(f, nil)
		return
	}
	messages := f.Messages()
	owners := make([]*Exchange, len(messages))
	var first *Exchange
	for i, m := range messages {
		if owners[i] = t.waiting.claim(m); first == nil {
			first = owners[i]
		}
	}
	t.log.Add(f, first)
	for i, m := range messages {
		if owners[i] != nil {
			owners[i].end(&m, nil)
		}
		t.receive(m, owners[i])
	}
}

// finish ends the log and everything that waits.
func (t *stdio) finish(why error) {
	all := t.waiting.end(why)
	t.log.end(why)
	for _, x := range all {
		x.end(nil, why)
	}
}

func (t *stdio) drain() {
	defer close(t.drained)
	// Without its other methods a file takes the buffer that it is given, an
	// eighth of its own.
	from := struct{ io.Reader }{t.peer.stderr}
	_, _ = io.CopyBuffer(t.stderr, from, make([]byte, 4<<10)) // an error here is an end as any other
	t.stderr.end()
}
