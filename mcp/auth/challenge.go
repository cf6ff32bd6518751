package auth

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// maxChallenges bounds what is read of the WWW-Authenticate headers of one
// answer, in bytes.
const maxChallenges = 16 << 10

// Challenge is one challenge of a WWW-Authenticate header (RFC 9110, section
// 11.6.1): a scheme with a token or with parameters.
type Challenge struct {
	Scheme string // as spelled
	Token  string // a token68 in place of parameters
	Params []Param
}

// Param is a parameter of a challenge.
type Param struct{ Name, Value string }

// Param is the value of the first parameter of that name, in any case.
func (c Challenge) Param(name string) string {
	for _, p := range c.Params {
		if strings.EqualFold(p.Name, name) {
			return p.Value
		}
	}
	return ""
}

// Bearer is the first Bearer challenge of an answer, if it has one. What is
// wrong with the headers is ParseChallenges' business.
func Bearer(h http.Header) (Challenge, bool) {
	all, _ := ParseChallenges(h.Values("WWW-Authenticate"))
	i := slices.IndexFunc(all, func(c Challenge) bool { return strings.EqualFold(c.Scheme, "Bearer") })
	if i < 0 {
		return Challenge{}, false
	}
	return all[i], true
}

// ParseChallenges reads the values of WWW-Authenticate headers, each of which
// can hold several challenges. With its error come the challenges before the
// fault.
func ParseChallenges(values []string) ([]Challenge, error) {
	var all []Challenge
	left := maxChallenges
	for _, value := range values {
		if left -= len(value); left < 0 {
			return all, fmt.Errorf("the challenges are longer than %d bytes", maxChallenges)
		}
		s := scanner{rest: value}
		more, err := s.challenges()
		all = append(all, more...)
		if err != nil {
			return all, fmt.Errorf("%w at character %d of %q", err, len(value)-len(s.rest)+1, value)
		}
	}
	return all, nil
}

// scanner reads a header's value from its beginning.
type scanner struct{ rest string }

var (
	errNoScheme = errors.New("a word is missing")
	errNoValue  = errors.New("a parameter's value is missing")
	errQuote    = errors.New("a quoted text does not end")
	errComma    = errors.New("a comma is missing")
	errBoth     = errors.New("a challenge has a token and parameters")
)

func (s *scanner) challenges() (all []Challenge, err error) {
	for s.skip(" \t,"); s.rest != ""; s.skip(" \t,") {
		word := s.word()
		if word == "" {
			return all, errNoScheme
		}
		spaced := s.skip(" \t") > 0
		if len(all) > 0 && strings.HasPrefix(s.rest, "=") {
			p, err := s.param(word)
			if err != nil {
				return all, err
			}
			last := &all[len(all)-1]
			if last.Token != "" {
				return all, errBoth
			}
			last.Params = append(last.Params, p)
			if !s.atComma() {
				return all, errComma
			}
			continue
		}
		c := Challenge{Scheme: word}
		if spaced {
			if err := s.first(&c); err != nil {
				return append(all, c), err
			}
		}
		all = append(all, c)
		if !s.atComma() {
			return all, errComma
		}
	}
	return all, nil
}

// first reads what follows a scheme: a token68, or the first parameter.
func (s *scanner) first(c *Challenge) error {
	if c.Token = s.token68(); c.Token != "" || s.rest == "" || s.rest[0] == ',' {
		return nil
	}
	name := s.word()
	if name == "" {
		return errNoScheme
	}
	s.skip(" \t")
	p, err := s.param(name)
	if err == nil {
		c.Params = append(c.Params, p)
	}
	return err
}

// param reads the value of a parameter, from the equals sign on.
func (s *scanner) param(name string) (Param, error) {
	if !strings.HasPrefix(s.rest, "=") {
		return Param{}, errNoValue
	}
	s.rest = s.rest[1:]
	s.skip(" \t")
	if strings.HasPrefix(s.rest, `"`) {
		value, err := s.quoted()
		return Param{name, value}, err
	}
	value := s.word()
	if value == "" {
		return Param{}, errNoValue
	}
	return Param{name, value}, nil
}

func (s *scanner) quoted() (string, error) {
	var value strings.Builder
	for i := 1; i < len(s.rest); i++ {
		switch s.rest[i] {
		case '"':
			s.rest = s.rest[i+1:]
			return value.String(), nil
		case '\\':
			if i++; i == len(s.rest) {
				return "", errQuote
			}
		}
		value.WriteByte(s.rest[i])
	}
	return "", errQuote
}

// word reads a token of RFC 9110.
func (s *scanner) word() string {
	const marks = "!#$%&'*+-.^_`|~"
	i := strings.IndexFunc(s.rest, func(r rune) bool { return !alphanumeric(r) && !strings.ContainsRune(marks, r) })
	if i < 0 {
		i = len(s.rest)
	}
	word := s.rest[:i]
	s.rest = s.rest[i:]
	return word
}

// token68 reads credentials in one word, if that is what comes.
func (s *scanner) token68() string {
	i := strings.IndexFunc(s.rest, func(r rune) bool { return !alphanumeric(r) && !strings.ContainsRune("-._~+/", r) })
	if i < 0 {
		i = len(s.rest)
	}
	end := len(s.rest) - len(strings.TrimLeft(s.rest[i:], "="))
	after := strings.TrimLeft(s.rest[end:], " \t")
	if i == 0 || after != "" && after[0] != ',' {
		return ""
	}
	token := s.rest[:end]
	s.rest = s.rest[end:]
	return token
}

func (s *scanner) atComma() bool {
	s.skip(" \t")
	return s.rest == "" || s.rest[0] == ','
}

func (s *scanner) skip(set string) int {
	before := len(s.rest)
	s.rest = strings.TrimLeft(s.rest, set)
	return before - len(s.rest)
}

func alphanumeric(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}
