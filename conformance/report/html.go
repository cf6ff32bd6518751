package report

import (
	"crypto/sha256"
	_ "embed" // for the page's style
	"encoding/base64"
	"io"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

//go:generate go tool qtc -file=page.qtpl -skipLineComments

//go:embed page.css
var pageStyle string

// Bounds on the page, which stays below a megabyte for 2,000 findings. The
// budgets count bytes after escaping.
const (
	htmlCards    = 480 << 10 // all findings to act on, with their wire logs
	htmlRows     = 260 << 10 // ids and titles of all checks
	htmlReasons  = 80 << 10  // why checks are open
	htmlMessage  = 1200
	htmlExcerpt  = 1500
	htmlEvidence = 6
	htmlDetails  = 12
	htmlOpen     = 3 // cards whose wire log is open from the start
)

// HTML writes one page that needs nothing else: no script, no font, no image,
// and a policy that allows none. It has a matrix of revisions and subjects, a
// card with the wire log for each root cause, and every check's verdicts.
func HTML(w io.Writer, r *conformance.Report, o Options) error {
	_, err := io.WriteString(w, pageHTML(newHTMLPage(look(r, o.Strict))))
	return err
}

// htmlPage is what the template shows. Its strings are safe for the eye; the
// template escapes them for HTML.
type htmlPage struct {
	Policy   string
	Title    string
	Verdict  conformance.Verdict
	Headline string
	About    []htmlFact
	Chips    []htmlChip
	Columns  []mcp.Revision
	Rows     []htmlRow
	Legend   []conformance.Verdict
	Sections []htmlSection
	Open     []htmlOpenList
	Subjects []htmlSubject
	Tool     string
	Started  string
	Took     string
}

type (
	htmlFact struct{ Name, Value string }
	htmlChip struct {
		State conformance.Verdict
		Count int
	}
	// htmlRow is a subject in the matrix.
	htmlRow struct {
		Name, Anchor string
		Cells        []htmlCell
	}
	htmlCell struct {
		State  conformance.Verdict
		Score  string
		Target string // what the cell links to, "" for nothing
	}
	htmlSection struct {
		Title string
		Cards []htmlCard
		Left  int // findings for which there was no room
	}
	htmlOpenList struct {
		State conformance.Verdict
		Title string
		Items []htmlFact
		Left  int
	}
)

func newHTMLPage(v view) *htmlPage {
	b := htmlBuilder{view: v}
	sum := sha256.Sum256([]byte(pageStyle))
	p := &htmlPage{
		Policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
			"'; base-uri 'none'; form-action 'none'",
		Title: shown(v.Target.Name, 120), Verdict: v.verdict, Headline: v.headline,
		About: b.about(), Columns: v.columns,
		Tool: shown(v.Tool.Version, 100), Started: v.Started.UTC().Format(time.RFC3339), Took: seconds(v.Millis),
	}
	for _, s := range append(conformance.Verdicts(), known) {
		if n := v.total[s]; n > 0 {
			p.Chips = append(p.Chips, htmlChip{s, n})
		}
	}
	p.Sections = b.sections()
	p.Open = b.open()
	p.Rows, p.Legend = b.matrix()
	p.Subjects = b.subjects()
	return p
}
