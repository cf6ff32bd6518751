package serverjson

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/internal/nearest"
)

// unknown faults a member that the schema does not know, and finds what was
// meant: registries drop it without a word.
func (v *validator) unknown(owner *node, m member, o *object, definition string) {
	if v.renames == nil && len(v.faults) > maxFindings {
		return // nobody reads on
	}
	reason := "is not known here, and registries drop it without a word"
	mend := "Remove it; what is your own goes into _meta, below " + publisherKey + "."
	if right := respelled(m.name, o.names()); right != "" {
		mend = fmt.Sprintf("Write %s.", right)
		if v.renames != nil {
			v.renames(owner, m, right)
		}
	} else if since, until := lifetime(definition, m.name); since != "" && since > v.schema.date {
		reason = fmt.Sprintf("is known since %s, and $schema says %s", since, v.schema.date)
		mend = "Bring the file to the current schema: mcpctl publish check --fix."
	} else if until != "" && until < v.schema.date {
		reason = fmt.Sprintf("was known until %s; it is the registry's own now", until)
		mend = "Remove it."
	} else if right := nearest.Word(m.name, o.names()); right != "" {
		mend = fmt.Sprintf("Did you mean %s?", right)
	} else if owners := v.owners(m.name); len(owners) > 0 {
		mend = "It belongs to " + strings.Join(owners, ", ") + "; move it there."
	}
	v.faults = append(v.faults, fault{
		rule: "key/unknown", pointer: m.value.pointer, start: m.start, reason: reason, mend: mend, extra: !o.closed,
	})
}

// respelled finds the known name that differs only in case and underscores.
func respelled(name string, known []string) string {
	bare := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }
	if strings.HasPrefix(name, "_") {
		return ""
	}
	for _, k := range known {
		if k != name && !strings.HasPrefix(k, "_") && bare(k) == bare(name) {
			return k
		}
	}
	return ""
}

// lifetime answers the first and last date in which a definition has a member,
// "" when never.
func lifetime(definition, name string) (since, until string) {
	for _, date := range Dates() {
		o := schemaOf(date).definitions[definition]
		if o == nil {
			continue
		}
		if _, ok := o.find(name); ok {
			if since == "" {
				since = date
			}
			until = date
		}
	}
	return since, until
}

// owners are the definitions of the date that do know a name, as people call
// them.
func (v *validator) owners(name string) []string {
	called := map[string]string{
		"Server": "the top level", "Package": "a package", "Repository": "repository", "Icon": "an icon",
		"KeyValue": "an environment variable or a header", "Named": "an argument", "Positional": "an argument",
		"SSE": "a transport", "StreamableHTTP": "a transport", "RemoteHTTP": "a remote",
	}
	var all []string
	for definition, o := range v.schema.definitions {
		if _, ok := o.find(name); ok && called[definition] != "" && !slices.Contains(all, called[definition]) {
			all = append(all, called[definition])
		}
	}
	slices.Sort(all)
	return all
}

func nearestMend(written string, known []string) string {
	if word := nearest.Word(written, known); word != "" {
		return fmt.Sprintf("Did you mean %s?", word)
	}
	return fmt.Sprintf("Write one of %s.", strings.Join(known, ", "))
}
