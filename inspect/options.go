package inspect

import (
	"context"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// Options say how to open a Client. The zero Options negotiate the revision,
// answer nothing that the server asks, and take the default times.
type Options struct {
	// Revision is the revision to speak; "" lets the server choose, see Open.
	Revision mcp.Revision
	// Transport settles how a URL is spoken to; "" finds out.
	Transport mcp.TransportKind
	// Idle is how long a request may stay without answer or progress, Total how
	// long it may take in all; 30 seconds and 10 minutes by default.
	Idle, Total time.Duration
	// LogLevel asks for log messages from that level on; "" asks for none.
	LogLevel string
	// Answers answer what the server asks; nil has none.
	Answers *Answers
	// Respond is asked what no rule of Answers answers: a person, for instance.
	// It may take its time, for a request is not given up meanwhile for being
	// silent; ctx ends when nobody wants the answer any more. What it answers is
	// sent as it is; an error refuses. It may be called from several goroutines
	// at once. nil answers nothing.
	Respond func(ctx context.Context, method string, params mcp.Value) (answer any, err error)
	// Tell is told of what happens meanwhile, one event at a time. It must not
	// wait for the Client.
	Tell func(Event)
	// Frame is told of every frame that crosses, in the order of its connection,
	// with the exchange that it belongs to or nil; attempt counts the connections
	// that Open has tried, from 0. See mcp.Options.Frame for what it must not do.
	Frame func(attempt int, f mcp.Frame, x *mcp.Exchange)
	// Stderr is told of what a server's process writes to standard error, as it
	// comes and in pieces that end anywhere. It must neither block nor keep them.
	Stderr func(text []byte)
}

// The kinds of Event.
const (
	Progress = "progress" // of a request of ours
	Log      = "log"      // a log message of the server's
	Answered = "answered" // the server asked, and an answer was given
	Denied   = "refused"  // the server asked, and there was no answer
	Updated  = "updated"  // a resource has changed; Text is its URI
	Changed  = "changed"  // a list has changed; Text is the method
)

// Event is something that a server said beside its answers. Text is one line
// for a person, in the server's own, unsafe words.
type Event struct {
	Kind, Text string
	Params     mcp.Value
}

const (
	defaultIdle  = 30 * time.Second
	defaultTotal = 10 * time.Minute
	// grace is how long a server that was told to end by closing its standard
	// input is given, until it is asked to by signal.
	grace = 150 * time.Millisecond
	// patience is how long closing takes altogether before what is left of the
	// server's process group is killed.
	patience = 180 * time.Millisecond
	// maxQuestions is how many requests of the server's own are answered in all.
	maxQuestions = 20_000
	// maxFrame is the longest message that is taken in.
	maxFrame = 64 << 20
)

func (o Options) limits() mcp.Limits {
	l := mcp.DefaultLimits()
	l.Call = o.Idle
	l.Start = max(2*o.Idle, time.Second)
	l.Exit = grace
	l.Frame = maxFrame
	// Nobody reads the log again: Tell and Frame are told as things come. A
	// session may live for days.
	l.Log, l.Frames, l.Rolling = 1<<20, 1000, true
	l.Asked = maxQuestions
	return l
}

// settled puts the defaults in.
func (o Options) settled() Options {
	if o.Idle <= 0 {
		o.Idle = defaultIdle
	}
	if o.Total <= 0 {
		o.Total = defaultTotal
	}
	if o.Answers == nil {
		o.Answers = &Answers{}
	}
	if o.Tell == nil {
		o.Tell = func(Event) {}
	}
	return o
}
