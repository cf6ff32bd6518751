package traffic

import (
	"bytes"
	"strings"
	"time"
	"unicode/utf8"
)

// Filter chooses entries. The zero Filter lets everything through. It is
// immutable and safe for concurrent use.
type Filter struct {
	test    test
	text    string
	clock   bool // depends on the time
	parents bool // depends on causes
}

// String is the filter as it was written.
func (f Filter) String() string { return f.text }

// Empty reports whether the filter lets everything through.
func (f Filter) Empty() bool { return f.test == nil }

// Match reports whether an entry of l passes. A request counts together with its
// response: its text and size are those of both.
func (f Filter) Match(l *Log, n int) bool {
	now := l.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.at(n)
	return e != nil && f.match(l, e, now)
}

// Select are the Ns of all entries that pass, in order.
func (f Filter) Select(l *Log) []int {
	now := l.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []int
	for i := range l.entries {
		if f.match(l, &l.entries[i], now) {
			all = append(all, l.entries[i].N)
		}
	}
	return all
}

func (f Filter) match(l *Log, e *Entry, now time.Duration) bool {
	if f.test == nil {
		return true
	}
	return f.test(&probe{log: l, entry: e, now: now, whole: f.test})
}

// test judges one entry.
type test func(*probe) bool

// probe is an entry as tests see it. Its text is fetched once, and only if a
// test asks.
type probe struct {
	log   *Log
	entry *Entry
	now   time.Duration
	whole test
	depth int

	fetched bool
	text    []byte
}

// body is the text of the entry with that of its response, in small letters.
func (p *probe) body() []byte {
	if p.fetched {
		return p.text
	}
	p.fetched = true
	own, _ := p.log.raw(p.entry.N) // what is gone has no text
	p.text = bytes.ToLower(own)
	if p.entry.Kind == Request && p.entry.Reply > 0 {
		reply, _ := p.log.raw(p.entry.Reply)
		p.text = append(append(p.text, '\n'), bytes.ToLower(reply)...)
	}
	return p.text
}

// parent tells whether any entry that led to this one passes the whole filter.
func (p *probe) parent() bool {
	cause := p.log.at(p.entry.Cause)
	if cause == nil || p.depth > maxDepth {
		return false
	}
	up := &probe{log: p.log, entry: cause, now: p.now, whole: p.whole, depth: p.depth + 1}
	return p.whole(up)
}

// glob makes a test of text from a pattern in which * stands for anything;
// small and capital letters are the same.
func glob(pattern string) func(string) bool {
	parts := strings.Split(strings.ToLower(pattern), "*")
	return func(s string) bool {
		s = strings.ToLower(s)
		if len(parts) == 1 {
			return s == parts[0]
		}
		rest, ok := strings.CutPrefix(s, parts[0])
		last := parts[len(parts)-1]
		for _, part := range parts[1 : len(parts)-1] {
			if !ok {
				return false
			}
			_, rest, ok = strings.Cut(rest, part)
		}
		return ok && strings.HasSuffix(rest, last)
	}
}

// fuzzy reports whether the letters of word, in small letters, stand in s in
// their order.
func fuzzy(word, s string) bool {
	for _, r := range strings.ToLower(s) {
		first, size := utf8.DecodeRuneInString(word)
		if size > 0 && r == first {
			word = word[size:]
		}
	}
	return word == ""
}

// bare is the test of a word without a field: fuzzy over method and name, and
// as it is over the text.
func bare(word string) test {
	low := strings.ToLower(word)
	return func(p *probe) bool {
		return fuzzy(low, p.entry.Method) || fuzzy(low, p.entry.Name) ||
			strings.Contains(strings.ToLower(p.entry.Note), low) || bytes.Contains(p.body(), []byte(low))
	}
}

// quoted is the test of a text in quotes: as it is, in the text alone.
func quoted(text string) test {
	low := []byte(strings.ToLower(text))
	return func(p *probe) bool { return bytes.Contains(p.body(), low) }
}
