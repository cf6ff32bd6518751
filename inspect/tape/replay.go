package tape

import (
	"context"
	"errors"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// ReplayOptions say how to replay a recording against a server.
type ReplayOptions struct {
	// Timeout bounds the wait for each answer, 30 seconds by default.
	Timeout time.Duration
	// Transport settles how a URL is spoken to; "" is Streamable HTTP, or what
	// the recording used of the two.
	Transport mcp.TransportKind
	// Ignore names what is not compared.
	Ignore []Ignored
	// Learn replays twice. What differs between the two is volatile: not
	// compared with the recording.
	Learn bool
}

// The verdicts on an answer.
const (
	Same    = "same"
	Differs = "differs"
	Missing = "missing" // the live server did not answer
	Extra   = "extra"   // the recorded one did not
)

// Compared is one answer, recorded and live.
type Compared struct {
	// Session counts the sessions of the recording, N the entries of each.
	Session, N   int
	Method, Name string
	Verdict      string
	Differences  []Difference
	// Ignored are the pointers at which they differ and which do not count.
	Ignored []string
	// Why says what was wrong when no answer came.
	Why                    string
	RecordedTook, LiveTook time.Duration
}

// Report is what came of a replay.
type Report struct {
	Revision mcp.Revision
	Answers  []Compared
	// Learnt are the volatile members that were found out.
	Learnt []Ignored
	// Unanswered names what the live server asked and the recorded client was
	// never asked.
	Unanswered []string
}

// Count is how many answers have a verdict.
func (r *Report) Count(verdict string) int {
	n := 0
	for _, a := range r.Answers {
		if a.Verdict == verdict {
			n++
		}
	}
	return n
}

// Same reports whether every answer is the same.
func (r *Report) Same() bool { return r.Count(Same) == len(r.Answers) }

// Replay sends what the recorded client sent to a live server, in the same order
// and with the same waits for answers, answers its questions as the client did,
// and compares the answers. The error is a *mcp.ConnectError when the server
// cannot be reached, or ctx's own.
func Replay(ctx context.Context, t *Tape, target mcp.Target, o ReplayOptions) (*Report, error) {
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Transport == "" && t.Target.Transport == mcp.SSE {
		o.Transport = mcp.SSE
	}
	whole := &Report{Revision: t.Revision()}
	for i, one := range t.apart() {
		r, err := replay(ctx, one, target, o)
		if err != nil {
			return nil, err
		}
		for j := range r.Answers {
			r.Answers[j].Session = i
		}
		whole.Answers = append(whole.Answers, r.Answers...)
		whole.Learnt = unique(append(whole.Learnt, r.Learnt...))
		whole.Unanswered = append(whole.Unanswered, r.Unanswered...)
	}
	if len(whole.Answers) == 0 {
		return nil, errors.New("the client asked nothing in the recording")
	}
	return whole, nil
}

// replay replays one session.
func replay(ctx context.Context, t *Tape, target mcp.Target, o ReplayOptions) (*Report, error) {
	s, err := scripted(t)
	if err != nil {
		return nil, err
	}
	learnt := repeated(s)
	if o.Learn {
		first, err := play(ctx, t, s, target, o)
		if err != nil {
			return nil, err
		}
		second, err := play(ctx, t, s, target, o)
		if err != nil {
			return nil, err
		}
		for turn, a := range first.replies {
			if b, ok := second.replies[turn]; ok {
				learnt = append(learnt, volatile(turn.message.Method(), a.Value, b.Value)...)
			}
		}
		return second.report(s, t.Revision(), o.Ignore, unique(learnt)), nil
	}
	one, err := play(ctx, t, s, target, o)
	if err != nil {
		return nil, err
	}
	return one.report(s, t.Revision(), o.Ignore, unique(learnt)), nil
}

// repeated learns from requests that were made more than once in the recording.
func repeated(s *script) []Ignored {
	var all []Ignored
	first := map[string]*turn{}
	for _, t := range s.turns {
		if !t.replied {
			continue
		}
		key := request(t.message)
		if before := first[key]; before != nil {
			all = append(all, volatile(t.message.Method(), before.reply.Value, t.reply.Value)...)
			continue
		}
		first[key] = t
	}
	return all
}

// report compares what came with what was recorded.
func (r *replaying) report(s *script, revision mcp.Revision, ignore, learnt []Ignored) *Report {
	out := &Report{Revision: revision, Learnt: learnt, Unanswered: r.unanswered}
	ignored := append(append([]Ignored(nil), ignore...), learnt...)
	for _, t := range s.turns {
		if t.message.MessageKind() != mcp.RequestMessage {
			continue
		}
		live, came := r.replies[t]
		if !t.replied && !came {
			continue
		}
		c := Compared{
			N: t.entry.N, Method: t.entry.Method, Name: t.entry.Name, Verdict: Same,
			RecordedTook: t.entry.Latency, LiveTook: r.took[t],
		}
		switch {
		case !came:
			c.Verdict, c.Why = Missing, "no answer came"
			if err := r.failed[t]; err != nil {
				c.Why = err.Error()
			}
		case !t.replied:
			c.Verdict = Extra
		default:
			c.Differences, c.Ignored = judge(c.Method, differences(t.reply.Value, live.Value), ignored)
			if len(c.Differences) > 0 {
				c.Verdict = Differs
			}
		}
		out.Answers = append(out.Answers, c)
	}
	return out
}
