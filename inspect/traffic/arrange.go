package traffic

import (
	"sort"
	"time"
)

// judge asks the filter about the entries that it was not asked about.
func (v *View) judge(now time.Duration) {
	v.matched = 0
	for i := range v.fits {
		if v.fits[i] == unasked {
			v.fits[i] = fails
			if v.filter.match(v.log, &v.log.entries[i], now) {
				v.fits[i] = passes
			}
		}
		if v.fits[i] == passes && v.shows(&v.log.entries[i]) {
			v.matched++
		}
	}
}

// shows reports whether an entry has a row of its own.
func (v *View) shows(e *Entry) bool {
	return v.flat || e.Kind != Response || v.log.at(e.Cause) == nil
}

// arrange makes the lines: each entry that fits beneath the nearest entry above
// it that is shown, in the order of their beginnings.
func (v *View) arrange() {
	v.lines = v.lines[:0]
	for i := range v.log.entries {
		e := &v.log.entries[i]
		if v.flat || v.log.at(e.Cause) == nil {
			v.hang(e, 0, false)
		}
	}
}

// hang puts an entry and what lies beneath it into the lines. within says that an
// entry above it fits. It answers how many lines it became.
func (v *View) hang(e *Entry, depth int, within bool) int {
	if !v.shows(e) {
		return 0
	}
	own := v.fits[e.N-v.first] == passes
	fits := own || within && !v.alone
	at := len(v.lines)
	if fits {
		v.lines = append(v.lines, line{n: e.N, depth: depth})
		depth++
	}
	below := 0
	if !v.flat && depth < maxDepth {
		for _, n := range e.kids {
			if kid := v.log.at(n); kid != nil {
				below += v.hang(kid, depth, fits)
			}
		}
	}
	if !fits {
		return below
	}
	v.lines[at].children = below
	if v.folded[e.N] {
		v.lines = v.lines[:at+1]
	}
	return below + 1
}

// maxDepth bounds how deep causes are drawn.
const maxDepth = 16

// Len counts the rows.
func (v *View) Len() int { return len(v.lines) }

// Matched counts the entries that pass the filter themselves, folded ones too.
func (v *View) Matched() int { return v.matched }

// Rows are count rows from the one at index from on, or as many as there are.
func (v *View) Rows(from, count int) []Row {
	from = min(max(from, 0), len(v.lines))
	end := min(from+max(count, 0), len(v.lines))
	now := v.log.Now()
	v.log.mu.Lock()
	defer v.log.mu.Unlock()
	rows := make([]Row, 0, end-from)
	for _, at := range v.lines[from:end] {
		e := v.log.at(at.n)
		if e == nil { // dropped since the last Refresh
			continue
		}
		r := v.log.row(e, now)
		r.Depth, r.Children, r.Folded = at.depth, at.children, v.folded[at.n]
		rows = append(rows, r)
	}
	return rows
}

// Find is the index of the row of an entry or, for one that has no row, of that
// which it belongs to; -1 when there is none.
func (v *View) Find(n int) int {
	for range maxDepth {
		for i, at := range v.lines {
			if at.n == n {
				return i
			}
		}
		e, ok := v.log.Entry(n)
		if !ok || e.Cause == 0 {
			return -1
		}
		n = e.Cause
	}
	return -1
}

// NextFinding is the index of the first row after from, or before it when step
// is negative, that has findings; -1 when there is none.
func (v *View) NextFinding(from, step int) int {
	v.log.mu.Lock()
	defer v.log.mu.Unlock()
	for i := from + step; step != 0 && i >= 0 && i < len(v.lines); i += step {
		if e := v.log.at(v.lines[i].n); e != nil && v.log.flawed(e) {
			return i
		}
	}
	return -1
}

// flawed reports whether an entry or its response has findings.
func (l *Log) flawed(e *Entry) bool {
	reply := l.at(e.Reply)
	return len(e.Findings) > 0 || reply != nil && len(reply.Findings) > 0
}

// Between are the Ns of the entries that lie in a stretch of time: what a
// brushed range of the waterfall selects. The frames must have come in the order
// of one clock.
func (l *Log) Between(from, to time.Duration) (first, end int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := sort.Search(len(l.entries), func(i int) bool { return l.entries[i].At >= from })
	j := sort.Search(len(l.entries), func(i int) bool { return l.entries[i].At > to })
	return l.first + i, l.first + j
}
