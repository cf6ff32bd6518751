package judged_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	imported  = regexp.MustCompile(`(?m)(?:^(?:import|export)\b[^;]*?\bfrom |^import |\bimport\()"([^".][^"]*)"`)
	pyImport  = regexp.MustCompile(`(?m)^\s*(?:from ([a-z_0-9]+)[\w.]* import|import ([a-z_0-9]+))`)
	pyBuiltin = `import sys; print(*sys.stdlib_module_names)`
)

// distributions are the names under which what is imported is installed, where
// they are not that of the module.
var distributions = map[string]string{"yaml": "pyyaml", "opentelemetry": "opentelemetry-sdk"}

// declares holds a project to naming itself whatever it imports: what another
// package happens to bring may be gone with that package's next version. What is
// installed for the tests cannot tell, as it is installed for all rows at once.
func declares(t *testing.T, p project, language string) {
	t.Helper()
	manifest, source, ending := "package.json", "src", ".ts"
	var builtin []string
	if language == "python" {
		manifest, source, ending = "pyproject.toml", ".", ".py"
		builtin = append(strings.Fields(strings.ReplaceAll(run(t, p.dir, nil, "python3", "-c", pyBuiltin), "_", "-")), p.name, "tests") // modules as distributions are spelled
	}
	text, err := os.ReadFile(filepath.Join(p.dir, manifest))
	require.NoError(t, err)
	seen := 0
	require.NoError(t, fs.WalkDir(os.DirFS(p.dir), source, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && (d.Name() == ".venv" || d.Name() == "mcpb" || d.Name() == "scripts") {
			return fs.SkipDir
		}
		if err != nil || path.Ext(name) != ending {
			return err
		}
		code, err := os.ReadFile(filepath.Join(p.dir, name))
		if err != nil {
			return err
		}
		for _, wanted := range wants(string(code), language) {
			if !slices.Contains(builtin, wanted) {
				seen++
				assert.Regexp(t, `"`+regexp.QuoteMeta(wanted)+`["<>=~\[]`, string(text), "%s imports what %s does not name", name, manifest)
			}
		}
		return nil
	}))
	assert.Greater(t, seen, 3, "imports of %s", p.dir)
}

// wants are the packages that a file imports, as a manifest names them.
func wants(code, language string) []string {
	var all []string
	if language == "python" {
		for _, m := range pyImport.FindAllStringSubmatch(code, -1) {
			name := strings.ReplaceAll(m[1]+m[2], "_", "-")
			if other, ok := distributions[name]; ok {
				name = other
			}
			all = append(all, name)
		}
		return all
	}
	for _, m := range imported.FindAllStringSubmatch(code, -1) {
		parts := strings.Split(m[1], "/")
		switch {
		case strings.HasPrefix(m[1], "node:"):
		case strings.HasPrefix(m[1], "@"):
			all = append(all, strings.Join(parts[:2], "/"))
		default:
			all = append(all, parts[0])
		}
	}
	return all
}

func TestWants(t *testing.T) {
	assert.Equal(t, []string{"@a/b", "zod", "late"}, wants(`import { x } from "@a/b/deep";
import type {
  y,
} from "zod";
import { readFile } from "node:fs";
import { own } from "./own.ts";
const z = await import("late");`, "typescript"))
	assert.Equal(t, []string{"pyyaml", "httpx2", "os"}, wants("import yaml\nfrom httpx2 import X\n    import os.path\n", "python"))
}
