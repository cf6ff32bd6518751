package lint

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/mcpctl/mcpctl/conformance"
)

func unicodeRules() []rule {
	return []rule{
		{conformance.Rule{
			ID: "lint/security/hidden-unicode", Title: "no text has characters that people cannot see", Group: "security", Verdict: conformance.Fail,
			Why: "Tag characters, zero-width characters and changes of direction are invisible to whoever reviews or approves a tool, and are read by the model. Whole instructions have been hidden so.",
			Fix: "Write the text anew, by hand: what is invisible is copied along.",
		}, anything, hiddenUnicode},
		{conformance.Rule{
			ID: "lint/security/control-characters", Title: "no text has control characters", Group: "security", Verdict: conformance.Fail,
			Why: "Escape sequences repaint a terminal: what is approved there is not what is shown. Other control characters break logs.",
			Fix: "Take out everything below U+0020 but line feed and tab.",
		}, anything, controlCharacters},
		{conformance.Rule{
			ID: "lint/security/mixed-script", Title: "no word mixes letters that look alike", Group: "security", Verdict: conformance.Fail,
			Why: "A Cyrillic \"а\" within a Latin word makes a second name that looks like the first: a tool poses as another, and filters do not find the word.",
			Fix: "Write the word in one script.",
		}, anything, mixedScript},
	}
}

func hiddenUnicode(r *review) {
	for _, t := range r.texts {
		if found := hidden(t.value); found != "" {
			r.say(t.subject, "%s has %s", t.place, found)
		}
	}
}

// hidden says in words which invisible characters a text has, "" for none. What
// tags spell is decoded.
func hidden(s string) string {
	var tags strings.Builder
	count := 0
	var first rune
	all := []rune(s)
	for i, c := range all {
		if !invisible(c) || inOrder(all, i) {
			continue
		}
		if count++; count == 1 {
			first = c
		}
		if c >= 0xE0020 && c <= 0xE007E {
			tags.WriteRune(c - 0xE0000)
		}
	}
	switch {
	case count == 0:
		return ""
	case tags.Len() > 0:
		return fmt.Sprintf("%d invisible characters, which spell %s", count, quote(tags.String()))
	}
	return fmt.Sprintf("%d invisible characters, the first is U+%04X", count, first)
}

func invisible(c rune) bool {
	switch {
	case c < 0x80:
		return false
	case unicode.Is(unicode.Cf, c), unicode.Is(unicode.Co, c), unicode.In(c, unicode.Zl, unicode.Zp):
		return true
	}
	return c == 0x034F || c == 0x115F || c == 0x1160 || c == 0x17B4 || c == 0x17B5 || c >= 0x180B && c <= 0x180F ||
		c == 0x3164 || c == 0xFFA0 || c >= 0xFE00 && c <= 0xFE0D || c >= 0xE0000 && c <= 0xE0FFF
}

// inOrder reports whether an invisible character is where honest text has it:
// joiners within emoji and within scripts that need them, a soft hyphen, marks of
// Arabic, the tags of a flag.
func inOrder(all []rune, i int) bool {
	c := all[i]
	before, after := rune(0), rune(0)
	if i > 0 {
		before = all[i-1]
	}
	if i+1 < len(all) {
		after = all[i+1]
	}
	switch {
	case c == 0x00AD, c >= 0x0600 && c <= 0x0605, c == 0x06DD, c == 0x070F, c == 0x08E2:
		return true
	case c == 0x200D:
		return joins(before) && joins(after)
	case c == 0x200C:
		return complex(before) && complex(after)
	case c == 0x200E || c == 0x200F: // marks of direction beside text of either
		return unicode.In(before, unicode.Arabic, unicode.Hebrew) || unicode.In(after, unicode.Arabic, unicode.Hebrew)
	case c >= 0xE0020 && c <= 0xE007F:
		return ofFlag(all, i)
	case c == 0xFEFF:
		return i == 0
	}
	return false
}

// joins reports whether a zero-width joiner may stand beside the character.
func joins(c rune) bool {
	return complex(c) || unicode.Is(unicode.So, c) || c == 0xFE0F || c >= 0x1F3FB && c <= 0x1F3FF
}

// complex reports whether the character is of a script that is written with
// joiners.
func complex(c rune) bool {
	return unicode.In(c, unicode.Arabic, unicode.Syriac, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati,
		unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Mongolian, unicode.Khmer, unicode.Myanmar)
}

// ofFlag reports whether a tag character belongs to the flag of a region: a black
// flag, at most six tags, and the tag that ends them.
func ofFlag(all []rune, i int) bool {
	const flag, end, longest = 0x1F3F4, 0xE007F, 7
	start := i
	for start > 0 && i-start < longest && all[start] >= 0xE0020 {
		start--
	}
	stop := start + 1
	for stop < len(all) && stop-start <= longest && all[stop] >= 0xE0020 && all[stop] < end {
		stop++
	}
	return all[start] == flag && stop < len(all) && all[stop] == end && stop-start <= longest && i <= stop
}

func controlCharacters(r *review) {
	for _, t := range r.texts {
		for _, c := range t.value {
			if unicode.IsControl(c) && (t.isName || !strings.ContainsRune("\n\t\r", c)) {
				r.say(t.subject, "%s has U+%04X", t.place, c)
				break
			}
		}
	}
}

func mixedScript(r *review) {
	for _, t := range r.texts {
		for _, word := range strings.FieldsFunc(t.value, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsMark(c) }) {
			if c := alike(word); c != 0 {
				r.say(t.subject, "%s has the word %s, in which U+%04X looks like a Latin letter", t.place, quote(word), c)
				break
			}
		}
	}
}

// lookalikes are letters of other scripts that look like Latin ones.
const lookalikes = "аеорсухіјѕһԁԛԝвнктмАВЕКМНОРСТУХІЈЅԌοΑΒΕΖΗΙΚΜΝΟΡΤΥΧνικеոսһցѵ"

// alike is a letter of a Latin word that only looks Latin; 0 for none. Styled
// letters of mathematics count too, full-width ones only beside plain ones.
func alike(word string) rune {
	latin := false
	var found rune
	for _, c := range word {
		switch {
		case c < unicode.MaxASCII:
			latin = true
		case c >= 0x1D400 && c <= 0x1D7FF, c >= 0xFF21 && c <= 0xFF5A, strings.ContainsRune(lookalikes, c):
			found = c
		case unicode.IsLetter(c) && !unicode.Is(unicode.Latin, c):
			return 0 // plainly another script, as in "APIключ"
		}
	}
	if !latin {
		return 0
	}
	return found
}
