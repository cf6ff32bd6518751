package tui

import (
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

// given is an answer that was given, and to what.
type given struct {
	method  string
	params  mcp.Value
	answer  mcp.Value
	refused bool // there was none
	word    string
}

// fits reports whether a question is the same again.
func (g given) fits(q *question) bool {
	if g.method != q.method {
		return false
	}
	asked := &question{method: g.method, params: g.params}
	return asked.kind() == q.kind() && asked.says() == q.says() && g.params.Get("url").Text() == q.params.Get("url").Text() &&
		(q.kind() != askForm || mcp.Equal(g.params.Get("requestedSchema"), q.params.Get("requestedSchema")))
}

// answersFile writes answers as the file that --answer reads. Of several to the
// same question the last one counts.
func answersFile(all []given) ([]byte, error) {
	var elicitation, sampling, roots []string
	for i, g := range all {
		q := &question{method: g.method, params: g.params}
		later := false
		for _, other := range all[i+1:] {
			later = later || other.fits(q)
		}
		if later {
			continue
		}
		switch q.kind() {
		case askForm, askURL:
			elicitation = append(elicitation, elicited(q, g))
		case askSampling:
			rule := "  - prompt: " + yamlOf(mcp.ValueOf(q.says())) + "\n"
			if g.refused {
				rule += "    refuse: the user refused\n"
			} else {
				rule += "    result: " + yamlOf(g.answer) + "\n"
			}
			sampling = append(sampling, rule)
		case askRoots:
			for _, root := range g.answer.Get("roots").Items() {
				rule := "  - uri: " + yamlOf(root.Get("uri")) + "\n"
				if root.Has("name") {
					rule += "    name: " + yamlOf(root.Get("name")) + "\n"
				}
				roots = append(roots, rule)
			}
		}
	}
	text := "# Answers for mcpctl's --answer FILE: the first rule that fits a question answers it.\n"
	for _, part := range []struct {
		name  string
		rules []string
	}{{"elicitation", elicitation}, {"sampling", sampling}, {"roots", roots}} {
		if len(part.rules) > 0 {
			text += part.name + ":\n" + strings.Join(part.rules, "")
		}
	}
	if _, err := inspect.ReadAnswers([]byte(text)); err != nil {
		return nil, fmt.Errorf("--answer could not read it again: %w", err)
	}
	return []byte(text), nil
}

func elicited(q *question, g given) string {
	rule := "  - message: " + yamlOf(mcp.ValueOf(q.says())) + "\n"
	if q.kind() == askURL {
		rule += "    mode: url\n    url: " + yamlOf(q.params.Get("url")) + "\n"
	} else {
		rule += "    mode: form\n"
	}
	rule += "    action: " + yamlOf(g.answer.Get("action")) + "\n"
	if content := g.answer.Get("content"); content.Exists() && q.kind() == askForm {
		rule += "    content: " + yamlOf(content) + "\n"
	}
	return rule
}

// yamlOf is a value as YAML in one line: JSON, with nothing in it that could act
// on a terminal.
func yamlOf(v mcp.Value) string { return string(inspect.SafeJSON(v.Raw())) }
