package tui

import "strings"

// notice is the line above the footer: a rule, and at its end what has just
// happened.
func (a *app) notice() Line {
	rule := a.room.Theme.Sign.Rule
	said := a.toast.text
	role := a.toast.role
	if a.ask != nil {
		said, role = a.ask.note()
	}
	if said == "" {
		return L(Dim, strings.Repeat(rule, a.w))
	}
	text := Line{S(Dim, " "), S(role, oneLine(said)), S(Dim, " "+rule)}.Cut(a.w - 2)
	return append(L(Dim, strings.Repeat(rule, max(0, a.w-text.Width()))), text...)
}

// footer is the last line: the question asked, or the keys of the focus. Keys
// that can do nothing now are dim.
func (a *app) footer() Line {
	if a.ask != nil {
		return a.ask.line(a.room.Theme).Fit(a.w)
	}
	if a.jumping {
		return L(Accent, " press a letter for a pane, a digit for a tab; any other key leaves").Fit(a.w)
	}
	keys := a.pane().Keys()
	if len(a.over) > 0 {
		return keyLine(a.over[len(a.over)-1].Keys(), Line{S(Accent, "esc"), S(Plain, " close ")}, a.w)
	}
	return keyLine(append(keys, a.globals()...), Line{S(Accent, "?"), S(Plain, " help ")}, a.w)
}

// keyLine names keys as far as there is room; last always has some.
func keyLine(keys []Key, last Line, w int) Line {
	line, shown := L(Plain, " "), map[string]bool{}
	for _, k := range keys {
		if k.Rare || shown[k.Key] || k.Key == "?" {
			continue
		}
		shown[k.Key] = true
		part := Line{S(Accent, k.Key), S(Plain, " "+k.Does+"  ")}
		if k.Why != "" {
			part = L(Dim, k.Key+" "+k.Does+"  ")
		}
		if line.Width()+part.Width()+last.Width() <= w {
			line = append(line, part...)
		}
	}
	return append(line, last...).Fit(w)
}

// Spinner is the sign for what goes on, by the clock.
func (r *Room) Spinner() string {
	signs := r.Theme.Sign.Spin
	return signs[int(r.now().UnixMilli()/100)%len(signs)]
}
