package mcptest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"sync"

	"github.com/mcpctl/mcpctl/mcp"
)

// process is a server on in-process standard streams.
type process struct {
	w      *world
	conn   *conn
	stdin  *io.PipeReader
	input  *io.PipeWriter
	stdout *buffer
	stderr *buffer
	done   chan struct{}
	err    error

	mu    sync.Mutex
	calls map[string]*Call // of the stateless era
}

// start starts a process that lives until its input ends, it is killed, or
// ctx ends.
func (s *Server) start(ctx context.Context) *process {
	p := &process{w: newWorld(ctx, s), done: make(chan struct{}), calls: map[string]*Call{}}
	p.stdin, p.input = io.Pipe()
	p.stderr = newBuffer(nil)
	p.stdout = newBuffer(p.w.cancel)
	p.conn = newConn(p.w, mcp.Stdio, "", p)
	go p.run()
	return p
}

func (p *process) pipe() mcp.Pipe {
	return mcp.Pipe{Stdin: p.input, Stdout: p.stdout, Stderr: p.stderr, Wait: func() error {
		<-p.done
		return p.err
	}, Terminate: func() {
		if !p.w.s.Faults.IgnoreTerm {
			p.w.cancel()
		}
	}}
}

// errExit is how a process ends that a fault has ended.
var errExit = errors.New("exit status 1")

func (p *process) run() {
	defer close(p.done)
	defer func() { _ = p.stdout.finish() }()
	defer func() { _ = p.stderr.finish() }()
	// A killed process reads no more.
	defer context.AfterFunc(p.w.ctx, func() { _ = p.stdin.CloseWithError(io.ErrClosedPipe) })()
	faults := p.w.s.Faults
	p.stderr.add(faults.Stderr)
	p.stdout.add(faults.Banner)
	p.err = p.read()
	if p.err == nil && faults.IgnoreEOF {
		<-p.w.ctx.Done()
	}
	p.w.close()
	_ = p.stdin.Close()
	p.stdout.add(faults.Farewell)
}

// read takes in lines until the input ends.
func (p *process) read() error {
	in := bufio.NewReaderSize(p.stdin, 64<<10)
	for {
		line, err := in.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			if !p.line(line) {
				return errExit
			}
		}
		if err != nil {
			return nil
		}
	}
}

// put writes messages, one a line: process is the sink of all it answers.
func (p *process) put(pieces [][]byte, _ bool) {
	for _, piece := range pieces {
		p.stdout.add(append(piece[:len(piece):len(piece)], '\n'))
	}
}

// line takes in one line; false ends the process.
func (p *process) line(raw []byte) bool {
	s := p.w.s
	c := p.conn.context(mcp.Message{}, nil)
	if s.Faults.Line != nil {
		if out, handled := s.Faults.Line(&c, raw); handled {
			p.put(out, false)
			return true
		}
	}
	m, bad := parse(raw)
	if bad != nil {
		if !s.skips(SkipJSON) {
			p.put(s.pieces(&c, failure(unreadableID(c.Revision), bad), true), false)
		}
		return true
	}
	c.In = m
	if s.Faults.ExitOn != nil && s.Faults.ExitOn(&c, m) {
		return false
	}
	if p.isStateless(m, c.Revision) {
		p.stateless(m)
		return true
	}
	_ = p.conn.receive(m, p, nil)
	return true
}

// isStateless tells which era a message belongs to. After initialize that is
// settled for the process.
func (p *process) isStateless(m mcp.Message, agreed mcp.Revision) bool {
	s := p.w.s
	switch {
	case len(s.speaks(mcp.Stateless)) == 0:
		return false
	case len(s.speaks(mcp.Handshake)) == 0:
		return true
	case agreed != "":
		return s.skips(SkipDualProcess) && marked(m)
	case marked(m):
		return true
	}
	// Neither era is chosen yet: what opens the handshake era opens it, and
	// all other requests lack their _meta.
	opens := slices.Contains([]string{"initialize", "ping"}, m.Method())
	return !opens && m.MessageKind() != mcp.BatchMessage && (m.MessageKind() == mcp.RequestMessage && !s.skips(SkipInitialize) || m.MessageKind() == mcp.NotificationMessage)
}

// stateless takes in a message of the stateless era.
func (p *process) stateless(m mcp.Message) {
	s, c := p.w.s, Context{In: m, Revision: stateless, Transport: mcp.Stdio}
	if s.Faults.Handle != nil {
		if out, handled := s.Faults.Handle(&c, m); handled {
			s.handled(&c, out, p)
			return
		}
	}
	id, err := s.envelope(m)
	switch {
	case m.MessageKind() == mcp.BatchMessage:
		err = rpcError(mcp.CodeInvalidRequest, nil, "a batch is not acceptable here")
		p.put(s.pieces(&c, failure(mcp.Value{}, err), true), false)
	case m.MessageKind() == mcp.NotificationMessage:
		p.cancelled(m)
	case m.MessageKind() == mcp.ResponseMessage:
	case err != nil:
		p.put(s.pieces(&c, failure(id, err), true), false)
	case m.MessageKind() == mcp.RequestMessage:
		p.request(m)
	}
}

func (p *process) request(m mcp.Message) {
	c, err := p.w.statelessCall(m, mcp.Stdio, nil, p)
	if err != nil {
		p.beside(c, func() { c.finish(nil, err); c.cancel() })
		return
	}
	p.mu.Lock()
	p.calls[idKey(m.ID())] = c
	p.mu.Unlock()
	p.beside(c, func() {
		c.run()
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.calls[idKey(m.ID())] == c && c.ctx.Err() != nil { // a subscription stays
			delete(p.calls, idKey(m.ID()))
		}
	})
}

// beside runs f at once, or beside everything else when it may take its time.
func (p *process) beside(c *Call, f func()) {
	if blocks(c.In.Method()) || p.w.s.Faults.Delay != nil {
		p.w.spawn(f)
		return
	}
	f()
}

func (p *process) cancelled(m mcp.Message) {
	if m.Method() != "notifications/cancelled" {
		return
	}
	p.mu.Lock()
	c := p.calls[idKey(m.Params().Get("requestId"))]
	p.mu.Unlock()
	if c != nil {
		c.stop()
	}
}
