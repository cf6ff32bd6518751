package traffic

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxFilter and maxNested bound a filter.
const (
	maxFilter = 4096
	maxNested = 64
)

// space is what stands between terms.
const space = " \t\r\n"

// FilterError says what is wrong with a filter, and where.
type FilterError struct {
	// Column is where, in characters from 1.
	Column int
	What   string
	// Hint says what to write instead, "" when there is no telling.
	Hint string
}

// Error is the whole in one line.
func (e *FilterError) Error() string {
	text := fmt.Sprintf("column %d: %s", e.Column, e.What)
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

// Parse reads a filter. Its terms are field:value, text in quotes, and bare
// words; all must hold of an entry unless "or" stands between them. "!" before
// a term denies it, brackets group, "parent" holds of whatever was caused by an
// entry that passes. Every error is a *FilterError.
func Parse(text string) (Filter, error) {
	if len(text) > maxFilter {
		return Filter{}, &FilterError{Column: 1, What: fmt.Sprintf("the filter is longer than %d bytes", maxFilter)}
	}
	p := &filterParser{text: text, filter: Filter{text: strings.Trim(text, space)}}
	if p.blank(); p.done() {
		return p.filter, nil
	}
	all, err := p.either(0)
	if err != nil {
		return Filter{}, err
	}
	if !p.done() {
		return Filter{}, p.errorf(p.at, "", "there is no bracket that this one closes")
	}
	p.filter.test = all
	return p.filter, nil
}

type filterParser struct {
	text   string
	at     int
	filter Filter
}

func (p *filterParser) errorf(at int, hint, format string, args ...any) error {
	return &FilterError{utf8.RuneCountInString(p.text[:at]) + 1, fmt.Sprintf(format, args...), hint}
}

func (p *filterParser) done() bool { return p.at >= len(p.text) }

// blank skips white space.
func (p *filterParser) blank() {
	rest := strings.TrimLeft(p.text[p.at:], space)
	p.at = len(p.text) - len(rest)
}

// keyword takes one of the words that join terms, if it stands here alone.
func (p *filterParser) keyword(word string) bool {
	rest := p.text[p.at:]
	if len(rest) < len(word) || !strings.EqualFold(rest[:len(word)], word) {
		return false
	}
	if after := rest[len(word):]; after != "" && !strings.ContainsAny(after[:1], space+"()!\"") {
		return false
	}
	p.at += len(word)
	p.blank()
	return true
}

// either reads terms between which "or" may stand.
func (p *filterParser) either(depth int) (test, error) {
	one, err := p.all(depth)
	if err != nil {
		return nil, err
	}
	any := []test{one}
	for !p.done() && p.keyword("or") {
		next, err := p.all(depth)
		if err != nil {
			return nil, err
		}
		any = append(any, next)
	}
	if len(any) == 1 {
		return one, nil
	}
	return func(x *probe) bool {
		for _, t := range any {
			if t(x) {
				return true
			}
		}
		return false
	}, nil
}

// all reads terms that must all hold.
func (p *filterParser) all(depth int) (test, error) {
	var terms []test
	for {
		start := p.at
		if p.done() || p.text[p.at] == ')' || p.keyword("or") {
			p.at = start
			break
		}
		if len(terms) > 0 && p.keyword("and") && (p.done() || p.text[p.at] == ')') {
			return nil, p.errorf(start, "", "nothing follows this and")
		}
		t, err := p.one(depth)
		if err != nil {
			return nil, err
		}
		terms = append(terms, t)
		p.blank()
	}
	switch len(terms) {
	case 0:
		return nil, p.errorf(p.at, `write something like method:tools/* or "text"`, "a term is missing here")
	case 1:
		return terms[0], nil
	}
	return func(x *probe) bool {
		for _, t := range terms {
			if !t(x) {
				return false
			}
		}
		return true
	}, nil
}

// one reads one term, denied or in brackets as may be.
func (p *filterParser) one(depth int) (test, error) {
	start := p.at
	if depth > maxNested {
		return nil, p.errorf(start, "", "the filter is nested more than %d deep", maxNested)
	}
	if p.text[p.at] == '!' {
		p.at++
		p.blank()
	} else if !p.keyword("not") {
		return p.plain(depth)
	}
	if p.done() {
		return nil, p.errorf(start, "", "nothing stands here to be denied")
	}
	t, err := p.one(depth + 1)
	if err != nil {
		return nil, err
	}
	return func(x *probe) bool { return !t(x) }, nil
}

// plain reads a bracket, a field with its value, a text or a word.
func (p *filterParser) plain(depth int) (test, error) {
	start := p.at
	switch p.text[p.at] {
	case '(':
		p.at++
		p.blank()
		t, err := p.either(depth + 1)
		if err != nil {
			return nil, err
		}
		if p.done() {
			return nil, p.errorf(start, "", "this bracket is never closed")
		}
		p.at++
		return t, nil
	case ')':
		return nil, p.errorf(start, "", "there is no bracket that this one closes")
	}
	word, isText, err := p.word(":")
	switch {
	case err != nil:
		return nil, err
	case isText:
		return quoted(word), nil
	case p.done() || p.text[p.at] != ':':
		if strings.EqualFold(word, "parent") {
			p.filter.parents = true
			return (*probe).parent, nil
		}
		return bare(word), nil
	}
	return p.field(start, word)
}

// field reads the value of a field.
func (p *filterParser) field(start int, name string) (test, error) {
	f, known := fields[strings.ToLower(name)]
	if !known {
		return nil, p.errorf(start, mean(name, fieldNames(), `a text with a colon stands in quotes`), "there is no field %q", name)
	}
	p.filter.clock = p.filter.clock || f.clock
	var any []test
	for more := true; more; more = !p.done() && p.text[p.at] == ',' {
		p.at++ // the colon or comma
		at := p.at
		value, _, err := p.word(",")
		if err != nil {
			return nil, err
		}
		if value == "" {
			return nil, p.errorf(at, "as in "+f.example, "%s: lacks its value", name)
		}
		t, err := f.make(value)
		if err != nil {
			return nil, p.errorf(at, mean(value, f.words, "as in "+f.example), "%s: %v", name, err)
		}
		any = append(any, t)
	}
	return func(x *probe) bool {
		for _, t := range any {
			if t(x) {
				return true
			}
		}
		return false
	}, nil
}
