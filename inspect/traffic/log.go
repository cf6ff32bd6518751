package traffic

import (
	"sync"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// Options bound a Log. Zero fields take the defaults.
type Options struct {
	// Entries is how many entries are kept, 200,000 by default; past it the
	// oldest go, an eighth at a time.
	Entries int
	// Memory is how many bytes of text are kept in memory, 32 MiB by default.
	Memory int
	// Spill is how many bytes of text are kept in temporary files beyond that,
	// 512 MiB by default; negative means none.
	Spill int64
	// Now is the time on the clock of Frame.At; nil means that of the newest
	// frame.
	Now func() time.Duration
}

// Log is all traffic of one or more sessions. It is safe for concurrent use.
type Log struct {
	options Options

	mu       sync.Mutex
	entries  []Entry
	first    int // N of entries[0]
	store    store
	sessions map[int]*session
	figures  map[figureKey]*figure
	names    names
	latest   time.Duration
	version  int
	touched  []int // Ns changed after they were added, the oldest left out
	touches  int   // how many were ever touched
}

// New makes an empty Log. The caller closes it.
func New(o Options) *Log {
	if o.Entries <= 0 {
		o.Entries = 200_000
	}
	if o.Memory <= 0 {
		o.Memory = 32 << 20
	}
	if o.Spill == 0 {
		o.Spill = 512 << 20
	}
	return &Log{
		options: o, first: 1, store: store{memory: o.Memory, file: o.Spill / 2},
		sessions: map[int]*session{}, figures: map[figureKey]*figure{}, names: names{},
	}
}

// Close removes the temporary files. Texts are gone then, entries stay.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.store.close()
	return nil
}

// Add takes in what crossed, in order. It answers the N of the first entry that
// it became and how many those are: several for a batch, none for an HTTP answer
// that belongs to an entry already there.
func (l *Log) Add(f Frame) (first, count int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.version++
	l.latest = max(l.latest, f.At)
	s := l.session(f.Session)
	if f.Revision != "" {
		s.revision = f.Revision
	}
	first = l.next()
	if f.Channel == ChannelHTTP && f.Direction == mcp.Received {
		l.answered(s, f)
		return first, 0
	}
	all, batched := messages(f)
	for _, m := range all {
		batch := 0
		if batched {
			batch = first
		}
		l.take(s, f, m, batch)
	}
	l.trim()
	return first, l.next() - first
}

// messages are the messages of a frame, and whether it is a batch. One message
// that is Absent stands for what is none.
func messages(f Frame) (all []mcp.Message, batched bool) {
	if f.Channel == ChannelStderr || f.Channel == ChannelHTTP || f.Cut() || len(f.Data) == 0 {
		return []mcp.Message{{}}, false
	}
	m, err := f.Message()
	if err != nil {
		return []mcp.Message{{}}, false
	}
	if all = m.Batch(); len(all) > 0 {
		return all, true
	}
	return []mcp.Message{m}, false
}

// take makes an entry of one message.
func (l *Log) take(s *session, f Frame, m mcp.Message, batch int) {
	e := Entry{
		N: l.next(), Session: f.Session, At: f.At, Direction: f.Direction, Channel: f.Channel,
		Size: f.Size, Exchange: f.Exchange, HTTP: f.HTTP, Event: f.Event, Batch: batch,
	}
	raw := f.Data
	if batch > 0 {
		raw, e.Size = m.Raw(), len(m.Raw())
	}
	l.classify(s, &e, f, m)
	e.Revision = s.revision
	e.place = l.store.put(raw)
	if cause := l.at(e.Cause); cause != nil {
		cause.kids = append(cause.kids, e.N)
	} else {
		e.Cause, e.Guessed = 0, false
	}
	l.entries = append(l.entries, e)
}

// next is the N of the next entry.
func (l *Log) next() int { return l.first + len(l.entries) }

// at is an entry in place, nil when there is none of that N.
func (l *Log) at(n int) *Entry {
	if i := n - l.first; n >= l.first && i < len(l.entries) {
		return &l.entries[i]
	}
	return nil
}

// maxTouched is how many changes are remembered for views.
const maxTouched = 4096

// touch notes that an entry has changed.
func (l *Log) touch(n int) {
	if len(l.touched) == maxTouched {
		l.touched = append(l.touched[:0], l.touched[maxTouched/2:]...)
	}
	l.touched = append(l.touched, n)
	l.touches++
}

// trim drops the oldest entries once there are too many.
func (l *Log) trim() {
	if len(l.entries) <= l.options.Entries {
		return
	}
	drop := max(len(l.entries)-l.options.Entries, l.options.Entries/8, 1)
	l.entries = append([]Entry(nil), l.entries[drop:]...)
	l.first += drop
	for _, s := range l.sessions {
		s.forget(l.first)
	}
}
