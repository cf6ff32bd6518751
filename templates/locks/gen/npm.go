package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// lockNPM writes package-lock.json beside package.json.
func lockNPM(ctx context.Context, project string) error {
	text, err := os.ReadFile(filepath.Join(project, "package.json"))
	if err != nil {
		return err
	}
	lines, conditions, err := superset(text)
	if err != nil {
		return fmt.Errorf("package.json: %w", err)
	}
	full, err := locked(ctx, "package.json", []byte(strings.Join(lines, "")), "package-lock.json",
		"npm", "install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund", "--omit-lockfile-registry-resolved")
	if err != nil {
		return err
	}
	lock, err := npmRegions(full, directly(lines, conditions))
	if err != nil {
		return err
	}
	return write(filepath.Join(project, "package-lock.json"), lock)
}

var dependency = regexp.MustCompile(`^\s+"((?:@[\w.-]+/)?[\w.-]+)": "[\^~]?\d[^"]*",?\s*$`)

// directly are the packages that package.json names, with their conditions.
func directly(lines, conditions []string) map[string]string {
	roots := map[string]string{}
	within := false
	for i, line := range lines {
		switch {
		case strings.Contains(line, `ependencies": {`):
			within = true
		case strings.TrimSpace(line) == "}" || strings.TrimSpace(line) == "},":
			within = false
		case within:
			if m := dependency.FindStringSubmatch(line); m != nil {
				roots[m[1]] = conditions[i]
			}
		}
	}
	return roots
}

type npmPackage struct {
	Dependencies, OptionalDependencies, PeerDependencies map[string]string
	PeerDependenciesMeta                                 map[string]struct{ Optional bool }
}

// wants are the packages that have to be there, or may have to on this platform.
// An optional peer is used if something else brings it.
func (p npmPackage) wants() []string {
	var names []string
	for _, wanted := range []map[string]string{p.Dependencies, p.OptionalDependencies, p.PeerDependencies} {
		for name := range wanted {
			if !p.PeerDependenciesMeta[name].Optional {
				names = append(names, name)
			}
		}
	}
	return names
}

// npmRegions puts the entries of a lock, and what its root names, into regions.
func npmRegions(lock []byte, roots map[string]string) ([]byte, error) {
	var whole struct{ Packages map[string]npmPackage }
	if err := json.Unmarshal(lock, &whole); err != nil {
		return nil, fmt.Errorf("package-lock.json: %w", err)
	}
	g := graph{}
	for at, p := range whole.Packages {
		for _, name := range p.wants() {
			if found := resolve(whole.Packages, at, name); found != "" {
				g[at] = append(g[at], found)
			}
		}
	}
	places := map[string]string{}
	for name, condition := range roots {
		places["node_modules/"+name] = condition
	}
	under := needed(g, places)

	out := regions{marker: "//"}
	here, root := "", true // the condition of the entry that this line belongs to; whether it is the root's
	for line := range strings.Lines(string(lock)) {
		text := strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(text, `    "node_modules/`):
			name := strings.TrimSuffix(strings.TrimSpace(text), `": {`)[1:]
			condition, ok := under[name]
			if !ok {
				return nil, fmt.Errorf("nothing needs %s", name)
			}
			here, root = condition, false
		case text == "  }":
			here = ""
		}
		condition, indent := here, "    "
		if m := dependency.FindStringSubmatch(text); root && m != nil {
			condition, indent = roots[m[1]], "        "
		}
		out.write(condition, indent, line)
	}
	out.end("    ")
	return out.out.Bytes(), nil
}

// resolve answers which entry serves a package at a place, as Node looks for it:
// beside it, then further and further out; empty: none, since it is optional.
func resolve(packages map[string]npmPackage, at, name string) string {
	for {
		place := strings.TrimPrefix(at+"/node_modules/"+name, "/")
		if _, ok := packages[place]; ok {
			return place
		}
		if at == "" {
			return ""
		}
		at = strings.TrimSuffix(at[:max(0, strings.LastIndex(at, "node_modules/"))], "/")
	}
}
