package conformance

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"
)

// Baseline lists the findings that a project accepts, each with its reason. A
// finding that it names still runs and still shows, but does not fail the
// run; an entry that names nothing any more does.
type Baseline struct {
	Entries []Accepted `yaml:"accepted"`
}

// Accepted is one entry. Check, Revision and Transport are globs; empty
// matches everything.
type Accepted struct {
	Check     string `yaml:"check"`
	Revision  string `yaml:"revision,omitempty"`
	Transport string `yaml:"transport,omitempty"`
	Reason    string `yaml:"reason"`
	// Expires is the last day, as 2006-01-02, on which the entry counts.
	Expires string `yaml:"expires,omitempty"`
}

const dayFormat = "2006-01-02"

// ReadBaseline reads a baseline and refuses unknown keys, entries without a
// check or reason, and dates that are none.
func ReadBaseline(data []byte) (Baseline, error) {
	var b Baseline
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&b); err != nil && !errors.Is(err, io.EOF) {
		return b, fmt.Errorf("reading the baseline: %w", err)
	}
	for i, e := range b.Entries {
		switch {
		case e.Check == "":
			return b, fmt.Errorf("entry %d of the baseline names no check", i+1)
		case e.Reason == "":
			return b, fmt.Errorf("entry %d of the baseline (%s) gives no reason", i+1, e.Check)
		case e.Expires != "":
			if _, err := time.Parse(dayFormat, e.Expires); err != nil {
				return b, fmt.Errorf("entry %d of the baseline (%s) expires on %q, which is no date like 2027-01-31", i+1, e.Check, e.Expires)
			}
		}
	}
	return b, nil
}

// Apply marks the findings of a report that the baseline accepts on the day
// of now, and lists the entries that are stale: expired, or naming no fail or
// warn although all that they could name was judged.
func (b Baseline) Apply(r *Report, now time.Time) {
	for _, e := range b.Entries {
		if e.expired(now) {
			r.Stale = append(r.Stale, fmt.Sprintf("the baseline accepts %s until %s, which has passed", e.Check, e.Expires))
			continue
		}
		hits, judged := 0, 0
		for i := range r.Findings {
			f := &r.Findings[i]
			if !e.matches(*f) {
				continue
			}
			judged++
			if f.Verdict == Fail || f.Verdict == Warn {
				f.Baseline = e.Reason
				hits++
			}
		}
		if hits == 0 && judged > 0 || judged == 0 && e.covers(r) {
			r.Stale = append(r.Stale, fmt.Sprintf("the baseline accepts %s%s, which is no fail or warn any more", e.Check, e.where()))
		}
	}
	r.Tally()
}

func (e Accepted) expired(now time.Time) bool {
	day, err := time.Parse(dayFormat, e.Expires)
	return err == nil && now.After(day.AddDate(0, 0, 1))
}

func (e Accepted) matches(f Finding) bool {
	return MatchGlob(e.Check, f.Check) && glob(e.Revision, string(f.Revision)) && glob(e.Transport, f.Transport)
}

// covers reports whether the run was one that the entry speaks of: an entry
// for another transport or revision is not stale because of this run.
func (e Accepted) covers(r *Report) bool {
	if !glob(e.Transport, r.Transport) {
		return false
	}
	for _, rev := range r.Revisions {
		if glob(e.Revision, string(rev)) {
			return !r.Partial
		}
	}
	return false
}

func glob(pattern, s string) bool { return pattern == "" || MatchGlob(pattern, s) }

func (e Accepted) where() string {
	switch {
	case e.Revision != "" && e.Transport != "":
		return fmt.Sprintf(" (%s, %s)", e.Revision, e.Transport)
	case e.Revision+e.Transport != "":
		return fmt.Sprintf(" (%s)", e.Revision+e.Transport)
	}
	return ""
}

// Update is the baseline that accepts exactly the fails and warns of a report,
// keeping the entries that still match something with their reasons.
func (b Baseline) Update(r *Report) Baseline {
	var out Baseline
	for _, e := range b.Entries {
		if slices.ContainsFunc(r.Findings, func(f Finding) bool { return bad(f) && e.matches(f) }) || !slices.ContainsFunc(r.Findings, e.matches) {
			out.Entries = append(out.Entries, e)
		}
	}
	for _, f := range r.Findings {
		known := func(e Accepted) bool { return e.matches(f) }
		if bad(f) && !slices.ContainsFunc(out.Entries, known) {
			out.Entries = append(out.Entries, Accepted{Check: f.Check, Revision: string(f.Revision), Transport: f.Transport,
				Reason: "to be explained: " + f.Message})
		}
	}
	slices.SortStableFunc(out.Entries, func(a, b Accepted) int {
		return cmp.Or(cmp.Compare(a.Check, b.Check), cmp.Compare(a.Revision, b.Revision), cmp.Compare(a.Transport, b.Transport))
	})
	return out
}

func bad(f Finding) bool { return f.Verdict == Fail || f.Verdict == Warn }

// Encode writes the baseline as YAML with a head that says what it is for.
func (b Baseline) Encode() ([]byte, error) {
	body, err := yaml.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("writing the baseline: %w", err)
	}
	head := "# Findings of mcpctl test that this project accepts for now. Give each a reason,\n# and a date in `expires` where the acceptance should end.\n"
	return append([]byte(head), body...), nil
}
