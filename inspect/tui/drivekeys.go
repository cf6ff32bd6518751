package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// named is the key of a name: a letter, or a word such as enter or ctrl+c.
func named(name string) (tea.KeyPressMsg, bool) {
	special := map[string]rune{
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft,
		"right": tea.KeyRight, "backspace": tea.KeyBackspace, "space": tea.KeySpace, "home": tea.KeyHome, "end": tea.KeyEnd,
		"pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "delete": tea.KeyDelete,
	}
	mods := tea.KeyMod(0)
	base := name
	for _, mod := range []struct {
		prefix string
		mod    tea.KeyMod
	}{{"ctrl+", tea.ModCtrl}, {"shift+", tea.ModShift}, {"alt+", tea.ModAlt}} {
		if rest, ok := strings.CutPrefix(base, mod.prefix); ok {
			base, mods = rest, mods|mod.mod
		}
	}
	if base == " " {
		base = "space"
	}
	if code, ok := special[base]; ok {
		key := tea.KeyPressMsg{Code: code, Mod: mods}
		if code == tea.KeySpace {
			key.Text = " "
		}
		return key, true
	}
	runes := []rune(base)
	if len(runes) != 1 {
		return tea.KeyPressMsg{}, false
	}
	if mods != 0 {
		return tea.KeyPressMsg{Code: runes[0], Mod: mods}, true
	}
	return tea.KeyPressMsg{Code: runes[0], Text: base}, true
}
