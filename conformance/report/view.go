package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// known stands beside the verdicts for a fail or warn that the baseline
// accepts: neither red nor green.
const known conformance.Verdict = "known"

// state is how a finding counts for readers.
func state(f conformance.Finding) conformance.Verdict {
	if f.Baseline != "" {
		return known
	}
	return f.Verdict
}

// tally counts findings by state.
type tally map[conformance.Verdict]int

// worst is the state that colours the whole: pass only when nothing is left
// open, skip when nothing applied.
func (t tally) worst() conformance.Verdict {
	for _, s := range []conformance.Verdict{conformance.Fail, conformance.Errored, conformance.Warn,
		conformance.Blocked, conformance.Unproven, known, conformance.Pass} {
		if t[s] > 0 {
			return s
		}
	}
	return conformance.Skip
}

// applied counts the findings whose check applied.
func (t tally) applied() int {
	n := -t[conformance.Skip]
	for _, count := range t {
		n += count
	}
	return n
}

// score is how many passed of those that applied: "12", or "9/12".
func (t tally) score() string {
	switch {
	case t.applied() == 0:
		return ""
	case t[conformance.Pass] == t.applied():
		return fmt.Sprint(t.applied())
	}
	return fmt.Sprintf("%d/%d", t[conformance.Pass], t.applied())
}

// words are the counts that are not nought, pass and fail always.
func (t tally) words() []string {
	var all []string
	for _, s := range []conformance.Verdict{conformance.Pass, conformance.Fail, conformance.Warn, conformance.Errored,
		conformance.Blocked, conformance.Unproven, conformance.Skip, known} {
		if t[s] > 0 || s == conformance.Pass || s == conformance.Fail {
			all = append(all, fmt.Sprintf("%d %s", t[s], s))
		}
	}
	return all
}

// subject is one row of the matrix; its cells stand under view.columns.
type subject struct {
	name  string
	cells []tally
	total tally
}

// view is a report as people look at it: merged, sorted and counted.
type view struct {
	*conformance.Report
	verdict  conformance.Verdict // of the whole run
	headline string
	by       map[conformance.Verdict][]group // root causes by state
	columns  []mcp.Revision
	subjects []subject
	total    tally
}

func look(r *conformance.Report, strict bool) view {
	v := view{Report: r, by: map[conformance.Verdict][]group{}, total: tally{}}
	for _, g := range groups(r.Findings) {
		v.by[state(g.Finding)] = append(v.by[state(g.Finding)], g)
	}
	v.columns = slices.Clone(r.Revisions)
	for _, f := range r.Findings {
		v.columns = append(v.columns, f.Revision)
	}
	slices.Sort(v.columns)
	v.columns = slices.Compact(v.columns)
	v.count()
	v.sort()
	v.verdict, v.headline = v.sum(strict)
	return v
}

func (v *view) count() {
	row := map[string]int{}
	for _, f := range v.Findings {
		i, ok := row[f.Suite()]
		if !ok {
			i = len(v.subjects)
			row[f.Suite()] = i
			s := subject{name: f.Suite(), total: tally{}, cells: make([]tally, len(v.columns))}
			for j := range s.cells {
				s.cells[j] = tally{}
			}
			v.subjects = append(v.subjects, s)
		}
		column, _ := slices.BinarySearch(v.columns, f.Revision)
		v.subjects[i].cells[column][state(f)]++
		v.subjects[i].total[state(f)]++
		v.total[state(f)]++
	}
}

// sort puts the root causes of each state in the order of subjects: a subject
// whose checks begin in different revisions is in one place.
func (v *view) sort() {
	row := map[string]int{}
	for i, s := range v.subjects {
		row[s.name] = i
	}
	for _, all := range v.by {
		slices.SortStableFunc(all, func(a, b group) int { return cmp.Compare(row[a.Suite()], row[b.Suite()]) })
	}
}

