package realtest_test

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// unjudged is the reason of an entry that -update has written. A test fails as
// long as one is left.
const unjudged = "to be looked into"

// expectations are what mcpctl is known to find on one real server, every entry
// looked into by hand against the specification.
type expectations struct {
	// Speaks are the revisions that the server speaks over each transport.
	Speaks map[mcp.TransportKind][]mcp.Revision `yaml:"speaks"`
	Found  []expected                           `yaml:"found"`
}

// expected is one finding, in each of the revisions over each of the transports.
type expected struct {
	Check      string              `yaml:"check"`
	Verdict    conformance.Verdict `yaml:"verdict"`
	Revisions  []mcp.Revision      `yaml:"revisions,flow"`
	Transports []mcp.TransportKind `yaml:"transports,flow"`
	// Invoke says that it shows only where tools may be called.
	Invoke bool `yaml:"invoke,omitempty"`
	// Judged says what is wrong and which clause says so.
	Judged string `yaml:"judged"`
}

// cell is one finding in one revision over one transport.
type cell struct {
	check     string
	verdict   conformance.Verdict
	revision  mcp.Revision
	transport mcp.TransportKind
}

func (c cell) String() string {
	return fmt.Sprintf("%s %s (%s, %s)", c.verdict, c.check, c.revision, c.transport)
}

// cells are the findings that the entries expect of one run.
func (e expectations) cells(transport mcp.TransportKind, invoke bool) map[cell]expected {
	all := map[cell]expected{}
	for _, f := range e.Found {
		if f.Invoke && !invoke || !slices.Contains(f.Transports, transport) {
			continue
		}
		for _, r := range f.Revisions {
			all[cell{f.Check, f.Verdict, r, transport}] = f
		}
	}
	return all
}

// differences says how a report differs from what is expected of the run.
func (e expectations) differences(r *conformance.Report, invoke bool) []string {
	transport := mcp.TransportKind(r.Transport)
	var wrong []string
	if !slices.Equal(e.Speaks[transport], r.Revisions) {
		wrong = append(wrong, fmt.Sprintf("it speaks %v over %s, not %v", r.Revisions, transport, e.Speaks[transport]))
	}
	missing := e.cells(transport, invoke)
	for _, f := range r.Findings {
		c := cell{f.Check, f.Verdict, f.Revision, transport}
		switch {
		case f.Verdict == conformance.Errored:
			wrong = append(wrong, fmt.Sprintf("mcpctl's own trouble: %v: %s", c, f.Message))
		case !bad(f):
		case missing[c].Check == "":
			wrong = append(wrong, fmt.Sprintf("unexpected: %v: %s%s", c, f.Message, details(f)))
		default:
			delete(missing, c)
		}
	}
	for c := range missing {
		wrong = append(wrong, fmt.Sprintf("expected and not found: %v%s", c, instead(r, c)))
	}
	slices.Sort(wrong)
	return wrong
}

// instead says what became of a finding that was expected.
func instead(r *conformance.Report, c cell) string {
	for _, f := range r.Findings {
		if f.Check == c.check && f.Revision == c.revision {
			return fmt.Sprintf(", it came to %s: %s", f.Verdict, f.Message)
		}
	}
	return ", the check did not run at all"
}

func details(f conformance.Finding) string {
	var b strings.Builder
	for _, d := range f.Details {
		b.WriteString("\n  - " + d)
	}
	for _, e := range f.Evidence {
		b.WriteString("\n  " + e.Direction + " " + e.Start + " " + e.Text)
	}
	return b.String()
}

func bad(f conformance.Finding) bool {
	return f.Verdict == conformance.Fail || f.Verdict == conformance.Warn
}

// learn adds an entry for all in the report that no entry expects. Entries
// that are not found any more stay: taking one out is for a person to decide.
func (e *expectations) learn(r *conformance.Report, invoke bool) {
	transport := mcp.TransportKind(r.Transport)
	if e.Speaks == nil {
		e.Speaks = map[mcp.TransportKind][]mcp.Revision{}
	}
	e.Speaks[transport] = r.Revisions
	known := e.cells(transport, invoke)
	for _, f := range r.Findings {
		if _, ok := known[cell{f.Check, f.Verdict, f.Revision, transport}]; ok || !bad(f) {
			continue
		}
		e.add(expected{f.Check, f.Verdict, []mcp.Revision{f.Revision}, []mcp.TransportKind{transport}, invoke, unjudged + ": " + f.Message})
	}
	e.join()
}

// add puts a finding into the unjudged entry of its check, or a new one.
func (e *expectations) add(n expected) {
	for i, f := range e.Found {
		if f.Check == n.Check && f.Verdict == n.Verdict && f.Invoke == n.Invoke && slices.Equal(f.Transports, n.Transports) && f.unjudged() {
			e.Found[i].Revisions = slices.Concat(f.Revisions, n.Revisions)
			return
		}
	}
	e.Found = append(e.Found, n)
}

// join makes one entry of unjudged ones that differ in their transport alone.
func (e *expectations) join() {
	var all []expected
	for _, f := range e.Found {
		i := slices.IndexFunc(all, func(o expected) bool {
			return o.unjudged() && f.unjudged() && o.Check == f.Check && o.Verdict == f.Verdict && o.Invoke == f.Invoke && slices.Equal(o.Revisions, f.Revisions)
		})
		if i < 0 {
			all = append(all, f)
			continue
		}
		all[i].Transports = append(all[i].Transports, f.Transports...)
	}
	slices.SortStableFunc(all, func(a, b expected) int { return cmp.Compare(a.Check, b.Check) })
	e.Found = all
}

func (f expected) unjudged() bool { return strings.HasPrefix(f.Judged, unjudged) }

// readExpectations reads the entries of one server; a file that is not there
// expects nothing.
func readExpectations(path string) (expectations, error) {
	var e expectations
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return e, nil
	}
	if err != nil {
		return e, err
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&e); err != nil {
		return e, fmt.Errorf("reading %s: %w", path, err)
	}
	return e, nil
}

func (e expectations) write(path string) error {
	var b bytes.Buffer
	b.WriteString("# What mcpctl finds on this server; see ../real_test.go. `go test ./internal/realtest -update`\n" +
		"# adds what is new, to be looked into by hand.\n")
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(e); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}
