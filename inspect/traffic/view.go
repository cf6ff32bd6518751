package traffic

// View is the rows of a Log that a filter lets through, as a tree. It belongs
// to one goroutine; its Log may grow meanwhile, and Refresh takes that in.
type View struct {
	log    *Log
	filter Filter
	// flat lists every entry, responses too, with nothing beneath another;
	// alone leaves out what merely lies beneath an entry that fits.
	flat, alone bool

	folded  map[int]bool
	fits    []fit // of each entry, from N first on
	first   int
	seen    int // the log's version at the last Refresh
	touches int
	stale   bool
	lines   []line
	matched int
}

// fit is whether an entry passes the filter; not asked is the zero fit.
type fit uint8

const (
	unasked fit = iota
	passes
	fails
)

// line is a row before it is drawn.
type line struct {
	n, depth, children int
}

// View lists what a filter lets through, with all that lies beneath it.
func (l *Log) View(f Filter) *View {
	v := &View{log: l, filter: f, folded: map[int]bool{}, stale: true}
	v.Refresh()
	return v
}

// SetFilter changes the filter. What is folded stays so.
func (v *View) SetFilter(f Filter) {
	v.filter, v.fits, v.stale = f, nil, true
	v.Refresh()
}

// SetFlat chooses between a tree of calls and a plain list of all entries,
// responses with rows of their own.
func (v *View) SetFlat(flat bool) {
	v.flat, v.stale = flat, true
	v.Refresh()
}

// SetAlone leaves out what fits the filter only by lying beneath what does.
func (v *View) SetAlone(alone bool) {
	v.alone, v.stale = alone, true
	v.Refresh()
}

// Fold hides or shows what lies beneath an entry.
func (v *View) Fold(n int, hide bool) {
	if hide {
		v.folded[n] = true
	} else {
		delete(v.folded, n)
	}
	v.stale = true
	v.Refresh()
}

// Refresh takes in what the log has gained or changed, and reports whether the
// rows may differ from before. It costs little when nothing has.
func (v *View) Refresh() bool {
	now := v.log.Now()
	l := v.log
	l.mu.Lock()
	defer l.mu.Unlock()
	if !v.stale && v.seen == l.version && !v.filter.clock {
		return false
	}
	v.catchUp()
	v.judge(now)
	v.arrange()
	v.seen, v.stale = l.version, false
	return true
}

// catchUp forgets the fits of entries that are gone or have changed.
func (v *View) catchUp() {
	l := v.log
	missed := l.touches - v.touches
	if missed > len(l.touched) || v.filter.clock {
		v.fits, missed = nil, 0
	}
	v.touches = l.touches
	if gone := l.first - v.first; gone > 0 {
		v.fits = append([]fit(nil), v.fits[min(gone, len(v.fits)):]...)
		v.first = l.first
	}
	for _, n := range l.touched[len(l.touched)-missed:] {
		if i := n - v.first; i >= 0 && i < len(v.fits) {
			v.fits[i] = unasked
		}
		if e := l.at(n); e != nil && v.filter.parents {
			v.ask(e, 0) // what lies beneath may fit by it
		}
	}
	for len(v.fits) < len(l.entries) {
		v.fits = append(v.fits, unasked)
	}
}

// ask has everything beneath an entry judged again.
func (v *View) ask(e *Entry, depth int) {
	for _, n := range e.kids {
		if i := n - v.first; i >= 0 && i < len(v.fits) {
			v.fits[i] = unasked
		}
		if kid := v.log.at(n); kid != nil && depth < maxDepth {
			v.ask(kid, depth+1)
		}
	}
}
