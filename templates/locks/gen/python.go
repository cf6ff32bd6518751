package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// lockPython writes requirements.txt and requirements-dev.txt beside pyproject.toml.
func lockPython(ctx context.Context, project string) error {
	text, err := os.ReadFile(filepath.Join(project, "pyproject.toml"))
	if err != nil {
		return err
	}
	lines, conditions, err := superset(text)
	if err != nil {
		return fmt.Errorf("pyproject.toml: %w", err)
	}
	roots := required(lines, conditions)
	for name, more := range map[string][]string{"requirements.txt": nil, "requirements-dev.txt": {"--group", "dev"}} {
		argv := append([]string{"uv", "pip", "compile", "pyproject.toml", "--quiet", "--universal", "--generate-hashes",
			"--no-header", "--python-version", "3.11", "--output-file", "lock.txt"}, more...)
		full, err := locked(ctx, "pyproject.toml", []byte(strings.Join(lines, "")), "lock.txt", argv...)
		if err != nil {
			return err
		}
		lock, err := pythonRegions(string(full), roots)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := write(filepath.Join(project, name), lock); err != nil {
			return err
		}
	}
	return nil
}

var requirement = regexp.MustCompile(`"([A-Za-z0-9][\w.-]*)(?:\[[\w,-]+\])?[<>=!~][^"]*"`)

// required are the packages that pyproject.toml names, with their conditions.
func required(lines, conditions []string) map[string]string {
	roots := map[string]string{}
	for i, line := range lines {
		for _, m := range requirement.FindAllStringSubmatch(line, -1) {
			name := strings.ToLower(strings.ReplaceAll(m[1], "_", "-"))
			if before, twice := roots[name]; !twice || before != "" {
				roots[name] = conditions[i]
			}
		}
	}
	return roots
}

var (
	pinned = regexp.MustCompile(`^([a-z0-9.-]+)==`)
	via    = regexp.MustCompile(`^    #(?: via)?\s+([a-z0-9.-]+)`)
)

// pythonRegions puts the entries of a lock into regions. uv tells after each
// entry what needs it; that is left out of what is written.
func pythonRegions(lock string, roots map[string]string) ([]byte, error) {
	g := graph{}
	var names []string
	entries := map[string]string{}
	for line := range strings.Lines(lock) {
		if m := pinned.FindStringSubmatch(line); m != nil {
			names = append(names, m[1])
		}
		if len(names) == 0 {
			return nil, fmt.Errorf("%q is no entry", line)
		}
		name := names[len(names)-1]
		if strings.HasPrefix(line, "    #") {
			if m := via.FindStringSubmatch(line); m != nil {
				g[m[1]] = append(g[m[1]], name)
			}
			continue
		}
		entries[name] += line
	}
	if len(names) == 0 {
		return nil, errors.New("it has no entry")
	}
	here := map[string]string{}
	for name, condition := range roots {
		if _, ok := entries[name]; ok {
			here[name] = condition
		}
	}
	under := needed(g, here)
	out := regions{marker: "#"}
	for _, name := range names {
		condition, ok := under[name]
		if !ok {
			return nil, fmt.Errorf("nothing needs %s", name)
		}
		out.write(condition, "", entries[name])
	}
	out.end("")
	return out.out.Bytes(), nil
}
