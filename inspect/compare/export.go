package compare

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/mcp"
)

// Schema is the version of the JSON shape. Members are only ever added under it.
const Schema = "mcpctl.compare/v1"

// side is a Side as the JSON shape names it.
type side struct {
	Name      string       `json:"name"`
	Revision  mcp.Revision `json:"revision,omitempty"`
	Server    string       `json:"server,omitempty"`
	Version   string       `json:"version,omitempty"`
	Tools     int          `json:"tools"`
	Prompts   int          `json:"prompts"`
	Resources int          `json:"resources"`
	Templates int          `json:"templates"`
}

func (s Side) brief() side {
	b := side{s.Name, s.Revision, "", "", len(s.Tools), len(s.Prompts), len(s.Resources), len(s.Templates)}
	for _, m := range facts(s) {
		switch m.Name {
		case "name":
			b.Server = m.Value.Text()
		case "version":
			b.Version = m.Value.Text()
		}
	}
	return b
}

// WriteJSON writes the comparison as one JSON object of the shape Schema.
func (c Comparison) WriteJSON(w io.Writer) error {
	summary := map[Weight]int{}
	for _, weight := range Weights() {
		summary[weight] = c.Count(weight)
	}
	changes := c.Changes()
	if changes == nil {
		changes = []Change{}
	}
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(struct {
		Schema  string         `json:"schema"`
		A       side           `json:"a"`
		B       side           `json:"b"`
		Summary map[Weight]int `json:"summary"`
		Changes []Change       `json:"changes"`
	}{Schema, c.A.brief(), c.B.brief(), summary, changes})
}

// WriteMarkdown writes the comparison for people: what breaks first.
func (c Comparison) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s and %s\n\n", plain(c.A.Name), plain(c.B.Name))
	fmt.Fprintf(&b, "%d breaking, %d unproven, %d compatible, %d cosmetic.\n", c.Count(Breaking), c.Count(Unproven), c.Count(Compatible), c.Count(Cosmetic))
	changes := c.Changes()
	for _, weight := range Weights() {
		if c.Count(weight) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n| what | where | | before | after |\n|---|---|---|---|---|\n", strings.ToUpper(string(weight[:1]))+string(weight[1:]))
		for _, one := range changes {
			if one.Weight == weight {
				fmt.Fprintf(&b, "| %s %s | %s | %s | %s | %s |\n", one.Group, plain(one.Name), plain(one.Path), plain(one.What), value(one.A), value(one.B))
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// plain is a server's text as Markdown shows it as it is, in one cell of a table.
func plain(s string) string {
	s = strings.ReplaceAll(term.SafeLine(s), "\n", " ")
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("\\`*_[]<>|#&~!", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// value is a value in a cell, cut.
func value(v mcp.Value) string {
	if !v.Exists() {
		return ""
	}
	return plain(clipped(v.String()))
}
