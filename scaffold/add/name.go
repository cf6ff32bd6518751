package add

import (
	"fmt"
	"strings"
)

// maxName is shorter than the 128 that server/tools#tool-names recommends:
// clients put the server's name before it, and some stop at 64 in all.
const maxName = 64

// checkName refuses names that clients or file systems could not bear.
func checkName(k Kind, name string) error {
	switch {
	case name == "":
		return fmt.Errorf("the %s needs a name", k)
	case len(name) > maxName:
		return fmt.Errorf("the name %.20q… has %d characters, more than %d: choose a shorter one", name, len(name), maxName)
	case !letter(name[0]):
		return fmt.Errorf("the name %q does not begin with a letter: choose one such as get_forecast", name)
	}
	for i := range len(name) {
		if c := name[i]; !letter(c) && !digit(c) && c != '_' && c != '-' && c != '.' {
			return fmt.Errorf("the name %q has a character that names cannot have: letters, digits, _, - and . can be used", name)
		}
	}
	return nil
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func digit(c byte) bool  { return c >= '0' && c <= '9' }

// nameHint is advice about a name that is allowed but could be better.
func nameHint(k Kind, name string) string {
	if k != Tool || len(Words(name)) > 1 {
		return ""
	}
	return fmt.Sprintf("%s is one word: a verb and a noun, as in get_forecast, tell a model more", name)
}

// Words splits a name at its separators and humps, in lower case: getPet_v2
// gives get, pet, v2. For generators.
func Words(name string) []string {
	var words []string
	start := 0
	cut := func(end, next int) {
		if end > start {
			words = append(words, strings.ToLower(name[start:end]))
		}
		start = next
	}
	for i := range len(name) {
		c := name[i]
		switch {
		case !letter(c) && !digit(c):
			cut(i, i+1)
		case i > start && upper(c) && (!upper(name[i-1]) || i+1 < len(name) && lower(name[i+1])):
			cut(i, i) // getPet, and the P of HTTPProxy
		}
	}
	cut(len(name), len(name))
	return words
}

func upper(c byte) bool { return c >= 'A' && c <= 'Z' }
func lower(c byte) bool { return c >= 'a' && c <= 'z' }
