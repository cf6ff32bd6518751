package typescript

import (
	"encoding/json"
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
	Base     string // of its files: tool_get_forecast
	Stem     string // GetForecast
	Register string // registerGetForecast
	Private  string // getForecast
}

func namesOf(it add.Item) names {
	words := add.Words(it.Name)
	var stem strings.Builder
	for _, w := range words {
		if w != "" {
			stem.WriteString(strings.ToUpper(w[:1]) + w[1:])
		}
	}
	n := names{Base: string(it.Kind) + "_" + strings.Join(words, "_"), Stem: stem.String()}
	if n.Stem == "" || n.Stem[0] < 'A' || n.Stem[0] > 'Z' {
		n.Stem = "X" + n.Stem
	}
	if it.Kind != add.Tool {
		n.Stem += strings.ToUpper(string(it.Kind[:1])) + string(it.Kind[1:])
	}
	n.Private = strings.ToLower(n.Stem[:1]) + n.Stem[1:]
	n.Register = "register" + n.Stem
	return n
}

// errTaken says that a name is in use.
var errTaken = errors.New("choose another name, or remove the other first")

// Bounds of what is looked through for names in use.
const (
	maxScanned = 2000    // files
	maxSource  = 1 << 20 // bytes of each
)

// checkFree refuses an item that another file registers already, and one whose
// files would be another's, since names that differ in signs alone share them.
func checkFree(p *add.Project, d *page) error {
	for _, e := range p.Entries {
		if other := namesOf(add.Item{Kind: e.Kind, Name: e.Name}); e.Name != d.Name && other.Base == d.Base {
			return fmt.Errorf("the %s %s would have the files of %s: %w", d.Kind, d.Name, e.Name, errTaken)
		}
	}
	registered, err := regexp.Compile(registering(d.Item))
	if err != nil {
		return fmt.Errorf("look for the name %s: %w", d.Name, err)
	}
	scanned := 0
	return fs.WalkDir(p.FS, "src", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fmt.Errorf("look through the project: %w", err)
		case !entry.Type().IsRegular() || path.Ext(name) != ".ts" || strings.HasSuffix(name, ".test.ts") || strings.HasPrefix(name, dir+d.Base+"."):
			return nil
		}
		if scanned++; scanned > maxScanned {
			return fs.SkipAll
		}
		text, err := add.ReadBounded(p.FS, name, maxSource)
		if err != nil {
			return fmt.Errorf("look through the project: %w", err)
		}
		if registered.Match(text) {
			return fmt.Errorf("the %s %s is in %s already: %w", d.Kind, d.Name, name, errTaken)
		}
		return nil
	})
}

// registering finds where a program registers an item of that name: by the SDK's
// method, or as the templates' tools say it.
func registering(it add.Item) string {
	method := strings.ToUpper(string(it.Kind[:1])) + string(it.Kind[1:])
	name := regexp.QuoteMeta(quoted(it.Name))
	if it.Kind != add.Tool {
		return `register` + method + `\(\s*` + name
	}
	return `(?:registerTool\(\s*|\bname:\s*)` + name + `\s*,`
}

// quoted is text as a literal that hides nothing from the reader.
func quoted(text string) string {
	encoded, err := json.Marshal(strings.ToValidUTF8(text, "?"))
	if err != nil {
		return `""`
	}
	return visible(string(encoded))
}

// visible writes what a reader could not see, in JSON, as JSON's own escapes.
func visible(text string) string {
	var out strings.Builder
	for _, r := range text {
		switch {
		case r == '\n' || unicode.IsPrint(r):
			out.WriteRune(r)
		case r > 0xFFFF:
			fmt.Fprintf(&out, `\u%04x\u%04x`, (r-0x10000)>>10+0xD800, (r-0x10000)&0x3FF+0xDC00)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.String()
}

// property is a member's name as a type has it.
func property(name string) string {
	plain := name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r != '_' && r != '$' && (r > 127 || !unicode.IsLetter(r) && !unicode.IsDigit(r))
	})
	if plain && !unicode.IsDigit(rune(name[0])) {
		return name
	}
	return quoted(name)
}

// alias is the name of a definition's type, which no other has.
func alias(stem, name string, taken []string) string {
	words := namesOf(add.Item{Kind: add.Tool, Name: name}).Stem
	free := stem + words
	for n := 2; slices.Contains(taken, free); n++ {
		free = fmt.Sprintf("%s%s%d", stem, words, n)
	}
	return free
}
