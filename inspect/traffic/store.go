package traffic

import (
	"errors"
	"fmt"
	"os"
)

// place is where the text of an entry is kept: in which segment, and where.
type place struct{ segment, at, size int }

// segmentSize is how many bytes a segment takes at least, but for the last.
const segmentSize = 1 << 20

// ErrGone says that the text of an entry is no longer kept.
var ErrGone = errors.New("the text is no longer kept: it was beyond the bounds of the log")

// store keeps texts within bounds: the newest in memory, older ones in
// temporary files, of which there are two. When the second is full, the first
// is dropped with what is in it. A store belongs to its Log.
type store struct {
	memory int   // most bytes in memory
	file   int64 // most bytes in one of the files

	segments []segment
	dropped  int // segments before the first of segments
	resident int // the first segment, counted from the first ever, still in memory
	held     int // bytes in memory
	files    [2]*spill
	broken   error // why nothing can be spilled any more
}

// segment is a run of texts, in memory or in a file.
type segment struct {
	mem  []byte
	size int
	in   *spill
	at   int64
}

// spill is a temporary file.
type spill struct {
	*os.File
	size int64
	last int // the newest segment in it
}

// put keeps a text.
func (s *store) put(raw []byte) place {
	last := len(s.segments) - 1
	if last < 0 || s.dropped+last < s.resident || len(s.segments[last].mem)+len(raw) > segmentSize {
		s.segments = append(s.segments, segment{})
		last++
	}
	g := &s.segments[last]
	p := place{s.dropped + last, len(g.mem), len(raw)}
	g.mem = append(g.mem, raw...)
	g.size = len(g.mem)
	s.held += len(raw)
	for s.held > s.memory && s.resident < s.dropped+last {
		s.spillOne()
	}
	return p
}

// get is a text that was kept.
func (s *store) get(p place) ([]byte, error) {
	at := p.segment - s.dropped
	if at < 0 || at >= len(s.segments) {
		return nil, ErrGone
	}
	g := s.segments[at]
	switch {
	case g.mem != nil:
		return append([]byte(nil), g.mem[p.at:p.at+p.size]...), nil
	case p.size == 0:
		return nil, nil
	case g.in == nil:
		return nil, ErrGone
	}
	out := make([]byte, p.size)
	if _, err := g.in.ReadAt(out, g.at+int64(p.at)); err != nil {
		return nil, fmt.Errorf("reading what was set aside in a temporary file: %w", err)
	}
	return out, nil
}

// spillOne moves the oldest segment in memory to a file, or out of the store
// when that cannot be.
func (s *store) spillOne() {
	g := &s.segments[s.resident-s.dropped]
	if f := s.room(int64(g.size)); f != nil {
		if _, err := f.WriteAt(g.mem, f.size); err == nil {
			g.in, g.at = f, f.size
			f.size += int64(g.size)
			f.last = s.resident
		} else {
			s.broken = err
		}
	}
	s.held -= g.size
	g.mem = nil
	s.resident++
}

// room is a file with room for n bytes, nil for none.
func (s *store) room(n int64) *spill {
	if s.broken != nil || n > s.file {
		return nil
	}
	if f := s.files[1]; f != nil && f.size+n <= s.file {
		return f
	}
	f, err := os.CreateTemp("", "mcpctl-traffic-*")
	if err != nil {
		s.broken = err
		return nil
	}
	// Where an open file can be removed, nothing is left even after a crash.
	_ = os.Remove(f.Name())
	if old := s.files[0]; old != nil {
		s.forget(old)
	}
	s.files = [2]*spill{s.files[1], {File: f}}
	return s.files[1]
}

// forget drops a file and the segments up to the last of it.
func (s *store) forget(f *spill) {
	n := f.last + 1 - s.dropped
	s.segments = append([]segment(nil), s.segments[n:]...)
	s.dropped += n
	f.remove()
}

func (f *spill) remove() {
	_ = f.Close()
	_ = os.Remove(f.Name()) // on Windows only now; elsewhere it is gone already
}

// close removes the files.
func (s *store) close() {
	for i, f := range s.files {
		if f != nil {
			f.remove()
			s.files[i] = nil
		}
	}
	s.dropped += len(s.segments)
	s.resident, s.held = s.dropped, 0
	s.segments, s.broken = nil, ErrGone
}
