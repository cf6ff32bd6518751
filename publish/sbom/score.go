package sbom

import "fmt"

// Score is how complete a bill is. All figures are percentages, rounded down, so
// that 100 means that nothing is missing.
type Score struct {
	Total    int       `json:"total"` // of all elements
	NTIA     int       `json:"ntia"`  // of NTIA's minimum elements of 2021
	CISA     int       `json:"cisa"`  // of CISA's minimum elements of 2025
	Elements []Element `json:"elements"`
}

// Element is one thing that a bill should say, once or of each component.
type Element struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	NTIA  bool   `json:"ntia"`
	CISA  bool   `json:"cisa"`
	Have  int    `json:"have"`
	Of    int    `json:"of"`
	// Reason tells what is missing, Mend what to do; both are empty if nothing is.
	Reason string `json:"reason,omitempty"`
	Mend   string `json:"mend,omitempty"`
	// Missing are the components that lack it, at most a hundred.
	Missing []string `json:"missing,omitempty"`
}

const maxMissing = 100

// Score scores the document.
func (d *Document) Score() Score {
	s := Score{}
	for _, rule := range documentRules() {
		e := Element{ID: rule.id, Title: rule.title, NTIA: rule.ntia, CISA: rule.cisa, Of: 1, Have: 1}
		if !rule.has(d) {
			e.Have, e.Reason, e.Mend = 0, rule.reason, rule.mend
		}
		s.Elements = append(s.Elements, e)
	}
	for _, rule := range partRules() {
		e := Element{ID: rule.id, Title: rule.title, NTIA: rule.ntia, CISA: rule.cisa, Of: len(d.Components)}
		for _, p := range d.Components {
			if rule.has(p) {
				e.Have++
			} else if len(e.Missing) < maxMissing {
				e.Missing = append(e.Missing, p.label())
			}
		}
		if e.Have < e.Of {
			e.Reason, e.Mend = fmt.Sprintf("%d of %d components %s", e.Of-e.Have, e.Of, rule.reason), rule.mend
		}
		if e.Of == 0 {
			e.Reason, e.Mend = "the bill names no component, not even the product", "Make the bill with a tool that names the product."
		}
		s.Elements = append(s.Elements, e)
	}
	s.Total = mean(s.Elements, func(Element) bool { return true })
	s.NTIA = mean(s.Elements, func(e Element) bool { return e.NTIA })
	s.CISA = mean(s.Elements, func(e Element) bool { return e.CISA })
	return s
}

// mean is the mean share of the elements chosen. One missing thing in any number
// keeps it below 100.
func mean(all []Element, chosen func(Element) bool) int {
	sum, n, whole := 0.0, 0, true
	for _, e := range all {
		if !chosen(e) {
			continue
		}
		n++
		whole = whole && e.Have == e.Of && e.Of > 0
		if e.Of > 0 {
			sum += float64(e.Have) / float64(e.Of)
		}
	}
	if whole {
		return 100
	}
	return min(int(100*sum/float64(n)), 99)
}
