package report

import (
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/mcp"
)

// htmlBuilder turns a view into what the template shows.
type htmlBuilder struct {
	view
	cards map[cardKey]string // anchors of the cards written
}

// cardKey says whose card it is, so that matrix and tables can link to it.
type cardKey struct {
	check    string
	revision mcp.Revision
}

type (
	htmlCard struct {
		Anchor, Title, Check, Level, Message string
		State                                conformance.Verdict
		Revisions                            []mcp.Revision
		Details, Rules                       []string
		MoreDetails                          int
		Ref, Link, Fix, Explain              string
		Wire                                 []htmlWire
		Open                                 bool
	}
	htmlWire struct {
		Way, Arrow, Start, Text string
		Headers                 []string
		Millis                  string
		Size                    int
	}
)

// budget is the room that is left, in bytes after escaping.
type budget int

// take answers unsafe text safe and clipped, and charges for it.
func (b *budget) take(text string, limit int) string {
	text = shown(text, limit)
	*b -= budget(len(escaped(text)))
	return text
}

// tell is take for what a finding says, which may have several lines.
func (b *budget) tell(f conformance.Finding, text string, limit int) string {
	lines := several(f, text, maxLines)
	if lines == nil {
		return b.take(text, limit)
	}
	text = printable(strings.Join(lines, "\n"))
	*b -= budget(len(escaped(text)))
	return text
}

// shown is unsafe text as one visible line of at most limit characters.
func shown(text string, limit int) string { return printable(term.CILine(term.Clip(text, limit))) }

func (b *htmlBuilder) about() []htmlFact {
	var all []htmlFact
	add := func(name, value string) {
		if value != "" {
			all = append(all, htmlFact{name, shown(value, 400)})
		}
	}
	add("Server", strings.Join(b.servers(), ", "))
	add("Target", b.reached())
	add("Transport", b.Transport)
	add("Revisions", join(b.Revisions, ", "))
	for _, n := range b.NotSpoken {
		add("Not spoken", fmt.Sprintf("%s (%s): %s", n.Revision, n.Cause, n.Message))
	}
	if b.Partial {
		add("Checks", "only some: the others were left out by flags or mcpctl.yaml")
	}
	return all
}

func (b *htmlBuilder) sections() []htmlSection {
	b.cards = map[cardKey]string{}
	left := budget(htmlCards)
	var all []htmlSection
	for _, s := range []struct {
		title string
		state conformance.Verdict
	}{{failures(b.by[conformance.Fail]), conformance.Fail}, {"Warnings", conformance.Warn}, {"Could not be carried out", conformance.Errored}} {
		section := htmlSection{Title: s.title}
		for _, g := range b.by[s.state] {
			if left < 0 {
				section.Left++
				continue
			}
			section.Cards = append(section.Cards, b.card(g, &left))
		}
		if len(section.Cards)+section.Left > 0 {
			all = append(all, section)
		}
	}
	return all
}

func (b *htmlBuilder) card(g group, left *budget) htmlCard {
	const skeleton = 900 // the markup of an empty card
	*left -= skeleton
	anchor := fmt.Sprintf("f%d", len(b.cards)+1)
	for _, r := range g.in {
		b.cards[cardKey{g.Check, r}] = anchor
	}
	c := htmlCard{
		Anchor: anchor, State: g.Verdict, Level: level(g.Finding), Revisions: g.in,
		Title: left.take(g.Title, 200), Check: left.take(g.Check, 200),
		Ref: left.take(g.Ref, 200), Link: webAddress(g.Link), Fix: left.take(g.Fix, htmlMessage),
		Open: g.Verdict == conformance.Fail && len(b.by[conformance.Fail]) <= htmlOpen,
	}
	if c.Ref == "" && !cited(g.Finding) {
		c.Ref = strings.ToLower(ruleLink(g.Finding))
	}
	if len(g.Details) == 0 {
		c.Message = left.tell(g.Finding, g.Message, htmlMessage)
	}
	for _, d := range g.Details[:min(len(g.Details), htmlDetails)] {
		c.Details = append(c.Details, left.tell(g.Finding, d, htmlMessage/2))
	}
	c.MoreDetails = len(g.Details) - len(c.Details)
	for _, r := range rules(g.Finding) {
		c.Rules = append(c.Rules, left.take(r, htmlMessage))
	}
	if explained(g.Finding) {
		c.Explain = left.take(explain(g.Check), 240)
	}
	for _, e := range g.Evidence[:min(len(g.Evidence), htmlEvidence)] {
		c.Wire = append(c.Wire, wired(e, left))
	}
	return c
}

func wired(e conformance.Evidence, left *budget) htmlWire {
	const skeleton = 200
	*left -= skeleton
	w := htmlWire{
		Way: "received", Arrow: arrow(e), Start: left.take(start(e), 300), Text: left.take(e.Text, htmlExcerpt),
		Millis: fmt.Sprintf("%.1f", e.Millis), Size: e.Size,
	}
	if e.Direction == "sent" {
		w.Way = "sent"
	}
	for _, h := range headers(e) {
		w.Headers = append(w.Headers, left.take(h, 300))
	}
	return w
}
