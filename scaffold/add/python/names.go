package python

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/mcpctl/mcpctl/scaffold/add"
)

// names are the identifiers of one item.
type names struct {
	Base string // of its files: tool_get_forecast
	Stem string // GetForecast
}

func namesOf(it add.Item) names {
	words := add.Words(it.Name)
	return names{Base: string(it.Kind) + "_" + strings.Join(words, "_"), Stem: add.Camel(words)}
}

// checkFree refuses names that are in use, as the templates and the SDK say them.
func (d *page) checkFree(p *add.Project) error {
	return add.CheckFree(p, d.Item, func(it add.Item) string { return namesOf(it).Base }, add.Search{
		Root: d.Package,
		Counts: func(file string) bool {
			return path.Ext(file) == ".py" && !strings.HasPrefix(file, d.Package+"/added/"+d.Base)
		},
		Offered: `(?:\bname=|describe\(\s*|Tool\(\s*)` + regexp.QuoteMeta(quoted(d.Name)) + `\s*,`,
	})
}

// quoted is text as a literal that hides nothing from the reader, in the quotes
// that the formatter would take: those that need fewer backslashes.
func quoted(text string) string {
	var out strings.Builder
	mark := '"'
	if strings.Count(text, `"`) > strings.Count(text, "'") {
		mark = '\''
	}
	out.WriteRune(mark)
	for _, r := range strings.ToValidUTF8(text, "?") {
		switch {
		case r == mark || r == '\\':
			out.WriteString(`\` + string(r))
		case r == '\n':
			out.WriteString(`\n`)
		case unicode.IsPrint(r):
			out.WriteRune(r)
		case r > 0xFFFF:
			fmt.Fprintf(&out, `\U%08x`, r)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	out.WriteRune(mark)
	return out.String()
}

// identifier reports whether a member's name can be that of a class's field.
func identifier(name string) bool {
	for i, r := range name {
		if r != '_' && (r > unicode.MaxASCII || !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r))) {
			return false
		}
	}
	// Two underscores would be mangled in a class.
	return name != "" && !strings.HasPrefix(name, "__") && !slices.Contains(keywords(), name)
}

// keywords are the words of the language.
func keywords() []string {
	return strings.Fields(`False None True and as assert async await break class continue def del elif else except finally for from
		global if import in is lambda nonlocal not or pass raise return try while with yield`)
}
