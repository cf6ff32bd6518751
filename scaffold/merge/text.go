package merge

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// The markers around a conflict, as git writes them and editors know them.
const (
	markYours = "<<<<<<< yours"
	markBase  = "||||||| base"
	markSplit = "======="
	markNew   = ">>>>>>> new"
)

// Text merges by lines (diff3). Changes that touch neither the same lines nor
// neighbouring ones are both taken; the same change on both sides is taken
// once; everything else is a conflict, with both versions and the base between
// markers. A file of the user's that ends its lines with CRLF keeps doing so.
func Text(s Sides) Result {
	if !crlf(s.Yours) || crlf(s.Base) && crlf(s.New) {
		return byLines(s)
	}
	unix := func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")) }
	result := byLines(Sides{unix(s.Base), unix(s.Yours), unix(s.New)})
	result.Data = bytes.ReplaceAll(result.Data, []byte("\n"), []byte("\r\n"))
	return result
}

// crlf reports whether every line of a text ends with CRLF.
func crlf(text []byte) bool {
	n := bytes.Count(text, []byte("\n"))
	return n > 0 && bytes.Count(text, []byte("\r\n")) == n
}

func byLines(s Sides) Result {
	m := merger{base: lines(s.Base), yours: lines(s.Yours), new: lines(s.New)}
	ours, theirs := diff(m.base, m.yours), diff(m.base, m.new)
	done := 0 // lines of the base that are dealt with
	for len(ours) > 0 || len(theirs) > 0 {
		r := nextRegion(&ours, &theirs)
		m.out = append(m.out, m.base[done:r.b0]...)
		m.resolve(r)
		done = r.b1
	}
	m.out = append(m.out, m.base[done:]...)
	return Result{Data: []byte(strings.Join(m.out, "")), Conflicts: m.conflicts}
}

// lines splits a text, every line with its end.
func lines(text []byte) []string {
	split := strings.SplitAfter(string(text), "\n")
	if split[len(split)-1] == "" {
		split = split[:len(split)-1]
	}
	return split
}

// region is a run of base lines with the hunks of both sides that touch it and
// each other.
type region struct {
	b0, b1       int
	ours, theirs []hunk
}

// nextRegion takes the foremost hunk and all that touch it, directly or through
// others.
func nextRegion(ours, theirs *[]hunk) region {
	r := region{b0: -1}
	for {
		side, into := ours, &r.ours
		if len(*ours) == 0 || len(*theirs) > 0 && (*theirs)[0].b0 < (*ours)[0].b0 {
			side, into = theirs, &r.theirs
		}
		if len(*side) == 0 {
			return r
		}
		next := (*side)[0]
		switch {
		case r.b0 < 0:
			r.b0, r.b1 = next.b0, next.b1
		case next.b0 > r.b1:
			return r
		}
		r.b1 = max(r.b1, next.b1)
		*into = append(*into, next)
		*side = (*side)[1:]
	}
}

type merger struct {
	base, yours, new []string
	out              []string
	conflicts        []Conflict
}

func (m *merger) resolve(r region) {
	yours, at := version(m.base, m.yours, r, r.ours)
	new, _ := version(m.base, m.new, r, r.theirs)
	switch {
	case len(r.theirs) == 0, slices.Equal(yours, new):
		m.out = append(m.out, yours...)
	case len(r.ours) == 0:
		m.out = append(m.out, new...)
	default:
		m.mark(yours, m.base[r.b0:r.b1], new)
		m.conflicts = append(m.conflicts, Conflict{
			At:   fmt.Sprintf("line %d", at+1),
			Note: fmt.Sprintf("you changed %s here, the template changed %s too", count(r.ours), count(r.theirs)),
		})
	}
}

// version is what a side made of a region, and the line of the side where that
// begins. The side's lines between its hunks are the base's.
func version(base, side []string, r region, hunks []hunk) ([]string, int) {
	if len(hunks) == 0 {
		return base[r.b0:r.b1], 0
	}
	first, last := hunks[0], hunks[len(hunks)-1]
	from := first.s0 - (first.b0 - r.b0)
	return side[from : last.s1+r.b1-last.b1], from
}

func count(hunks []hunk) string {
	n := 0
	for _, h := range hunks {
		n += max(h.b1-h.b0, h.s1-h.s0)
	}
	if n == 1 {
		return "a line"
	}
	return fmt.Sprintf("%d lines", n)
}

// mark writes a conflict. Only the last line of a text can lack its end, and a
// marker must not stick to it.
func (m *merger) mark(yours, base, new []string) {
	for _, part := range []struct {
		mark  string
		lines []string
	}{{markYours, yours}, {markBase, base}, {markSplit, new}, {markNew, nil}} {
		m.out = append(m.out, part.mark+"\n")
		m.out = append(m.out, part.lines...)
		if last := m.out[len(m.out)-1]; !strings.HasSuffix(last, "\n") {
			m.out[len(m.out)-1] = last + "\n"
		}
	}
}
