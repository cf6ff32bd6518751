package scaffold

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/mod/module"

	"github.com/mcpctl/mcpctl/internal/pattern"
)

// wellKnown fill what a manifest leaves open for questions of these names.
var wellKnown = map[string]Question{
	"owner":  {Title: "Owner of the project, as in github.com/OWNER", Default: "example", Rule: "github-owner", Token: "acme-owner"},
	"holder": {Title: "Copyright holder", Default: "The {{name}} authors", Token: "Acme Authors"},
	//nolint:gosec // the token is a text that is replaced
	"registry_name": {Title: "Name in the MCP registry", Default: "io.github.{{owner}}/{{name}}", Rule: "registry-name", Token: "io.github.acme/acme-server"},
	"module":        {Title: "Go module path", Default: "example.com/{{name}}", Rule: "go-module", Token: "example.com/acme-server"},
}

// complete answers the question with everything that goes without saying.
func (q Question) complete() Question {
	known := wellKnown[q.Name]
	fill := func(s *string, otherwise string) {
		if *s == "" {
			*s = otherwise
		}
	}
	fill(&q.Title, known.Title)
	fill(&q.Title, q.Name)
	fill(&q.Default, known.Default)
	fill(&q.Rule, known.Rule)
	fill(&q.Rule, "text")
	fill(&q.Token, known.Token)
	return q
}

// Rules are what the answer to a question can be held to.
func Rules() []string { return slices.Sorted(maps.Keys(rules)) }

var rules = map[string]func(string) error{
	"text":          checkText,
	"word":          shaped(kebab, maxName, "it must be words of small letters and digits with hyphens between them"),
	"github-owner":  shaped(pattern.New(`^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$`), 39, "it must be letters and digits with single hyphens between them"),
	"go-module":     module.CheckPath,
	"npm-name":      shaped(pattern.New(`^(@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*$`), 214, "it must be small letters, digits and - . _ ~, perhaps with @scope/ before it"),
	"pypi-name":     shaped(pattern.New(`^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$`), 100, "it must be letters, digits and . _ -, with a letter or digit at both ends"),
	"registry-name": shaped(pattern.New(`^[a-zA-Z0-9][a-zA-Z0-9-]*(\.[a-zA-Z0-9][a-zA-Z0-9-]*)+/[a-zA-Z0-9._-]+$`), 200, "it must be like io.github.owner/server: a reversed domain, one slash, and a name of letters, digits and . _ -"),
}

func shaped(re *pattern.Pattern, most int, fault string) func(string) error {
	return func(s string) error {
		if len(s) > most {
			return fmt.Errorf("it is longer than %d characters", most)
		}
		if !re.MatchString(s) {
			return errors.New(fault)
		}
		return nil
	}
}

// checkText is the rule for free text. It stands in code, YAML and JSON of the
// new project, so what could end a string or begin an expression there is
// refused rather than quoted in as many ways as there are languages.
func checkText(s string) error {
	const most = 120
	switch {
	case strings.TrimSpace(s) != s || s == "":
		return errors.New("it is empty, or begins or ends with a space")
	case len(s) > most:
		return fmt.Errorf("it is longer than %d bytes", most)
	case strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }):
		return errors.New("it has a character that cannot be seen")
	}
	if i := strings.IndexAny(s, "\"\\`$<>{}#"); i >= 0 {
		return fmt.Errorf("%q is not allowed, as it means something in code", s[i])
	}
	return nil
}

var blank = pattern.New(`\{\{\s*([a-z_-]*)\s*\}\}`)

// fillIn replaces {{name}} and the like; word answers what for.
func fillIn(s string, word func(string) (string, bool)) (string, error) {
	var err error
	filled := blank.ReplaceAllStringFunc(s, func(m string) string {
		name := blank.FindStringSubmatch(m)[1]
		v, ok := word(name)
		if !ok {
			err = fmt.Errorf("{{%s}} stands for nothing: it must be a form of the name or an earlier question", name)
		}
		return v
	})
	if err == nil && strings.Contains(filled, "{{") {
		err = fmt.Errorf("%q has {{ without a name that could stand there", s)
	}
	return filled, err
}

// Check tells whether v answers the question of a template that was loaded. The
// error is an *AnswerError.
func (q Question) Check(v string) error {
	err := rules[q.Rule](v)
	if len(q.Choices) > 0 && !slices.Contains(q.Choices, v) {
		err = fmt.Errorf("it must be one of %s", strings.Join(q.Choices, ", "))
	}
	if err != nil {
		return &AnswerError{Question: q.Name, Value: v, Err: err}
	}
	return nil
}
