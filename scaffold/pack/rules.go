package pack

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/format"
	"go/parser"
	"go/token"
	"io"
	"path"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/mod/modfile"

	"github.com/mcpctl/mcpctl/internal/pattern"
	"github.com/mcpctl/mcpctl/scaffold"
)

// unreadable finds files that a parser of their language refuses: a region that
// takes half a statement along shows here.
func unreadable(tree scaffold.Tree) (found []Problem) {
	for _, f := range tree {
		var err error
		switch path.Ext(f.Path) {
		case ".go":
			_, err = parser.ParseFile(token.NewFileSet(), f.Path, f.Data, parser.SkipObjectResolution)
		case ".json":
			var v any
			err = json.Unmarshal(f.Data, &v)
		case ".yaml", ".yml":
			err = documents(f.Data)
		}
		if err != nil {
			found = append(found, Problem{"parses", f.Path, err.Error()})
		}
	}
	return found
}

// documents reads all documents of a YAML file.
func documents(data []byte) error {
	for d := yaml.NewDecoder(bytes.NewReader(data)); ; {
		err := d.Decode(new(yaml.Node))
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func unformatted(tree scaffold.Tree) (found []Problem) {
	for _, f := range tree {
		if path.Ext(f.Path) != ".go" {
			continue
		}
		if tidy, err := format.Source(f.Data); err == nil && !bytes.Equal(tidy, f.Data) {
			found = append(found, Problem{"format", f.Path, "gofmt would write it otherwise"})
		}
	}
	return found
}

var leftover = pattern.New(`(?i)mcpctl:(if|else|end)\b|\bacme[-_ ]?server\b`)

// leftovers finds markers and tokens that rendering should have replaced.
func leftovers(tree scaffold.Tree) (found []Problem) {
	for _, f := range tree {
		for _, text := range []string{f.Path, string(f.Data)} {
			if hit := leftover.FindString(text); hit != "" {
				found = append(found, Problem{"leftover", f.Path, fmt.Sprintf("%q is left over from the template", hit)})
			}
		}
	}
	return found
}

// undeclared finds Go packages that are imported but come from no module that
// go.mod requires: such a project does not build on another machine.
func undeclared(tree scaffold.Tree) (found []Problem) {
	file, ok := tree.Lookup("go.mod")
	if !ok {
		return nil
	}
	mod, err := modfile.Parse("go.mod", file.Data, nil)
	if err != nil {
		return []Problem{{"parses", "go.mod", err.Error()}}
	}
	modules := []string{mod.Module.Mod.Path}
	for _, r := range mod.Require {
		modules = append(modules, r.Mod.Path)
	}
	for _, f := range tree {
		if path.Ext(f.Path) != ".go" {
			continue
		}
		source, err := parser.ParseFile(token.NewFileSet(), f.Path, f.Data, parser.ImportsOnly)
		if err != nil {
			continue // that it cannot be read is said already
		}
		for _, spec := range source.Imports {
			if name, _ := strconv.Unquote(spec.Path.Value); !declared(name, modules) {
				found = append(found, Problem{"declared", f.Path, fmt.Sprintf("it imports %s, which no requirement of go.mod provides", name)})
			}
		}
	}
	return found
}

func declared(name string, modules []string) bool {
	if first, _, _ := strings.Cut(name, "/"); !strings.Contains(first, ".") {
		return true // the standard library
	}
	for _, m := range modules {
		if name == m || strings.HasPrefix(name, m+"/") {
			return true
		}
	}
	return false
}

// floating are ways to ask for whatever is newest, by the files in which they
// stand. Where a file names no version at all, that floats too.
var floating = []struct {
	file, line *pattern.Pattern
	why        string
}{
	{pattern.New(`(^|/)package\.json$`), pattern.New(`^\s*"[^"]+":\s*"([\^~>*]|latest)[^"]*",?$`), "names a range or the newest"},
	{pattern.New(`(^|/)requirements[^/]*\.txt$`), pattern.New(`^[A-Za-z0-9._-]+(\[.*\])?\s*([><~!].*)?$`), "pins no version"},
	{pattern.New(`(^|/)([^/]*\.)?Dockerfile[^/]*$`), pattern.New(`^FROM\s+(--\S+\s+)?[^\s:@]+/[^\s:@]+(\s|$)|^FROM\s+\S+:latest\b`), "names no version of an image"},
	{pattern.New(`(^|/)(docker-)?compose[^/]*\.ya?ml$|(^|/)deploy/.*\.ya?ml$`), pattern.New(`^\s*-?\s*image:\s*["']?([^\s:@"']+|\S+:latest)["']?\s*(#.*)?$`), "names no version of an image"},
	{pattern.New(`(^|/)\.github/workflows/[^/]*\.ya?ml$`), pattern.New(`^\s*-?\s*uses:\s*[^\s.@][^\s@]*(@(v?\d+|main|master|latest))?\s*(#.*)?$`), "pins no action to a version"},
	{pattern.New(`(^|/)(Makefile|[^/]*\.(ya?ml|sh|json))$`), pattern.New(`(go run|go install) \S+@latest|npx (-y )?(@[\w.-]+/)?[\w.-]+@latest`), "runs whatever is newest"},
}

func unpinned(tree scaffold.Tree) (found []Problem) {
	kustomized := kustomizedImages(tree)
	for _, f := range tree {
		for _, rule := range floating {
			if !rule.file.MatchString(f.Path) {
				continue
			}
			for line := range strings.Lines(string(f.Data)) {
				if line = strings.TrimRight(line, "\r\n"); rule.line.MatchString(line) && !kustomized[line] {
					found = append(found, Problem{"pinned", f.Path, fmt.Sprintf("%q %s", strings.TrimSpace(line), rule.why)})
				}
			}
		}
	}
	return found
}

var imageName = pattern.New(`^\s*-\s*name:\s*(\S+)\s*$`)

// kustomizedImages are the lines that name an image to which a
// kustomization.yaml gives its version.
func kustomizedImages(tree scaffold.Tree) map[string]bool {
	names := map[string]bool{}
	for _, f := range tree {
		if base(f) != "kustomization.yaml" {
			continue
		}
		name := ""
		for line := range strings.Lines(string(f.Data)) {
			if m := imageName.FindStringSubmatch(strings.TrimRight(line, "\r\n")); m != nil {
				name = m[1]
			}
			if version := strings.TrimSpace(line); name != "" && (strings.HasPrefix(version, "newTag:") || strings.HasPrefix(version, "digest:")) {
				names[name] = true
			}
		}
	}
	lines := map[string]bool{}
	for _, f := range tree {
		for line := range strings.Lines(string(f.Data)) {
			line = strings.TrimRight(line, "\r\n")
			if _, image, ok := strings.Cut(line, "image: "); ok && names[strings.TrimSpace(image)] {
				lines[line] = true
			}
		}
	}
	return lines
}
