package realtest_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/conformance"
)

// judgements are what a person made of the two judges.
type judgements struct {
	// Pairs are their checks and ours that judge the same thing.
	Pairs []pair `yaml:"pairs"`
	// Fixtures are globs over their checks that call something by a name
	// which only a server made for their suite has.
	Fixtures []string `yaml:"fixtures"`
	// Alone are globs over the other checks of theirs that have no
	// counterpart, with the reason.
	Alone []struct {
		Theirs string `yaml:"theirs"`
		Why    string `yaml:"why"`
	} `yaml:"alone"`
}

// pair is one check of theirs and the checks of ours that judge the same.
type pair struct {
	Theirs string   `yaml:"theirs"`
	Ours   []string `yaml:"ours"`
	// Right says who is right where the two disagree, and Why.
	Right string `yaml:"right,omitempty"`
	Why   string `yaml:"why,omitempty"`
}

func readJudgements(path string) (judgements, error) {
	var j judgements
	data, err := os.ReadFile(path)
	if err != nil {
		return j, err
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	return j, d.Decode(&j)
}

// faults says what is missing from the judgements: every check of theirs has to
// be accounted for, and every disagreement judged.
func (j judgements) faults(all []said) []string {
	var wrong []string
	for _, id := range theirChecks(all) {
		if n := j.mentions(id); n != 1 {
			wrong = append(wrong, fmt.Sprintf("the official check %s is accounted for %d times, not once", id, n))
		}
	}
	for _, p := range j.Pairs {
		differs, seen := false, false
		for _, s := range all {
			differs = differs || p.compare(s) == differ
			seen = seen || p.ours(s) != ""
		}
		switch {
		case !seen:
			wrong = append(wrong, fmt.Sprintf("%s: none of our checks %v ran anywhere", p.Theirs, p.Ours))
		case differs && (p.Right == "" || p.Why == ""):
			wrong = append(wrong, fmt.Sprintf("%s: the judges disagree and nobody says who is right", p.Theirs))
		case !differs && p.Right+p.Why != "":
			wrong = append(wrong, fmt.Sprintf("%s: the judges agree, yet the disagreement is judged", p.Theirs))
		}
	}
	return wrong
}

func (j judgements) mentions(id string) int {
	n := 0
	for _, p := range j.Pairs {
		if p.Theirs == id {
			n++
		}
	}
	if j.fixture(id) {
		n++
	}
	for _, a := range j.Alone {
		if conformance.MatchGlob(a.Theirs, id) {
			n++
		}
	}
	return n
}

// fixture reports whether a check of theirs needs a prepared server.
func (j judgements) fixture(id string) bool {
	paired := slices.ContainsFunc(j.Pairs, func(p pair) bool { return p.Theirs == id })
	return !paired && slices.ContainsFunc(j.Fixtures, func(glob string) bool { return conformance.MatchGlob(glob, id) })
}

func theirChecks(all []said) []string {
	ids := map[string]bool{}
	for _, s := range all {
		for id := range s.Official {
			ids[id] = true
		}
	}
	return slices.Sorted(maps.Keys(ids))
}

// How the two judges compare on one server.
type comparison int

const (
	neither comparison = iota // one of them does not judge it there
	agree
	differ
)

// ours is the worst verdict of our checks, "" when none ran.
func (p pair) ours(s said) conformance.Verdict {
	for _, v := range []conformance.Verdict{conformance.Fail, conformance.Warn, conformance.Blocked, conformance.Errored,
		conformance.Pass, conformance.Unproven, conformance.Skip} {
		for _, id := range p.Ours {
			if s.Ours[id] == v {
				return v
			}
		}
	}
	return ""
}

func (p pair) compare(s said) comparison {
	theirs, ours := s.Official[p.Theirs], p.ours(s)
	switch {
	case theirs == "" || ours == "" || theirs == "INFO" || theirs == "SKIPPED":
		return neither
	case theirs == "SUCCESS" && (ours == conformance.Skip || ours == conformance.Unproven):
		return neither
	case theirs == "SUCCESS" && ours == conformance.Pass, theirs == "WARNING" && ours == conformance.Warn,
		theirs == "FAILURE" && ours == conformance.Fail:
		return agree
	}
	return differ
}

// page is docs/calibration.md.
func (j judgements) page(all []said) string {
	var b strings.Builder
	b.WriteString(pageHead)
	b.WriteString("\n## Counts\n\n| server | their checks | green | amber | red | red for want of a fixture | pairs that agree | disagree |\n|---|---|---|---|---|---|---|---|\n")
	for _, s := range all {
		b.WriteString(j.counts(s))
	}
	b.WriteString("\n## Pairs\n\n| theirs | ours |")
	for _, s := range all {
		fmt.Fprintf(&b, " %s |", s)
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(all)) + "\n")
	for _, p := range j.Pairs {
		fmt.Fprintf(&b, "| %s | %s |", p.Theirs, strings.Join(p.Ours, ", "))
		for _, s := range all {
			fmt.Fprintf(&b, " %s |", p.cell(s))
		}
		b.WriteString("\n")
	}
	b.WriteString("\n## Disagreements\n")
	for _, p := range j.Pairs {
		if p.Why != "" {
			fmt.Fprintf(&b, "\n### %s\n\nOurs: %s. Right: **%s**.\n\n%s\n", p.Theirs, strings.Join(p.Ours, ", "), p.Right, strings.TrimSpace(p.Why))
		}
	}
	b.WriteString("\n## Theirs alone\n\nBesides those that need a fixture:\n\n")
	for _, a := range j.Alone {
		fmt.Fprintf(&b, "- `%s`: %s\n", a.Theirs, strings.TrimSpace(a.Why))
	}
	return b.String()
}

func (p pair) cell(s said) string {
	theirs, ours := s.Official[p.Theirs], p.ours(s)
	switch p.compare(s) {
	case agree:
		return string(ours)
	case differ:
		return fmt.Sprintf("**%s / %s**", theirs, ours)
	}
	if theirs == "" && ours == "" {
		return ""
	}
	if theirs == "" {
		theirs = "–"
	}
	if ours == "" {
		ours = "–"
	}
	return fmt.Sprintf("%s / %s", theirs, ours)
}

func (j judgements) counts(s said) string {
	statuses := map[string]int{}
	fixtures := 0
	for id, status := range s.Official {
		statuses[status]++
		if status == "FAILURE" && j.fixture(id) {
			fixtures++
		}
	}
	compared := map[comparison]int{}
	for _, p := range j.Pairs {
		compared[p.compare(s)]++
	}
	return fmt.Sprintf("| %s | %d | %d | %d | %d | %d | %d | %d |\n", s, len(s.Official), statuses["SUCCESS"], statuses["WARNING"],
		statuses["FAILURE"], fixtures, compared[agree], compared[differ])
}

const pageHead = `# Calibration

What the official suite (@modelcontextprotocol/conformance 0.2.0-alpha.12) and mcpctl say of the same servers over
Streamable HTTP, where both judge the same thing. Their word is the worst status that a check had in any of its
scenarios' runs; ours is the worst verdict of the checks named. Neither judge calls a tool that the server's owner did not
prepare, except that the official suite calls tools by the names of its own fixtures.

This page is made from ` + "`internal/realtest/testdata/calibration`" + ` by

    go test ./internal/realtest -run TestCalibrationPage -calibrate -update

which runs both judges again; without ` + "`-calibrate`" + ` the test only holds the page to what they said. Who is right in a
disagreement was found by hand.

In the tables one word means that both say the same, **bold** that they disagree (theirs / ours), and plain
"theirs / ours" that one of them makes no claim there.
`
