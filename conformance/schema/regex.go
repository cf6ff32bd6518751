package schema

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
)

// errNoRegex says that a pattern is malformed in any dialect.
var errNoRegex = errors.New("is not a regular expression")

// maxProgram bounds a compiled pattern, in instructions.
const maxProgram = 5000

// unicodeEscape is how ECMA-262 writes a character by its number.
var unicodeEscape = regexp.MustCompile(`\\u(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{4}))`)

// translate rewrites a pattern of ECMA-262, which JSON Schema recommends, for
// Go. The error is errNoRegex, or ErrUnjudged for what Go does not have, such as
// lookaheads and back references.
func translate(pattern string) (string, error) {
	translated := unicodeEscape.ReplaceAllString(pattern, `\x{$1$2}`)
	tree, err := syntax.Parse(translated, syntax.Perl)
	var fault *syntax.Error
	if !errors.As(err, &fault) {
		return translated, affordable(tree, pattern)
	}
	switch fault.Code {
	case syntax.ErrMissingParen, syntax.ErrUnexpectedParen, syntax.ErrMissingBracket,
		syntax.ErrMissingRepeatArgument, syntax.ErrTrailingBackslash, syntax.ErrInvalidUTF8:
		return "", fmt.Errorf("%w: %s", errNoRegex, fault.Code)
	}
	return "", fmt.Errorf("%w: the pattern %q uses what Go's regular expressions do not have", ErrUnjudged, short(pattern))
}

// affordable refuses a pattern whose program is so large that matching a long
// text would take seconds.
func affordable(tree *syntax.Regexp, pattern string) error {
	program, err := syntax.Compile(tree.Simplify())
	if err != nil || len(program.Inst) > maxProgram {
		return fmt.Errorf("%w: the pattern %q is too large", ErrUnjudged, short(pattern))
	}
	return nil
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
