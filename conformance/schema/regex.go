package schema

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
)

// errNoRegex says that a pattern is malformed in any dialect.
var errNoRegex = errors.New("is not a regular expression")

// unicodeEscape is how ECMA-262 writes a character by its number.
var unicodeEscape = regexp.MustCompile(`\\u(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{4}))`)

// translate rewrites a pattern of ECMA-262, which JSON Schema recommends, for
// Go. The error is errNoRegex, or ErrUnjudged for what Go does not have, such as
// lookaheads and back references.
func translate(pattern string) (string, error) {
	translated := unicodeEscape.ReplaceAllString(pattern, `\x{$1$2}`)
	_, err := regexp.Compile(translated)
	var fault *syntax.Error
	if !errors.As(err, &fault) {
		return translated, nil
	}
	switch fault.Code {
	case syntax.ErrMissingParen, syntax.ErrUnexpectedParen, syntax.ErrMissingBracket,
		syntax.ErrMissingRepeatArgument, syntax.ErrTrailingBackslash, syntax.ErrInvalidUTF8:
		return "", fmt.Errorf("%w: %s", errNoRegex, fault.Code)
	}
	return "", fmt.Errorf("%w: the pattern %q uses what Go's regular expressions do not have", ErrUnjudged, short(pattern))
}

// readPatterns translates the patterns of one subschema in place. Those that
// Go cannot run give way to ones that it can and are noted.
func (d *document) readPatterns(m map[string]any, path []string) {
	if p, ok := m["pattern"].(string); ok {
		m["pattern"] = d.readPattern(p, append(path, "pattern"))
	}
	named, _ := m["patternProperties"].(map[string]any)
	for p, sub := range named {
		if t := d.readPattern(p, append(path, "patternProperties", p)); t != p {
			delete(named, p)
			named[t] = sub
		}
	}
}

func (d *document) readPattern(p string, path []string) string {
	translated, err := translate(p)
	switch {
	case errors.Is(err, errNoRegex):
		d.badPatterns = append(d.badPatterns, Problem{Pointer: pointer(path), Message: err.Error()})
		return ""
	case err != nil:
		d.unjudged = append(d.unjudged, p)
		return ""
	}
	return translated
}
