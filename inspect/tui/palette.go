package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	tea "charm.land/bubbletea/v2"
)

// palette opens the menu of everything that can be done or gone to.
func (a *app) palette() tea.Cmd {
	var items []Item
	seen := map[string]bool{}
	for _, k := range append(a.pane().Keys(), a.globals()...) {
		if k.Do == nil || seen[k.Key] || k.Key == ":" || k.Key == "ctrl+p" {
			continue
		}
		seen[k.Key] = true
		do, why := k.Do, k.Why
		if why != "" {
			do = func() tea.Cmd { return a.room.toast(Warn, why) }
		}
		items = append(items, Item{Kind: "do", Name: k.Does, Hint: k.Key, Do: do})
	}
	items = append(items, a.room.openTapeItem())
	for i, s := range a.screens {
		items = append(items, Item{Kind: "go", Name: s.Name(), Hint: fmt.Sprint(i + 1), Do: func() tea.Cmd { return a.room.goTo(s.Name(), -1) }})
	}
	for _, s := range a.screens {
		items = append(items, s.Items()...)
	}
	return a.room.open(newMenu(a.room, "commands", items))
}

func countOf(n, all int) string { return fmt.Sprintf("%d of %d", n, all) }

// rank gives the indices of the items that a pattern fits, the best first. The
// letters of the pattern must all be there in their order.
func rank[T any](pattern string, all []T, text func(T) string) []int {
	type hit struct{ at, score int }
	words := strings.Fields(strings.ToLower(pattern))
	var hits []hit
	for i, item := range all {
		score, ok := 0, true
		in := strings.ToLower(text(item))
		for _, word := range words {
			s, fits := fuzzy(word, in)
			score, ok = score+s, ok && fits
		}
		if ok {
			hits = append(hits, hit{i, score})
		}
	}
	if len(words) > 0 {
		slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.score, a.score) })
	}
	found := make([]int, len(hits))
	for i, h := range hits {
		found[i] = h.at
	}
	return found
}

// fuzzy reports whether the letters of word stand in text in their order, and
// how well: better together, and better at the beginning of a word.
func fuzzy(word, text string) (score int, ok bool) {
	if at := strings.Index(text, word); at >= 0 {
		score = 100 - min(at, 50)
		if at == 0 || !unicode.IsLetter(rune(text[at-1])) {
			score += 50
		}
		return score, true
	}
	rest := text
	for _, r := range word {
		at := strings.IndexRune(rest, r)
		if at < 0 {
			return 0, false
		}
		score -= min(at, 10)
		rest = rest[at+len(string(r)):]
	}
	return score, true
}
