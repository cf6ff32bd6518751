package cli

import (
	"strconv"
	"strings"

	"github.com/mcpctl/mcpctl/scaffold"
)

// languageTitle is what the runtime of a language is called.
func languageTitle(language string) string {
	switch language {
	case "go":
		return "Go"
	case "typescript":
		return "Node.js"
	case "python":
		return "Python"
	}
	return language
}

// wantedVersion is the version of its language's runtime that a project wants,
// from the file in which the language has it.
func wantedVersion(p *scaffold.Plan) string {
	where := map[string]struct{ file, before string }{
		"go":         {"go.mod", "\ngo "},
		"typescript": {"package.json", `"node": "`},
		"python":     {"pyproject.toml", `requires-python = "`},
	}[p.Language]
	f, _ := p.Tree.Lookup(where.file)
	_, after, found := strings.Cut("\n"+string(f.Data), where.before)
	if !found {
		return "of any version"
	}
	return versionIn(after[:min(len(after), 40)])
}

// versionIn is the first version that a text has, as in "Python 3.11.7" or
// ">=22.18"; "" if it has none.
func versionIn(text string) string {
	start := strings.IndexAny(text, "0123456789")
	if start < 0 {
		return ""
	}
	rest := text[start:]
	if end := strings.IndexFunc(rest, func(r rune) bool { return r != '.' && (r < '0' || r > '9') }); end >= 0 {
		rest = rest[:end]
	}
	return strings.TrimRight(rest, ".")
}

// reaches reports whether a version is at least the wanted one. A wanted one
// that is no version is always reached.
func reaches(has, wanted string) bool {
	if versionIn(wanted) != wanted {
		return true
	}
	h, w := strings.Split(has, "."), strings.Split(wanted, ".")
	for i := range w {
		want, _ := strconv.Atoi(w[i]) // digits
		have := 0
		if i < len(h) {
			have, _ = strconv.Atoi(h[i])
		}
		if have != want {
			return have > want
		}
	}
	return true
}
