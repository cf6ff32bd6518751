package serverjson

import (
	_ "embed"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

//go:embed server.shape
var shapeSource string

// shapes reads the source once, on first use.
var shapes = sync.OnceValues(func() (*source, error) { return readShape(shapeSource) })

// source is all dates at once. It does not change once read.
type source struct{ definitions map[string][]definition }

// definition is an object with members or, when is is set, any type.
type definition struct {
	span
	lines []line
	is    *typ
}

// line is a member of an object or, when its word is set, something said of the
// object as a whole: +closed, +open, +need A B, or +NAME, whose lines are taken
// over.
type line struct {
	span
	word     string
	words    []string
	name     string
	optional bool
	is       *typ
}

// typ is a type: a basic one with its bounds, constants, a list, an object whose
// values have one type, or definitions of which one must fit.
type typ struct {
	basic     string // string, uri, boolean, object
	min, max  int    // of a string, in characters; 0 is no bound
	pattern   *regexp.Regexp
	not       string
	constants []string
	list      *typ
	values    *typ
	any       []string
}

func readShape(text string) (*source, error) {
	s := &source{definitions: map[string][]definition{}}
	open := ""
	for i, written := range strings.Split(text, "\n") {
		words := strings.Fields(written)
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		var err error
		if strings.HasPrefix(written, " ") {
			err = s.member(open, words)
		} else {
			open = words[0]
			err = s.define(words)
		}
		if err != nil {
			return nil, fmt.Errorf("server.shape, line %d: %w", i+1, err)
		}
	}
	return s, nil
}

func (s *source) define(words []string) error {
	name := words[0]
	words, during := cutSpan(words[1:])
	d := definition{span: during}
	if len(words) > 0 {
		if words[0] != "=" {
			return fmt.Errorf("%q where = is expected", words[0])
		}
		var err error
		if d.is, err = parseType(words[1:]); err != nil {
			return err
		}
	}
	s.definitions[name] = append(s.definitions[name], d)
	return nil
}

func (s *source) member(open string, words []string) error {
	all := s.definitions[open]
	if len(all) == 0 {
		return fmt.Errorf("a member of no definition")
	}
	words, during := cutSpan(words)
	l := line{span: during}
	if word, ok := strings.CutPrefix(words[0], "+"); ok {
		l.word, l.words = word, words[1:]
	} else {
		name, ok := strings.CutSuffix(words[0], ":")
		if !ok {
			return fmt.Errorf("%q has no colon", words[0])
		}
		l.name, l.optional = strings.CutSuffix(name, "?")
		var err error
		if l.is, err = parseType(words[1:]); err != nil {
			return err
		}
	}
	last := &all[len(all)-1]
	last.lines = append(last.lines, l)
	return nil
}

// cutSpan takes "since D" and "until D" off the end of a line.
func cutSpan(words []string) ([]string, span) {
	var s span
	for len(words) >= 2 {
		switch n := len(words); words[n-2] {
		case "since":
			s.since = words[n-1]
		case "until":
			s.until = words[n-1]
		default:
			return words, s
		}
		words = words[:len(words)-2]
	}
	return words, s
}

func parseType(words []string) (*typ, error) {
	if len(words) == 0 {
		return nil, fmt.Errorf("a type is missing")
	}
	first := words[0]
	switch {
	case strings.HasPrefix(first, `"`):
		constants, err := alternatives(words)
		for i := range constants {
			constants[i] = strings.Trim(constants[i], `"`)
		}
		return &typ{constants: constants}, err
	case len(words) == 1 && first[0] == '[':
		of, err := parseType([]string{strings.Trim(first, "[]")})
		return &typ{list: of}, err
	case len(words) == 1 && first[0] == '{':
		of, err := parseType([]string{strings.Trim(first, "{}")})
		return &typ{values: of}, err
	case strings.ToLower(first) == first:
		return parseBasic(first, words[1:])
	}
	names, err := alternatives(words)
	return &typ{any: names}, err
}

// alternatives are words with a bar between each two.
func alternatives(words []string) ([]string, error) {
	var all []string
	for i, w := range words {
		if i%2 == 0 {
			all = append(all, w)
		} else if w != "|" {
			return nil, fmt.Errorf("%q where | is expected", w)
		}
	}
	return all, nil
}

func parseBasic(name string, words []string) (*typ, error) {
	t := &typ{basic: name}
	for len(words) > 0 {
		var err error
		switch from, to, bounds := strings.Cut(words[0], ".."); {
		case words[0] == "~" && len(words) > 1:
			t.pattern, err = regexp.Compile(words[1])
			words = words[2:]
		case words[0] == "not" && len(words) > 1:
			t.not, words = words[1], words[2:]
		case bounds:
			t.min, t.max, err = number(from), number(to), nil
			words = words[1:]
		default:
			err = fmt.Errorf("%q is no bound", words[0])
		}
		if err != nil {
			return nil, err
		}
	}
	return t, nil
}

// number reads a bound; none is 0.
func number(digits string) int {
	n, _ := strconv.Atoi(digits) // our own source, which the equivalence test reads
	return n
}
