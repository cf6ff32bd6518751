package typescript

import (
	"encoding/json"
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
	Base     string // of its files: tool_get_forecast
	Stem     string // GetForecast
	Register string // registerGetForecast
	Private  string // getForecast
}

func namesOf(it add.Item) names {
	words := add.Words(it.Name)
	n := names{Base: string(it.Kind) + "_" + strings.Join(words, "_"), Stem: add.Camel(words)}
	if it.Kind != add.Tool {
		n.Stem += strings.ToUpper(string(it.Kind[:1])) + string(it.Kind[1:])
	}
	n.Private = strings.ToLower(n.Stem[:1]) + n.Stem[1:]
	n.Register = "register" + n.Stem
	return n
}

// checkFree refuses names that are in use.
func (d *page) checkFree(p *add.Project) error {
	return add.CheckFree(p, d.Item, func(it add.Item) string { return namesOf(it).Base }, add.Search{
		Root: "src",
		Counts: func(file string) bool {
			return path.Ext(file) == ".ts" && !strings.HasSuffix(file, ".test.ts") && !strings.HasPrefix(file, dir+d.Base+".")
		},
		Offered: registering(d.Item),
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
	return add.Visible(string(encoded))
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
