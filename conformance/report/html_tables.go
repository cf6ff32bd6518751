package report

import (
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

type (
	htmlSubject struct {
		Name, Anchor string
		State        conformance.Verdict
		Words        string
		Checks       []htmlCheck
		Left         int
	}
	htmlCheck struct {
		ID, Title string
		Cells     []htmlCell
	}
)

// open lists what is neither right nor wrong, and why.
func (b *htmlBuilder) open() []htmlOpenList {
	left := budget(htmlReasons)
	var all []htmlOpenList
	var list *htmlOpenList
	begin := func(s conformance.Verdict, title string) { list = &htmlOpenList{State: s, Title: title} }
	add := func(name, why string) {
		if left < 0 {
			list.Left++
			return
		}
		list.Items = append(list.Items, htmlFact{left.take(name, 200), left.take(why, 300)})
	}
	end := func() {
		if len(list.Items) > 0 {
			all = append(all, *list)
		}
	}
	begin(conformance.Blocked, "Blocked by other findings")
	for _, r := range b.roots() {
		add(r.check, plural(len(r.checks), "check hangs", "checks hang")+" on it: "+strings.Join(r.checks, ", "))
	}
	end()
	begin(conformance.Fail, "Stale entries")
	for _, s := range b.Stale {
		add("baseline", s)
	}
	end()
	for _, quiet := range []struct {
		state conformance.Verdict
		title string
	}{{known, "Accepted"}, {conformance.Unproven, "Unproven"}, {conformance.Skip, "Does not apply"}} {
		begin(quiet.state, quiet.title)
		for _, g := range b.by[quiet.state] {
			why := reason(g)
			if where := g.where(b.Revisions); where != "" {
				why += " (" + where + ")"
			}
			add(g.Check, why)
		}
		end()
	}
	return all
}

func (b *htmlBuilder) matrix() ([]htmlRow, []conformance.Verdict) {
	var rows []htmlRow
	used := tally{}
	for i, s := range b.view.subjects {
		row := htmlRow{Name: shown(s.name, 80), Anchor: subjectAnchor(i)}
		for j, cell := range s.cells {
			worst := cell.worst()
			used[worst]++
			row.Cells = append(row.Cells, htmlCell{worst, cell.score(), b.target(s.name, b.columns[j], row.Anchor)})
		}
		rows = append(rows, row)
	}
	var legend []conformance.Verdict
	for _, s := range append([]conformance.Verdict{known}, conformance.Verdicts()...) {
		if used[s] > 0 {
			legend = append(legend, s)
		}
	}
	return rows, legend
}

// target is where a cell of the matrix leads: to its first card, else to the
// subject's table.
func (b *htmlBuilder) target(suite string, r mcp.Revision, otherwise string) string {
	for _, f := range b.Findings {
		if f.Revision == r && f.Suite() == suite && b.cards[cardKey{f.Check, r}] != "" {
			return b.cards[cardKey{f.Check, r}]
		}
	}
	return otherwise
}

func subjectAnchor(i int) string { return fmt.Sprintf("s%d", i+1) }

// subjects are the tables of all checks.
func (b *htmlBuilder) subjects() []htmlSubject {
	left := budget(htmlRows)
	all := make([]htmlSubject, len(b.view.subjects))
	suites := map[string]int{}
	for i, s := range b.view.subjects {
		suites[s.name] = i
		all[i] = htmlSubject{Name: shown(s.name, 80), Anchor: subjectAnchor(i), State: s.total.worst(), Words: strings.Join(s.total.words(), " · ")}
	}
	columns := map[mcp.Revision]int{}
	for i, r := range b.columns {
		columns[r] = i
	}
	checks := map[string][]htmlCell{} // shared with the subjects
	for _, f := range b.Findings {
		cells := checks[f.Check]
		if cells == nil {
			s := &all[suites[f.Suite()]]
			if left < 0 {
				s.Left++
				continue
			}
			cells = make([]htmlCell, len(b.columns))
			checks[f.Check] = cells
			s.Checks = append(s.Checks, htmlCheck{left.take(f.Check, 120), left.take(f.Title, 160), cells})
		}
		cells[columns[f.Revision]] = htmlCell{State: state(f), Target: b.cards[cardKey{f.Check, f.Revision}]}
	}
	return all
}
