package python

import (
	"errors"
	"fmt"
	"io/fs"
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
	return names{Base: string(it.Kind) + "_" + strings.Join(words, "_"), Stem: camel(words)}
}

// camel joins words to the name of a class.
func camel(words []string) string {
	var out strings.Builder
	for _, w := range words {
		if w != "" {
			out.WriteString(strings.ToUpper(w[:1]) + w[1:])
		}
	}
	if name := out.String(); name != "" && name[0] >= 'A' && name[0] <= 'Z' {
		return name
	}
	return "X" + out.String()
}

// errTaken says that a name is in use.
var errTaken = errors.New("choose another name, or remove the other first")

// Bounds of what is looked through for names in use.
const (
	maxScanned = 2000    // files
	maxSource  = 1 << 20 // bytes of each
)

// checkFree refuses an item that another file offers already, and one whose files
// would be another's, since names that differ in signs alone share them.
func checkFree(p *add.Project, d *page) error {
	for _, e := range p.Entries {
		if other := namesOf(add.Item{Kind: e.Kind, Name: e.Name}); e.Name != d.Name && other.Base == d.Base {
			return fmt.Errorf("the %s %s would have the files of %s: %w", d.Kind, d.Name, e.Name, errTaken)
		}
	}
	// As the templates say it, and as the SDK takes it.
	offered, err := regexp.Compile(`(?:\bname=|describe\(\s*|Tool\(\s*)` + regexp.QuoteMeta(quoted(d.Name)) + `\s*,`)
	if err != nil {
		return fmt.Errorf("look for the name %s: %w", d.Name, err)
	}
	scanned := 0
	return fs.WalkDir(p.FS, d.Package, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fmt.Errorf("look through the project: %w", err)
		case !entry.Type().IsRegular() || path.Ext(name) != ".py" || strings.HasPrefix(name, d.Package+"/added/"+d.Base):
			return nil
		}
		if scanned++; scanned > maxScanned {
			return fs.SkipAll
		}
		text, err := add.ReadBounded(p.FS, name, maxSource)
		if err != nil {
			return fmt.Errorf("look through the project: %w", err)
		}
		if offered.Match(text) {
			return fmt.Errorf("the %s %s is in %s already: %w", d.Kind, d.Name, name, errTaken)
		}
		return nil
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
