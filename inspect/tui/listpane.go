package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// listPane is a Pane that lists entries, narrowed down by what / asks for: words
// whose letters must be there in their order; a word after ! must not be.
type listPane[T any] struct {
	room  *Room
	rows  list
	all   []T
	found []int // of all

	pattern string
	title   func() string
	text    func(T) string    // what is searched
	row     func(T, int) Line // how an entry is drawn
	empty   func() []Line     // what is shown when there are none
	own     func() []Key      // what can be done
	chosen  func() tea.Cmd    // the cursor has moved to another entry
	enter   func(T) tea.Cmd   // a second click, as enter
	same    func(a, b T) bool // whether two are the same entry, told anew
}

func (p *listPane[T]) Title() string { return p.title() }
func (p *listPane[T]) Keys() []Key   { return p.own() }

// pick shows all entries again, and puts the cursor on the one that it is.
func (p *listPane[T]) pick(is func(T) bool) {
	p.SetFilter("")
	for i, at := range p.found {
		if is(p.all[at]) {
			p.rows.at = i
		}
	}
}

// set replaces the entries; the cursor stays on the one it was on.
func (p *listPane[T]) set(all []T) {
	was, had := p.current()
	p.all = all
	p.narrow()
	if had && p.same != nil {
		for i, at := range p.found {
			if p.same(all[at], was) {
				p.rows.at = i
				return
			}
		}
	}
}

// current is the entry under the cursor.
func (p *listPane[T]) current() (entry T, ok bool) {
	if p.rows.at < len(p.found) {
		return p.all[p.found[p.rows.at]], true
	}
	return entry, false
}

func (p *listPane[T]) narrow() {
	p.found = p.found[:0]
	wanted, unwanted := words(p.pattern)
	for i, entry := range p.all {
		if fits(strings.ToLower(p.text(entry)), wanted, unwanted) {
			p.found = append(p.found, i)
		}
	}
	p.rows.setLen(len(p.found))
}

// best is which of those found fits the filter best, the first of several.
func (p *listPane[T]) best() int {
	wanted, _ := words(p.pattern)
	at := rank(strings.Join(wanted, " "), p.found, func(i int) string { return p.text(p.all[i]) })
	return at[0]
}

// words are those that must be there, and those that must not.
func words(pattern string) (wanted, unwanted []string) {
	for _, word := range strings.Fields(strings.ToLower(pattern)) {
		if out, ok := strings.CutPrefix(word, "!"); ok && out != "" {
			unwanted = append(unwanted, out)
		} else {
			wanted = append(wanted, word)
		}
	}
	return wanted, unwanted
}

func fits(text string, wanted, unwanted []string) bool {
	for _, word := range wanted {
		if _, ok := fuzzy(word, text); !ok {
			return false
		}
	}
	for _, word := range unwanted {
		if strings.Contains(text, word) {
			return false
		}
	}
	return true
}

func (p *listPane[T]) Filter() string { return p.pattern }

func (p *listPane[T]) SetFilter(text string) {
	was, had := p.current()
	p.pattern = text
	p.narrow()
	if text != "" && len(p.found) > 0 {
		p.rows.at = p.best()
	}
	if text == "" && had && p.same != nil {
		for i, at := range p.found {
			if p.same(p.all[at], was) {
				p.rows.at = i
			}
		}
	}
	if p.chosen != nil {
		_ = p.chosen() // narrowing down asks nothing of the server
	}
}

func (p *listPane[T]) Update(msg tea.Msg) tea.Cmd {
	before := p.rows.at
	if p.rows.navigate(msg) && p.rows.at != before && p.chosen != nil {
		return p.chosen()
	}
	return nil
}

func (p *listPane[T]) Click(_, y int) tea.Cmd {
	again := p.rows.click(y)
	entry, ok := p.current()
	if again && ok && p.enter != nil {
		return p.enter(entry)
	}
	if p.chosen != nil {
		return p.chosen()
	}
	return nil
}

func (p *listPane[T]) View(w, h int) []Line {
	if len(p.found) > 0 {
		return p.rows.view(w, h, p.room.Theme, func(i, w int) Line { return p.row(p.all[p.found[i]], w) })
	}
	if p.pattern != "" {
		return Wrap(Dim, " none of "+plural(len(p.all), "entry")+" fits /"+p.pattern+"; esc shows all", w)
	}
	var lines []Line
	for _, line := range p.empty() {
		lines = append(lines, line.Wrap(w-1)...)
	}
	return lines
}
