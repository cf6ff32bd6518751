package merge

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/internal/pattern"
)

// TOML merges pyproject.toml and its like by lines. The lists of dependencies
// are merged by package first, the newest version winning, so that two versions
// of one package never meet as lines.
func TOML(s Sides) (Result, error) {
	base, yours, new := tomlLists(s.Base), tomlLists(s.Yours), tomlLists(s.New)
	edits := [3][]edit{}
	for _, y := range yours {
		b, okB := base.find(y.name)
		n, okN := new.find(y.name)
		if !okB || !okN {
			continue
		}
		merged, ok := mergePackages(b.items, y.items, n.items)
		if !ok {
			continue // the lines will tell of the conflict
		}
		// With the same list in all three, the lines around it decide alone.
		for i, l := range []tomlList{b, y, n} {
			edits[i] = append(edits[i], edit{l.at, len(l.text), y.write(merged)})
		}
	}
	return Text(Sides{apply(s.Base, edits[0]), apply(s.Yours, edits[1]), apply(s.New, edits[2])}), nil
}

// edit puts text in the place of n bytes.
type edit struct {
	at, n int
	text  string
}

// apply makes edits that do not overlap, from the last to the first so that
// their places stay right.
func apply(data []byte, edits []edit) []byte {
	slices.SortFunc(edits, func(a, b edit) int { return b.at - a.at })
	for _, e := range edits {
		data = slices.Concat(data[:e.at], []byte(e.text), data[e.at+e.n:])
	}
	return data
}

// tomlList is a list of requirements: its name ([table] and key), its text with
// the brackets, and the requirements in it.
type tomlList struct {
	name, text string
	at         int
	items      []string
}

type tomlListsOf []tomlList

func (all tomlListsOf) find(name string) (tomlList, bool) {
	i := slices.IndexFunc(all, func(l tomlList) bool { return l.name == name })
	if i < 0 {
		return tomlList{}, false
	}
	return all[i], true
}

var (
	tomlTable = pattern.New(`^\s*\[+([^\[\]]+)\]+\s*(#.*)?$`)
	tomlKey   = pattern.New(`^\s*([A-Za-z0-9_."-]+)\s*=\s*\[`)
	tomlItem  = pattern.New(`^\s*(?:"([^"\\]*)"|'([^']*)')\s*$`)
	pyPackage = pattern.New(`^[A-Za-z0-9][A-Za-z0-9._-]*(\[[^\]]*\])?`)
)

// tomlLists finds the lists of requirements. One that holds comments or
// anything but plain strings is left to the lines.
func tomlLists(data []byte) tomlListsOf {
	var found tomlListsOf
	table := ""
	text := string(data)
	offset := 0
	for line := range strings.Lines(text) {
		at := offset
		offset += len(line)
		if m := tomlTable.FindStringSubmatch(line); m != nil {
			table = m[1]
			continue
		}
		m := tomlKey.Regexp().FindStringSubmatchIndex(line)
		if m == nil {
			continue
		}
		key := line[m[2]:m[3]]
		if !strings.Contains(key, "dependencies") && !strings.Contains(table, "dependencies") && !strings.Contains(table, "dependency-groups") && key != "requires" {
			continue
		}
		open := at + m[1] - 1
		if items, end, ok := tomlItems(text, open); ok {
			found = append(found, tomlList{name: table + "\n" + key, text: text[open:end], at: open, items: items})
		}
	}
	return found
}

// tomlItems reads the list of strings that begins at open.
func tomlItems(text string, open int) (items []string, end int, ok bool) {
	quote := byte(0)
	from := open + 1
	for i := from; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
			continue
		case c == '"' || c == '\'':
			quote = c
			continue
		case c != ',' && c != ']':
			continue
		}
		if m := tomlItem.FindStringSubmatch(text[from:i]); m != nil {
			items = append(items, m[1]+m[2])
		} else if strings.TrimSpace(text[from:i]) != "" {
			return nil, 0, false
		}
		if c == ']' {
			return items, i + 1, true
		}
		from = i + 1
	}
	return nil, 0, false
}

// write writes a list in the layout that it had.
func (l tomlList) write(items []string) string {
	quoted := make([]string, len(items))
	for i, item := range items {
		quoted[i] = fmt.Sprintf("%q", item)
	}
	if !strings.Contains(l.text, "\n") {
		return "[" + strings.Join(quoted, ", ") + "]"
	}
	indent := l.text[strings.IndexByte(l.text, '\n')+1:]
	indent = indent[:len(indent)-len(strings.TrimLeft(indent, " \t"))]
	if strings.TrimSpace(l.text[1:len(l.text)-1]) == "" {
		indent = "    "
	}
	return "[\n" + indent + strings.Join(quoted, ",\n"+indent) + ",\n]"
}

// mergePackages merges requirements by the package they name.
func mergePackages(base, yours, new []string) ([]string, bool) {
	b, y, n := byPackage(base), byPackage(yours), byPackage(new)
	if len(b) != len(base) || len(y) != len(yours) || len(n) != len(new) {
		return nil, false // a package twice, for two environments
	}
	var merged []string
	for _, item := range yours {
		key := packageOf(item)
		switch now, inNew := n[key]; {
		case !inNew && b[key] == item: // the template gave it up, you did not touch it
		case !inNew:
			merged = append(merged, item)
		default:
			chosen, ok := pick(b[key], item, now)
			if !ok {
				if chosen, ok = newest(strings.TrimPrefix(item, pyPackage.FindString(item)), strings.TrimPrefix(now, pyPackage.FindString(now))); !ok {
					return nil, false
				}
				chosen = pyPackage.FindString(item) + chosen
			}
			merged = append(merged, chosen)
		}
	}
	for _, item := range new {
		key := packageOf(item)
		if _, have := y[key]; !have && b[key] != item {
			merged = append(merged, item)
		}
	}
	return merged, true
}

func byPackage(items []string) map[string]string {
	all := map[string]string{}
	for _, item := range items {
		all[packageOf(item)] = item
	}
	return all
}

// packageOf is the name of a package as indexes compare them: case and the kind
// of separator do not count.
func packageOf(item string) string {
	name, _, _ := strings.Cut(pyPackage.FindString(item), "[")
	return strings.ToLower(strings.NewReplacer("_", "-", ".", "-").Replace(name))
}