// sum is the verdict on the whole run, in a word and in words.
func (v *view) sum(strict bool) (conformance.Verdict, string) {
	fails, warns, errors := len(v.by[conformance.Fail]), len(v.by[conformance.Warn]), len(v.by[conformance.Errored])
	also := ""
	if warns > 0 {
		also = ", " + plural(warns, "warning", "warnings")
	}
	words := v.wording()
	switch {
	case fails > 0:
		return conformance.Fail, words.not + ": " + v.failed() + also + v.cut()
	case strict && warns > 0:
		return conformance.Fail, words.not + " when strict: " + plural(warns, "warning", "warnings") + v.cut()
	case len(v.Stale) > 0:
		return conformance.Fail, "what is accepted needs care: " + plural(len(v.Stale), "stale entry", "stale entries") + also
	case v.Interrupted:
		return conformance.Errored, "interrupted: nothing wrong so far" + also
	case errors > 0:
		return conformance.Errored, "undecided: " + plural(errors, "check", "checks") + " could not be carried out" + also
	case v.total[conformance.Pass] == 0 && warns == 0:
		return conformance.Unproven, "nothing was proven"
	case warns > 0:
		return conformance.Warn, words.good + ", with " + plural(warns, "warning", "warnings")
	case v.total[known] > 0:
		return conformance.Pass, words.good + " but for what was accepted"
	case v.total[conformance.Unproven]+v.total[conformance.Blocked] > 0:
		return conformance.Pass, words.good + " in all that could be observed"
	}
	return conformance.Pass, words.good
}

// wording is how the whole is called: a server conforms to the protocol, but not
// to rules of ours or cases of the user's.
type wording struct{ good, not string }

func (v *view) wording() wording {
	for _, f := range v.Findings {
		if cited(f) {
			return wording{"conformant", "not conformant"}
		}
	}
	return wording{"passed", "failed"}
}

// failed counts what fails: broken MUSTs, and what rests on no sentence of the
// specification.
func (v *view) failed() string {
	musts, others := 0, 0
	for _, g := range v.by[conformance.Fail] {
		if cited(g.Finding) {
			musts++
		} else {
			others++
		}
	}
	switch {
	case others == 0:
		return plural(musts, "broken MUST", "broken MUSTs")
	case musts == 0:
		return plural(others, "failure", "failures")
	}
	return plural(musts, "broken MUST", "broken MUSTs") + ", " + plural(others, "other failure", "other failures")
}

// timeless reports whether nothing belongs to a revision: a matrix would have one
// column.
func (v *view) timeless() bool { return len(v.columns) == 1 && v.columns[0] == "" }

func (v *view) cut() string {
	if v.Interrupted {
		return " (interrupted)"
	}
	return ""
}

// servers are the names that the server gives itself, each once.
func (v *view) servers() []string {
	var all []string
	for _, s := range v.Server {
		name := strings.TrimSpace(s.Name + " " + s.Version)
		if name != "" && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

// reached is the address or command of the target.
func (v *view) reached() string {
	if v.Target.URL != "" {
		return v.Target.URL
	}
	return strings.Join(v.Target.Command, " ")
}

// root is a finding that others hang on, and how many checks do.
type root struct {
	check  string
	checks []string
}

// roots gathers what is blocked under what it hangs on in the end.
func (v *view) roots() []root {
	type at struct {
		check    string
		revision mcp.Revision
	}
	by := map[at]string{}
	for _, f := range v.Findings {
		if f.Verdict == conformance.Blocked {
			by[at{f.Check, f.Revision}] = f.BlockedBy
		}
	}
	var all []root
	index := map[string]int{}
	for _, f := range v.Findings {
		if state(f) != conformance.Blocked {
			continue
		}
		end := f.BlockedBy
		for range len(by) { // bounded: a report may hold a circle
			next := by[at{end, f.Revision}]
			if next == "" {
				break
			}
			end = next
		}
		i, ok := index[end]
		if !ok {
			i = len(all)
			index[end] = i
			all = append(all, root{check: end})
		}
		if !slices.Contains(all[i].checks, f.Check) {
			all[i].checks = append(all[i].checks, f.Check)
		}
	}
	return all
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func seconds(millis int64) string { return fmt.Sprintf("%.1f s", float64(millis)/1000) }
