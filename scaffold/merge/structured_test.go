package merge_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/scaffold/merge"
)

var update = flag.Bool("update", false, "write what the merges make into the golden files")

// Each file of testdata/files is a merge: base, yours and new of the file that
// its first line names, and what came of it.
func TestFiles(t *testing.T) {
	paths, err := filepath.Glob("testdata/files/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			require.NoError(t, err)
			parts := map[string]string{}
			for _, f := range a.Files {
				parts[f.Name] = string(f.Data)
			}
			name, _, _ := strings.Cut(string(a.Comment), ":")
			got := merge.File(name, sides(parts["base"], parts["yours"], parts["new"]))
			var conflicts strings.Builder
			for _, c := range got.Conflicts {
				fmt.Fprintf(&conflicts, "%s: %s\n", c.At, c.Note)
			}
			if *update {
				a.Files = append(a.Files[:3], txtar.File{Name: "want", Data: got.Data})
				if conflicts.Len() > 0 {
					a.Files = append(a.Files, txtar.File{Name: "conflicts", Data: []byte(conflicts.String())})
				}
				require.NoError(t, os.WriteFile(path, txtar.Format(a), 0o600))
				return
			}
			assert.Equal(t, parts["want"], string(got.Data))
			assert.Equal(t, parts["conflicts"], conflicts.String())
		})
	}
}

func TestKindOf(t *testing.T) {
	for name, want := range map[string]merge.Kind{
		"main.go": merge.KindText, "go.mod": merge.KindGoMod, "go.sum": merge.KindLock, "a/package-lock.json": merge.KindLock,
		"a/server.json": merge.KindJSON, "deploy/x.yml": merge.KindYAML, "pyproject.toml": merge.KindTOML, "uv.lock": merge.KindLock,
	} {
		assert.Equal(t, want, merge.KindOf(name, sides("a", "b", "c")), name)
	}
	assert.Equal(t, merge.KindBinary, merge.KindOf("icon.png", sides("a", "b", "c\x00")))
}

// What no merge can get right is left to the user, whole.
func TestLockAndBinaryFilesAreNeverMerged(t *testing.T) {
	for _, name := range []string{"go.sum", "package-lock.json", "uv.lock"} {
		got := merge.File(name, sides("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n"))
		assert.Equal(t, "A\nb\nc\n", string(got.Data), name)
		assert.Len(t, got.Conflicts, 1, name)
		assert.Empty(t, merge.File(name, sides("a\n", "a\n", "b\n")).Conflicts, name)
	}
	got := merge.File("logo", sides("\x00a", "\x00b", "\x00c"))
	assert.Equal(t, "\x00b", string(got.Data))
	assert.Len(t, got.Conflicts, 1)
}

// Objects of random keys: the merge holds the laws of all merges, and what both
// sides say stands in the result.
func TestJSONLaws(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	merged := 0
	for i := range 1000 {
		base := randomObject(r, nil)
		yours, new := randomObject(r, base), randomObject(r, base)
		s := merge.Sides{Base: asJSON(t, base), Yours: asJSON(t, yours), New: asJSON(t, new)}
		got := merge.File("x.json", s)
		other := merge.File("x.json", merge.Sides{Base: s.Base, Yours: s.New, New: s.Yours})
		require.Len(t, other.Conflicts, len(got.Conflicts), "case %d", i)
		if len(got.Conflicts) > 0 {
			continue
		}
		merged++
		var there, back map[string]any
		require.NoError(t, json.Unmarshal(got.Data, &there), "case %d: %s", i, got.Data)
		require.NoError(t, json.Unmarshal(other.Data, &back))
		require.Equal(t, there, back, "case %d", i)
		for key, value := range there {
			require.Contains(t, []any{yours[key], new[key]}, value, "case %d", i)
		}
	}
	assert.Greater(t, merged, 100)
}

func randomObject(r *rand.Rand, from map[string]any) map[string]any {
	o := maps.Clone(from)
	if o == nil {
		o = map[string]any{}
	}
	for range r.IntN(4) {
		key := string("abcdefgh"[r.IntN(8)])
		if r.IntN(4) == 0 {
			delete(o, key)
		} else {
			o[key] = float64(r.IntN(5))
		}
	}
	return o
}

func asJSON(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.MarshalIndent(v, "", "  ")
	require.NoError(t, err)
	return append(data, '\n')
}

func FuzzJSON(f *testing.F) {
	fuzzStructured(f, "x.json", `{"a": [1]}`, `{"a": [1, 2], "b": {}}`, `{"b": null}`, `[{"name":"x"}]`)
}

func FuzzYAML(f *testing.F) {
	fuzzStructured(f, "x.yaml", "a: [1]\n", "a:\n  - 1\n  - 2\n", "b: # c\n  d: null\n", "- name: x\n")
}

func FuzzGoMod(f *testing.F) {
	fuzzStructured(f, "go.mod", "module a\n\ngo 1.26\n", "module a\n\nrequire b.c/d v1.2.3\n", "module a\n\nreplace x.y/z => ../z\n", "")
}

func FuzzTOML(f *testing.F) {
	fuzzStructured(f, "x.toml", "dependencies = []\n", "dependencies = [\"a>=1\"]\n", "[project]\ndependencies = ['a']\n", "")
}

// fuzzStructured: no input makes a merge panic or break the laws, and a merge of
// readable files without a conflict is readable.
func fuzzStructured(f *testing.F, name string, seeds ...string) {
	for _, base := range seeds {
		for _, other := range seeds {
			f.Add(base, other, seeds[0])
		}
	}
	f.Fuzz(func(t *testing.T, base, yours, new string) {
		if name == "x.yaml" && len(base+yours+new) > 4000 {
			return // what the library makes of long ones is its own affair
		}
		assert.Equal(t, new, string(merge.File(name, sides(base, base, new)).Data))
		assert.Equal(t, yours, string(merge.File(name, sides(base, yours, base)).Data))
		got := merge.File(name, sides(base, yours, new))
		if name == "x.json" && len(got.Conflicts) == 0 && json.Valid([]byte(yours)) && json.Valid([]byte(new)) && json.Valid([]byte(base)) {
			assert.True(t, json.Valid(got.Data), "%s", got.Data)
		}
		var y, n, b, m any
		if name == "x.yaml" && len(got.Conflicts) == 0 && yaml.Unmarshal([]byte(base), &b) == nil &&
			yaml.Unmarshal([]byte(yours), &y) == nil && yaml.Unmarshal([]byte(new), &n) == nil && b != nil && y != nil && n != nil {
			assert.NoError(t, yaml.Unmarshal(got.Data, &m), "%s", got.Data)
		}
	})
}
