package sbom

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/publish/sbom/bill"
)

// Summary is what `mcpctl sbom --format json` prints; members are only ever
// added under its schema.
type Summary struct {
	Schema     string         `json:"schema"`
	Format     string         `json:"format,omitempty"` // of a bill that was read
	Subject    string         `json:"subject"`
	Phase      string         `json:"phase,omitempty"`
	Components int            `json:"components"` // without the product
	Ecosystems map[string]int `json:"ecosystems,omitempty"`
	Scopes     map[string]int `json:"scopes,omitempty"`
	Gaps       []bill.Gap     `json:"gaps"`
	Score      Score          `json:"score"`
}

// Summarize tells of a document, and of the bill that it was written from if
// there is one.
func Summarize(d *Document, b *bill.Bill) Summary {
	s := Summary{Schema: "mcpctl.sbom/v1", Subject: d.Subject, Components: len(d.Components), Gaps: []bill.Gap{}, Score: d.Score()}
	if d.Subject != "" { // which is one of them
		s.Components--
	}
	s.Phase = strings.Join(d.Phases, ", ")
	if b == nil {
		s.Format = d.Format + " " + d.Version
		return s
	}
	s.Gaps = append(s.Gaps, b.Gaps...)
	s.Ecosystems, s.Scopes = map[string]int{}, map[string]int{}
	for _, c := range b.Components() {
		s.Scopes[c.Scope.String()]++
		kind := "other"
		if purl, ok := strings.CutPrefix(c.PURL, "pkg:"); ok {
			kind, _, _ = strings.Cut(purl, "/")
		}
		s.Ecosystems[kind]++
	}
	return s
}

// Print writes a summary for people. What comes from files is made safe for a
// terminal.
func (s Summary) Print(w io.Writer) error {
	var out strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&out, format+"\n", args...) }
	line("%s", term.SafeLine(s.Subject))
	if s.Format != "" {
		line("  format      %s", term.SafeLine(s.Format))
	}
	if s.Phase != "" {
		line("  taken       %s", term.SafeLine(s.Phase))
	}
	line("  components  %d%s", s.Components, counts(s.Ecosystems))
	if len(s.Scopes) > 0 {
		line("  needed     %s", strings.TrimPrefix(counts(s.Scopes), ":"))
	}
	for _, g := range s.Gaps {
		line("  unknown     %s: %s", term.SafeLine(g.Where), term.SafeLine(g.What))
	}
	line("")
	out.WriteString(s.Score.text())
	_, err := io.WriteString(w, out.String())
	return err
}

// Print writes a score for people.
func (s Score) Print(w io.Writer) error {
	_, err := io.WriteString(w, s.text())
	return err
}

func (s Score) text() string {
	var out strings.Builder
	fmt.Fprintf(&out, "Completeness %d %% (NTIA 2021 %d %%, CISA 2025 %d %%)\n", s.Total, s.NTIA, s.CISA)
	for _, e := range s.Elements {
		fmt.Fprintf(&out, "  %-20s %5d of %d\n", e.Title, e.Have, e.Of)
		if e.Reason == "" {
			continue
		}
		fmt.Fprintf(&out, "    %s%s\n    %s\n", term.SafeLine(e.Reason), such(e), term.SafeLine(e.Mend))
	}
	return out.String()
}

// such are a few of the components that lack an element.
func such(e Element) string {
	const few = 3
	if len(e.Missing) == 0 || len(e.Missing) > few && e.Have == 0 && e.Of > few {
		return ""
	}
	names := slices.Clone(e.Missing[:min(few, len(e.Missing))])
	for i, n := range names {
		names[i] = term.Clip(term.SafeLine(n), 60)
	}
	return ": " + strings.Join(names, ", ") + map[bool]string{true: ", …"}[len(e.Missing) > few]
}

// counts lists what there is most of first.
func counts(all map[string]int) string {
	var names []string
	for name := range all {
		names = append(names, name)
	}
	slices.SortFunc(names, func(x, y string) int {
		if all[x] != all[y] {
			return all[y] - all[x]
		}
		return strings.Compare(x, y)
	})
	for i, name := range names {
		names[i] = fmt.Sprintf("%d %s", all[name], name)
	}
	if len(names) == 0 {
		return ""
	}
	return ": " + strings.Join(names, ", ")
}
