package mcp

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// Spoken is what a target turned out to speak.
type Spoken struct {
	Transport TransportKind
	// Sessions holds an open session for each revision that the server
	// speaks; the caller closes them.
	Sessions map[Revision]*Session
	// Refused holds the reason for each revision that was tried and is not
	// spoken.
	Refused map[Revision]*ConnectError
}

// Detect opens a session in each of the revisions given, each on a connection
// of its own, and reports which of them the server speaks. A server that
// speaks HTTP is tried over Streamable HTTP first and over HTTP+SSE when that
// opens no session at all; see basic/transports#backwards-compatibility and,
// for the stateless era, basic/versioning#protocol-version-negotiation. When
// no revision is spoken, the error is the *ConnectError that tells most.
func Detect(ctx context.Context, target Target, revisions []Revision, o Options) (Spoken, error) {
	kinds := []TransportKind{Stdio}
	if target.URL != "" {
		kinds = []TransportKind{HTTP, SSE}
		if o.Transport != "" {
			kinds = []TransportKind{o.Transport}
		}
	}
	var first Spoken
	for i, kind := range kinds {
		o.Transport = kind
		spoken := detect(ctx, target, revisions, o)
		if len(spoken.Sessions) > 0 {
			return spoken, nil
		}
		if i == 0 {
			first = spoken
		}
		if spoken.talks() || ctx.Err() != nil {
			break
		}
	}
	return first, first.reason(revisions)
}

// silence is how long a server that has answered a handshake may stay silent
// on server/discover, in multiples of the time that the handshake took, before
// it counts as one that does not know it. Some handshake servers drop what
// they do not know, and nobody should wait for the whole limit then.
const silence = 4

// minSilence keeps that wait from getting unfair where handshakes are quick.
const minSilence = 2 * time.Second

// detect tries all revisions, the first of a command alone: package runners
// such as npx install what they start, and do not like to do so five times at
// once.
func detect(ctx context.Context, target Target, revisions []Revision, o Options) Spoken {
	d := detector{target: target, options: o,
		spoken: Spoken{Transport: o.Transport, Sessions: map[Revision]*Session{}, Refused: map[Revision]*ConnectError{}}}
	unanswered, giveUp := context.WithCancel(ctx)
	defer giveUp()
	rest := slices.DeleteFunc(slices.Clone(revisions), func(r Revision) bool { return o.Transport == SSE && r.Era() == Stateless })
	d.handshakes = count(rest, Handshake)
	d.handshaken = func(slowest time.Duration) { time.AfterFunc(max(minSilence, silence*slowest), giveUp) }
	var all sync.WaitGroup
	if o.Transport == Stdio && len(rest) > 1 {
		pick := first(rest)
		r, tried := rest[pick], make(chan struct{})
		all.Go(func() { defer close(tried); d.try(ctx, r) })
		within(ctx, tried, o.Limits.Start/2)
		rest = slices.Delete(rest, pick, pick+1)
	}
	if d.hopeless() {
		return d.spoken
	}
	for _, r := range rest {
		all.Go(func() {
			if r.Era() == Stateless {
				d.try(unanswered, r)
				return
			}
			d.try(ctx, r)
		})
	}
	all.Wait()
	return d.spoken
}

func count(revisions []Revision, era Era) int {
	n := 0
	for _, r := range revisions {
		if r.Era() == era {
			n++
		}
	}
	return n
}

// first is the index of the revision to begin with: the newest of the
// handshake era, which every server has an answer to.
func first(revisions []Revision) int {
	pick := 0
	for i, r := range revisions {
		if r.Era() == Handshake && (r > revisions[pick] || revisions[pick].Era() == Stateless) {
			pick = i
		}
	}
	return pick
}

// detector finds out what a target speaks.
type detector struct {
	target     Target
	options    Options
	handshaken func(slowest time.Duration) // told when the last handshake is over, if one went well

	mu         sync.Mutex
	spoken     Spoken
	handshakes int           // yet to be over
	slowest    time.Duration // of those that went well
}

// over notes that a handshake is over, and how long it took if it went well. The
// caller holds the lock.
func (d *detector) over(took time.Duration, well bool) {
	d.handshakes--
	if well {
		d.slowest = max(d.slowest, took)
	}
	if d.handshakes == 0 && d.slowest > 0 {
		d.handshaken(d.slowest)
	}
}

// try opens a session in one revision.
func (d *detector) try(ctx context.Context, r Revision) {
	o := d.options
	o.Revision = r
	began := time.Now()
	s, err := Connect(ctx, d.target, o)
	d.mu.Lock()
	defer d.mu.Unlock()
	if r.Era() == Handshake {
		d.over(time.Since(began), err == nil)
	}
	if err == nil {
		d.spoken.Sessions[r] = s
		return
	}
	var refusal *ConnectError
	if !errors.As(err, &refusal) {
		refusal = &ConnectError{Cause: CauseUnreachable, What: err.Error(), Err: err}
	}
	d.spoken.Refused[r] = refusal
}

// hopeless reports whether there is nothing to start.
func (d *detector) hopeless() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, why := range d.spoken.Refused {
		if why.Cause == CauseNotFound || why.Cause == CauseUsage {
			return true
		}
	}
	return false
}

// talks reports whether something at the target answered in MCP.
func (s Spoken) talks() bool {
	for _, why := range s.Refused {
		switch why.Cause {
		case CauseRevision, CauseAuth, CauseFlood:
			return true
		case CauseRefused:
			// A server of HTTP+SSE has no use for a POST at this
			// address, and some say so in the shape of JSON-RPC.
			if x := why.Exchange; x == nil || x.Status < 400 {
				return true
			}
		}
	}
	return false
}

// reason picks the refusal that tells most: that of the newest handshake
// revision, which every server has an answer to, unless another is plainer.
func (s Spoken) reason(revisions []Revision) error {
	var pick *ConnectError
	for _, r := range revisions {
		why := s.Refused[r]
		if why == nil {
			continue
		}
		if pick == nil || why.Cause == CauseAuth || r.Era() == Handshake && pick.Cause != CauseAuth {
			pick = why
		}
	}
	if pick == nil {
		return &ConnectError{Cause: CauseUsage, What: "no revision was asked for", Hint: "Name one with --revision."}
	}
	return pick
}
