package checks

import (
	"context"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// ending is a session that was used and then closed.
type ending struct {
	session *mcp.Session
	control *mcp.Exchange
	frames  int // how many there were when it was closed
}

// stdioEnding uses a process and closes its standard input, once for all
// checks that look at the end and for all revisions, which do not matter here.
func stdioEnding(ctx context.Context, p *conformance.Probe) (ending, error) {
	return conformance.OnceForAll(ctx, p, "stdio ending", func(ctx context.Context) (ending, error) {
		s, err := p.Fresh(ctx)
		if err != nil {
			return ending{}, err
		}
		// What follows an answer late has come by the time of the next.
		if _, err := p.Control(ctx, s); err != nil {
			return ending{}, err
		}
		x, err := p.Control(ctx, s)
		if err != nil {
			return ending{}, err
		}
		e := ending{session: s, control: x, frames: len(s.Log().Frames())}
		return e, s.Close(ctx)
	})
}

func stdioStderr(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	e, err := stdioEnding(ctx, p)
	if err != nil {
		return err
	}
	exit, ok := e.session.Exit()
	if !ok || len(exit.Stderr) == 0 {
		return conformance.Unprovenf("the server wrote nothing to standard error")
	}
	j.Saw(e.control)
	if text := wholeRunes(exit.Stderr); !utf8.Valid(text) {
		j.Failf(e.control, "standard error is not UTF-8: %.80q", badUTF8(text))
	}
	return j.Err("")
}

// wholeRunes takes away the rest of a character with which the kept end of a
// long text may begin.
func wholeRunes(tail []byte) []byte {
	const short = 4 << 10 // of which nothing was cut
	for i := 0; len(tail) > short && i < utf8.UTFMax-1 && !utf8.RuneStart(tail[0]); i++ {
		tail = tail[1:]
	}
	return tail
}

func stdioShutdown(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	e, err := stdioEnding(ctx, p)
	if err != nil {
		return err
	}
	j.Saw(e.control)
	talked := false
	for _, line := range linesOf(conformance.Connection{Log: e.session.Log()}) {
		after := line.Frame.Seq >= e.frames
		switch {
		case line.kind == lineMessage:
			talked = true
		case line.kind != lineNoise:
		case after:
			j.Failf(e.control, "when standard input was closed, the server wrote to standard output: %.80q", line.Frame.Data)
		case talked:
			return conformance.Blockedf("stdio/stdout/only-messages", "the server writes other things between messages, too")
		}
	}
	return j.Err("")
}

// stdioRestart kills a process while a request is under way and repeats the
// very request on a new one.
func stdioRestart(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	lost, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	methods := pulseAndList(p)
	request := mcp.Request{Method: methods[len(methods)-1], ID: "mcpctl-retry"}
	control, err := p.Ask(ctx, request.Method, nil)
	if err != nil {
		return err
	}
	if !control.Result().Exists() {
		return conformance.Unprovenf("the control request %s got no result: %s", request.Method, outcome(control))
	}
	lost.Start(ctx, request)
	lost.Terminate()
	if err := lost.Close(ctx); err != nil {
		return err
	}
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	x := s.Do(ctx, request)
	j.Saw(x)
	if !x.Result().Exists() {
		j.Failf(x, "%s was lost when its process was killed, and repeated on a new one it got no result: %s", request.Method, outcome(x))
	}
	return j.Err("")
}
