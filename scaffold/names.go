package scaffold

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/mcpctl/mcpctl/internal/pattern"
)

// The rule for a project's name, from which every other spelling derives.
var kebab = pattern.New(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

const maxName = 50

// forms are the spellings of a name, by the word that stands for them in the
// defaults of questions.
func forms(name string) map[string]string {
	parts := strings.Split(name, "-")
	capital := make([]string, len(parts))
	for i, p := range parts {
		if p != "" {
			capital[i] = strings.ToUpper(p[:1]) + p[1:]
		}
	}
	snake := strings.Join(parts, "_")
	return map[string]string{
		"name":   name,
		"ident":  strings.Join(parts, ""),
		"pascal": strings.Join(capital, ""),
		"snake":  snake,
		"upper":  strings.ToUpper(snake),
		"title":  strings.Join(capital, " "),
	}
}

// nameTokens are what templates write for those spellings.
var nameTokens = []struct{ token, form string }{
	{"acme-server", "name"},
	{"acmeserver", "ident"},
	{"AcmeServer", "pascal"},
	{"acme_server", "snake"},
	{"ACME_SERVER", "upper"},
	{"Acme Server", "title"},
}

// CheckName tells whether a project of that language can be called so. The
// error is an *AnswerError with a name that could be used, if one is near.
func CheckName(language, name string) error {
	if name == "" {
		return &AnswerError{Question: "name", Err: errors.New("it is empty"), Advice: "Give the new server a name, as in: mcpctl new weather"}
	}
	fault := nameFault(language, name)
	if fault == "" {
		return nil
	}
	e := &AnswerError{Question: "name", Value: name, Err: errors.New(fault)}
	near := toKebab(name)
	if nameFault(language, near) != "" {
		near += "-server"
	}
	if nameFault(language, near) == "" {
		e.Advice = fmt.Sprintf("Try %s.", near)
	}
	return e
}

// nameFault is what is wrong with a name, "" if nothing is.
func nameFault(language, name string) string {
	switch {
	case !kebab.MatchString(name):
		return "it must be words of small letters and digits with hyphens between them, beginning with a letter"
	case len(name) > maxName:
		return fmt.Sprintf("it is longer than %d characters", maxName)
	case deviceName(name):
		return "it is the name of a device on some systems"
	}
	l := languages[language]
	if why := met(l.reserved, name); why != "" {
		return fmt.Sprintf("%s has another use for it: %s", l.title, why)
	}
	return ""
}

// toKebab brings a name nearer to the rule.
func toKebab(name string) string {
	name = regexp.MustCompile(`([a-z0-9])([A-Z])`).ReplaceAllString(name, "$1-$2")
	name = regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(name), "-")
	return strings.Trim(strings.TrimLeft(name, "-0123456789"), "-")
}

// language is what the engine knows of one.
type language struct {
	title    string
	reserved []reserved
	start    []string // the command that starts a server in its folder, if all have the same
	next     []string // what a user does first in that folder
}

var languages = map[string]language{
	"go": {
		title:    "Go",
		reserved: goReserved,
		start:    []string{"go", "run", "."},
		next:     []string{"go test ./..."},
	},
	"typescript": {
		title:    "npm",
		reserved: npmReserved,
		next:     []string{"npm ci", "npm test"},
	},
	"python": {
		title:    "Python",
		reserved: pythonReserved,
		next: []string{"python3 -m venv .venv", ".venv/bin/python -m pip install --require-hashes -r requirements-dev.txt",
			".venv/bin/python -m pytest -q"},
	},
}
