package tui

import (
	"maps"
	"slices"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/mcp"
)

// Judging is what the pane of findings needs to judge. The zero Judging judges
// nothing. Its functions may be called on any goroutine.
type Judging struct {
	// Checks are the suites of the catalogue.
	Checks func() []conformance.Suite
	// Explain is what there is to say about a check, for people.
	Explain func(check string) string
	// Tool is what reports say of mcpctl.
	Tool conformance.Tool
}

// finding is what was found wrong: live, or by a run of the whole suite.
type finding struct {
	conformance.Finding
	places []conformance.Place
	suite  bool // found by a run of the suite
	turn   int  // the connection that it was seen on, for live ones
	of     *origin
}

// bad reports whether the finding breaks a MUST.
func (f finding) bad() bool { return f.Verdict == conformance.Fail }

// Bounds on what live verdicts look at: the frames a connection begins with,
// which tell what was agreed upon, and the last ones.
const (
	headFrames  = 64
	tailFrames  = 1_500
	judgedBytes = 1 << 20 // of one frame; longer ones are left to a run of the suite
	windowBytes = 8 << 20 // of all of them
	restFactor  = 12      // how much longer than it took the judge rests
	leastRest   = 100 * time.Millisecond
	mostRest    = 30 * time.Second
)

// window is what live verdicts look at of one connection. Only the program's
// goroutine touches it.
type window struct {
	turn       int
	session    int // the connection
	head, tail []mcp.Frame
	of         map[int]*mcp.Exchange // those that the frames belong to
	bytes      int                   // in the tail
	entries    map[int]entryRef      // by Seq of the frame
	grown      bool                  // since it was judged
}

// entryRef is where the entries of a frame stand in the traffic.
type entryRef struct{ first, count int }

// add takes in a frame of a connection; one of another begins anew.
func (w *window) add(m trafficMsg) {
	f := m.frame
	if m.session != w.session || m.turn != w.turn || w.entries == nil {
		*w = window{turn: m.turn, session: m.session, entries: map[int]entryRef{}, of: map[int]*mcp.Exchange{}}
	}
	if len(f.Data) > judgedBytes {
		delete(w.of, f.Exchange) // with what it holds
		return
	}
	w.grown = true
	w.entries[f.Seq] = entryRef{m.first, m.count}
	if m.exchange != nil {
		w.of[f.Exchange] = m.exchange
	}
	if len(w.head) < headFrames && len(f.Data) < windowBytes/headFrames {
		w.head = append(w.head, f)
		return
	}
	w.tail = append(w.tail, f)
	w.bytes += len(f.Data)
	if len(w.tail) >= tailFrames+tailFrames/4 || w.bytes > windowBytes {
		w.trim()
	}
}

// trim drops the oldest frames of the tail, a good deal of them at a time.
func (w *window) trim() {
	n := 0
	for ; n < len(w.tail)-1 && (len(w.tail)-n > tailFrames || w.bytes > windowBytes*3/4); n++ {
		w.bytes -= len(w.tail[n].Data)
		delete(w.entries, w.tail[n].Seq)
	}
	w.tail = slices.Clone(w.tail[n:])
	needed := map[int]bool{}
	for _, f := range w.frames() {
		needed[f.Exchange] = true
	}
	maps.DeleteFunc(w.of, func(seq int, _ *mcp.Exchange) bool { return !needed[seq] })
}

// exchanges are those that the frames belong to, in order.
func (w *window) exchanges() []*mcp.Exchange {
	all := make([]*mcp.Exchange, 0, len(w.of))
	for _, seq := range slices.Sorted(maps.Keys(w.of)) {
		all = append(all, w.of[seq])
	}
	return all
}

// frames are those to be judged, as they are now.
func (w *window) frames() []mcp.Frame { return slices.Concat(w.head, w.tail) }

// judgedMsg is what came of judging a window.
type judgedMsg struct {
	turn  int
	found []finding
	took  time.Duration
}

// judge judges frames of a session; it takes its time, on a goroutine of its own.
// That time is the machine's, not the screen's: the judge rests by it.
func (j Judging) judge(turn int, of *origin, s *mcp.Session, frames []mcp.Frame, exchanges []*mcp.Exchange) judgedMsg {
	began := time.Now()
	var all []finding
	for _, one := range conformance.WatchSome(of.target, s, frames, exchanges, j.Checks(), redact.New()) {
		all = append(all, finding{Finding: one.Finding, places: one.Places, turn: turn, of: of})
	}
	return judgedMsg{turn, all, time.Since(began)}
}

// rest is how long the judge pauses after it has worked, so that it never takes
// more than a small part of one processor.
func rest(took time.Duration) time.Duration { return max(leastRest, min(mostRest, restFactor*took)) }

// marked are the entries of the traffic to mark, with what was found.
func (w *window) marked(found []finding) map[int][]traffic.Finding {
	marks := map[int][]traffic.Finding{}
	for _, f := range found {
		for _, p := range f.places {
			ref, ok := w.entries[p.Frame]
			if !ok || p.Frame < 0 {
				continue
			}
			n := ref.first + batchIndex(p.Pointer, ref.count)
			marks[n] = append(marks[n], traffic.Finding{Check: f.Check, Level: string(f.Level), Message: p.Message, Pointer: p.Pointer, Ref: f.Ref})
		}
	}
	return marks
}

// batchIndex is which message of a batch a pointer points into.
func batchIndex(pointer string, count int) int {
	if count < 2 || len(pointer) < 2 || pointer[0] != '/' {
		return 0
	}
	n := 0
	for _, r := range pointer[1:] {
		if r < '0' || r > '9' {
			break
		}
		n = 10*n + int(r-'0')
		if n >= count {
			return 0
		}
	}
	return n
}
