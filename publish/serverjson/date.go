package serverjson

import (
	"slices"
	"strings"
	"unicode"

	"github.com/mcpctl/mcpctl/internal/pattern"
)

// The dates of the schema that rules and the migration name.
const (
	dateSnake   = "2025-07-09" // names in snake_case
	dateOwned   = "2025-09-29" // status and the official block are the registry's
	dateCurrent = "2025-12-11"
)

// Current is the date of the schema that new documents name.
const Current = dateCurrent

// Dates are all published dates of the schema, oldest first.
func Dates() []string {
	return []string{dateSnake, "2025-09-16", dateOwned, "2025-10-11", "2025-10-17", dateCurrent}
}

// SchemaURL is what $schema says for a date.
func SchemaURL(date string) string {
	return "https://static.modelcontextprotocol.io/schemas/" + date + "/server.schema.json"
}

// schemaDate takes the date out of a $schema, as the registry does: whatever
// stands in that part of the path, wherever the file is kept.
var schemaDate = pattern.New(`/schemas/([A-Za-z0-9_~.-]+)/server\.schema\.json`)

// dateOf answers which date $schema names, "" when it names none in that form.
func dateOf(schema string) string {
	m := schemaDate.FindStringSubmatch(schema)
	if m == nil {
		return ""
	}
	return m[1]
}

func known(date string) bool { return slices.Contains(Dates(), date) }

// span is a range of dates, both ends included; empty ends are open.
type span struct{ since, until string }

func (s span) has(date string) bool {
	return (s.since == "" || s.since <= date) && (s.until == "" || date <= s.until)
}

// spell writes a member's name as its date does.
func spell(date, name string) string {
	if date != dateSnake || strings.ContainsAny(name, "./") {
		return name
	}
	return snake(name)
}

// snake turns fileSha256 into file_sha256.
func snake(name string) string {
	var out strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			out.WriteByte('_')
		}
		out.WriteRune(unicode.ToLower(r))
	}
	return out.String()
}
