package collect_test

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/sbom/collect"
)

// Each broken or hostile file is refused at once, with its place and advice.
func TestBrokenLocks(t *testing.T) {
	for name, tc := range map[string]struct{ file, text, says string }{
		"JSON that ends":         {"package-lock.json", "{\"packages\":\n {", "package-lock.json:2:2: it is not JSON"},
		"JSON of another kind":   {"package-lock.json", "{\"packages\": {\"a\": {\"version\": 1}}}", "package-lock.json:1:32: packages.version is a number"},
		"JSON that is deep":      {"package-lock.json", `{"packages": {"a": {"x": ` + strings.Repeat("[", 1_000_000), "max depth"},
		"the first version":      {"package-lock.json", `{"lockfileVersion": 1, "dependencies": {}}`, "of version 1"},
		"YAML that is none":      {"pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages: [", "pnpm-lock.yaml:2"},
		"YAML of another kind":   {"pnpm-lock.yaml", "lockfileVersion: '9.0'\n\npackages: [1]\n", "pnpm-lock.yaml:3"},
		"YAML that is deep":      {"pnpm-lock.yaml", "packages: " + strings.Repeat("[", 100_000), "depth"},
		"a bomb of aliases":      {"pnpm-lock.yaml", bomb(), "pnpm-lock.yaml:10: cannot unmarshal"},
		"many documents":         {"pnpm-lock.yaml", strings.Repeat("---\nlockfileVersion: '9.0'\n", 50), "more than 10 documents"},
		"pnpm of old":            {"pnpm-lock.yaml", "lockfileVersion: 5.4\n", `lockfileVersion "5.4"`},
		"yarn without a package": {"yarn.lock", "# c\n  version 1\n", "yarn.lock:2: it does not start with a package"},
		"yarn of no name":        {"yarn.lock", "a@1:\n:\n", "yarn.lock:2: the line is neither"},
		"yarn in quotes":         {"yarn.lock", "\n\"a@1:\n", "yarn.lock:2: a word or its quotes"},
		"yarn indented oddly":    {"yarn.lock", "a@1:\n   version 1\n", "yarn.lock:2: the line is neither"},
		"new yarn":               {"yarn.lock", "__metadata:\n  version: 8\n\"a@npm:1\":\n  dependencies: x\n", "yarn.lock:4"},
		"TOML that is none":      {"uv.lock", "version = 1\n[[package]\n", "uv.lock:2:"},
		"TOML that is deep":      {"uv.lock", "version = 1\nx = " + strings.Repeat("[", 1_000_000), "uv.lock:2: values are nested more than 200 deep"},
		"TOML of another kind":   {"uv.lock", "version = 1\n[[package]]\nname = 5\n", "uv.lock:3:"},
		"uv of another version":  {"uv.lock", "version = 9\n", "of version 9"},
		"Poetry that is none":    {"poetry.lock", "[[package]]\nname = \"a\"\n", "no metadata.lock-version"},
		"requirements":           {"requirements.txt", "a==1\n\n[oops]\n", "requirements.txt:3: it starts with no name"},
		"requirements that end":  {"requirements.txt", "a==1 \\", "goes on with a backslash"},
		"odd requirements":       {"requirements.txt", "a what is this\n", "requirements.txt:1: behind the name"},
		"requirements missing":   {"requirements.txt", "-r gone.txt\n", "cannot read gone.txt: file does not exist"},
		"Cargo":                  {"Cargo.lock", "[[package]]\nname = 'a'\nname = 'b'\n", "Cargo.lock:3"},
		"go.mod":                 {"go.mod", "module m\n\nrequire x\n", "go.mod:3:"},
		"go.mod without module":  {"go.mod", "go 1.24\n", "no module line"},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, err := collect.Path(in(t, tc.file, tc.text), collect.Options{})
			require.Error(t, err)
			assert.Contains(t, strings.ReplaceAll(err.Error(), "no such file or directory", "file does not exist"), tc.says)
			var own *collect.Error
			require.True(t, errors.As(err, &own), "%T", err)
			assert.NotEmpty(t, own.Fix)
			assert.Less(t, time.Since(start), time.Minute, "it has no end")
		})
	}
}

// bomb is a YAML document that would have a billion nodes if its aliases were
// followed.
func bomb() string {
	text := "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
	for i := '1'; i <= '9'; i++ {
		text += "a" + string(i) + ": &a" + string(i) + " [" + strings.TrimSuffix(strings.Repeat("*a"+string(i-1)+",", 10), ",") + "]\n"
	}
	return text + "packages: {x: {dependencies: *a9}}\nlockfileVersion: '9.0'\n"
}

func TestBrokenGoSum(t *testing.T) {
	_, err := collect.Path(in(t, "go.mod", "module m\n", "go.sum", "a b h1:c\na b\n"), collect.Options{})
	assert.ErrorContains(t, err, "go.sum:2: the line has 2 words")
}

// What only describes the product may be broken: the bill says so and goes on.
func TestBrokenManifestsAreGaps(t *testing.T) {
	for manifest, lock := range map[string][2]string{
		"package.json":   {"yarn.lock", "a@1:\n  version 1\n"},
		"pyproject.toml": {"uv.lock", "version = 1\n[[package]]\nname = \"a\"\nversion = \"1\"\nsource = {virtual = \".\"}\n"},
		"Cargo.toml":     {"Cargo.lock", "[[package]]\nname = \"a\"\nversion = \"1\"\n"},
	} {
		b, err := collect.Path(in(t, manifest, "{[", lock[0], lock[1]), collect.Options{})
		require.NoError(t, err)
		assert.Contains(t, gaps(b), "cannot read "+manifest+":1")
	}
}

func TestNotFiles(t *testing.T) {
	dir := in(t, "x.txt", "text", "empty", "")
	for path, says := range map[string]string{
		dir:                             "nothing that tells what it is made of",
		filepath.Join(dir, "x.txt"):     "nothing that tells what it is made of",
		filepath.Join(dir, "empty"):     "nothing that tells what it is made of",
		filepath.Join(dir, "not there"): "cannot make a bill of materials",
	} {
		_, err := collect.Path(path, collect.Options{})
		assert.ErrorContains(t, err, says)
	}
	// A link may lead anywhere.
	outside := in(t, "Cargo.lock", "")
	require.NoError(t, os.Symlink(filepath.Join(outside, "Cargo.lock"), filepath.Join(dir, "Cargo.lock")))
	_, err := collect.Path(dir, collect.Options{})
	assert.ErrorContains(t, err, "nothing that tells")
}

// Circles, and names without end, cost no more than their length.
func TestLargeAndCircular(t *testing.T) {
	var lock strings.Builder
	lock.WriteString(`{"lockfileVersion": 3, "packages": {"": {"name": "root", "dependencies": {"p0": "1"}}`)
	for i := range 5000 {
		n := func(i int) string {
			return "p" + strings.Repeat("x", i%7) + "-" + string(rune('a'+i%26)) + strconv.Itoa(i)
		}
		lock.WriteString(`,"node_modules/` + n(i) + `": {"version": "1.0.0", "integrity": "` + sri + `", "dependencies": {"` + n((i+1)%5000) + `": "1", "` + n((i*7)%5000) + `": "1"}}`)
	}
	lock.WriteString(`, "` + strings.Repeat("d/", 2000) + `node_modules/deep": {"version": "1.0.0", "dependencies": {"gone": "1"}}}}`)
	start := time.Now()
	b, err := collect.Path(in(t, "package-lock.json", lock.String()), collect.Options{})
	require.NoError(t, err)
	assert.Equal(t, 5001, b.Len())
	assert.Less(t, time.Since(start), time.Minute, "it has no end")
}
