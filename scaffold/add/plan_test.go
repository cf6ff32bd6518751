package add_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold/add"
)

// prose is a language of a few words. That it needs nothing of the core but
// Generator is what the next languages rely on.
type prose struct{}

func (prose) Files(_ *add.Project, it add.Item) ([]add.File, error) {
	return []add.File{
		{Path: "words/" + it.Name + ".txt", Data: []byte("yours\n"), Handler: true},
		{Path: "words/" + it.Name + "_types.txt", Data: append(it.Input, '\n'), Generated: true},
		{Path: "words/helper.txt", Data: []byte("help\n"), Generated: true, Shared: true},
	}, nil
}

func (prose) Index(_ *add.Project, entries []add.Entry) (add.File, error) {
	var names []string
	for _, e := range entries {
		names = append(names, e.Name)
	}
	return add.File{Path: "index.txt", Data: []byte(strings.Join(names, " ") + "\n"), Generated: true, Shared: true}, nil
}

const record = "# ours\ntemplate: {id: go, version: 1.0.0}\n\n# where\nservers: {}\n"

// folder makes a project in a real folder.
func folder(t *testing.T) *os.Root {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "mcpctl.yaml"), []byte(record), 0o644))
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, root.Close()) })
	return root
}

func tool(t *testing.T, name string) add.Item {
	t.Helper()
	it, err := add.New(add.Tool, name)
	require.NoError(t, err)
	return it
}

func plan(t *testing.T, root *os.Root, it add.Item, o add.Options) (*add.Plan, error) {
	t.Helper()
	p, err := add.Open(root.FS())
	require.NoError(t, err)
	return add.NewPlan(p, prose{}, it, o)
}

func apply(t *testing.T, root *os.Root, it add.Item, o add.Options) {
	t.Helper()
	p, err := plan(t, root, it, o)
	require.NoError(t, err)
	require.NoError(t, p.Apply(t.Context(), root))
}

// contents are all files below a folder.
func contents(t *testing.T, root *os.Root) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			all[name+"/"] = ""
			return nil
		}
		data, err := fs.ReadFile(root.FS(), name)
		all[name] = string(data)
		return err
	}))
	return all
}

func TestAddTwice(t *testing.T) {
	root := folder(t)
	apply(t, root, tool(t, "get_one"), add.Options{})
	apply(t, root, tool(t, "get_two"), add.Options{})
	got := contents(t, root)
	assert.Equal(t, "get_one get_two\n", got["index.txt"])
	assert.Equal(t, record+"added:\n"+
		"  - {kind: tool, name: get_one, file: words/get_one.txt, source: name}\n"+
		"  - {kind: tool, name: get_two, file: words/get_two.txt, source: name}\n", got["mcpctl.yaml"])
	assert.Len(t, got, 2+5+2, "nothing else is left behind: %v", got)

	_, err := plan(t, root, tool(t, "get_one"), add.Options{})
	require.ErrorIs(t, err, add.ErrExists)
	assert.ErrorContains(t, err, "--regenerate")
}

func TestRegenerateKeepsTheBody(t *testing.T) {
	root := folder(t)
	_, err := plan(t, root, tool(t, "get_one"), add.Options{Regenerate: true})
	require.ErrorContains(t, err, "never added")
	apply(t, root, tool(t, "get_one"), add.Options{})
	require.NoError(t, root.WriteFile("words/get_one.txt", []byte("my work\n"), 0o644))
	it, err := add.FromSchemaFile(add.Tool, "get_one", []byte(`{"type":"object"}`))
	require.NoError(t, err)
	apply(t, root, it, add.Options{Regenerate: true})
	got := contents(t, root)
	assert.Equal(t, "my work\n", got["words/get_one.txt"])
	assert.Equal(t, "{\"type\":\"object\"}\n", got["words/get_one_types.txt"])
	assert.Contains(t, got["mcpctl.yaml"], "source: schema}")

	operation, err := add.FromOperation("get_one", []byte(`{openapi: 3.1.0, paths: {/x: {get: {}}}}`), "GET /x")
	require.NoError(t, err)
	_, err = plan(t, root, operation, add.Options{Regenerate: true})
	assert.ErrorContains(t, err, "handler differs")

	require.NoError(t, root.Remove("words/get_one.txt"))
	_, err = plan(t, root, it, add.Options{Regenerate: true})
	assert.ErrorContains(t, err, "is gone")
}

func TestWhatIsThereStays(t *testing.T) {
	for _, name := range []string{"words/get_one.txt", "words/get_one_types.txt"} {
		root := folder(t)
		require.NoError(t, root.Mkdir("words", 0o755))
		require.NoError(t, root.WriteFile(name, []byte("mine\n"), 0o644))
		_, err := plan(t, root, tool(t, "get_one"), add.Options{})
		require.ErrorIs(t, err, add.ErrExists)
		assert.Equal(t, "mine\n", contents(t, root)[name])
	}
}

// A handler that the user removed is no longer registered.
func TestRemovedByHand(t *testing.T) {
	root := folder(t)
	apply(t, root, tool(t, "get_one"), add.Options{})
	require.NoError(t, root.Remove("words/get_one.txt"))
	p, err := plan(t, root, tool(t, "get_two"), add.Options{})
	require.NoError(t, err)
	assert.Contains(t, p.Notes[0], "words/get_one.txt is gone")
	require.NoError(t, p.Apply(t.Context(), root))
	assert.Equal(t, "get_two\n", contents(t, root)["index.txt"])
}

func TestDryRun(t *testing.T) {
	root := folder(t)
	before := contents(t, root)
	p, err := plan(t, root, tool(t, "forecast"), add.Options{})
	require.NoError(t, err)
	var out strings.Builder
	require.NoError(t, p.Print(&out))
	assert.Regexp(t, `(?m)^create   words/forecast\.txt  sha256:[0-9a-f]{12}$`, out.String())
	assert.Regexp(t, `(?m)^rewrite  mcpctl\.yaml  sha256:`, out.String())
	assert.Regexp(t, `(?m)^note     forecast is one word`, out.String())
	assert.Equal(t, before, contents(t, root))
}

// Whatever goes wrong, the folder is as it was.
func TestNothingIsHalfDone(t *testing.T) {
	for name, tc := range map[string]struct {
		spoil   func(t *testing.T, root *os.Root)
		problem string
	}{
		"a file came in between": {func(t *testing.T, root *os.Root) {
			require.NoError(t, root.Mkdir("words", 0o755))
			require.NoError(t, root.WriteFile("words/get_one_types.txt", []byte("mine\n"), 0o644))
		}, "there already"},
		"the record changed": {func(t *testing.T, root *os.Root) {
			require.NoError(t, root.WriteFile("mcpctl.yaml", []byte(record+"more: 1\n"), 0o644))
		}, "has changed since"},
		"the index came": {func(t *testing.T, root *os.Root) {
			require.NoError(t, root.WriteFile("index.txt", []byte("mine\n"), 0o644))
		}, "there already"},
		"a file where a folder goes": {func(t *testing.T, root *os.Root) {
			require.NoError(t, root.WriteFile("words", nil, 0o644))
		}, "no folder"},
		"a link out of the folder": {func(t *testing.T, root *os.Root) {
			require.NoError(t, root.Symlink(t.TempDir(), "words"))
		}, "escapes"},
	} {
		t.Run(name, func(t *testing.T) {
			root := folder(t)
			p, err := plan(t, root, tool(t, "get_one"), add.Options{})
			require.NoError(t, err)
			tc.spoil(t, root)
			if name == "a link out of the folder" {
				require.ErrorContains(t, p.Apply(t.Context(), root), tc.problem)
				require.NoError(t, root.Remove("words"))
				assert.Equal(t, map[string]string{"./": "", "mcpctl.yaml": record}, contents(t, root))
				return
			}
			before := contents(t, root)
			require.ErrorContains(t, p.Apply(t.Context(), root), tc.problem)
			assert.Equal(t, before, contents(t, root))
		})
	}
	t.Run("interrupted", func(t *testing.T) {
		root := folder(t)
		p, err := plan(t, root, tool(t, "get_one"), add.Options{})
		require.NoError(t, err)
		before := contents(t, root)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, p.Apply(ctx, root), context.Canceled)
		assert.Equal(t, before, contents(t, root))
	})
}

func TestOpen(t *testing.T) {
	for text, problem := range map[string]string{
		record:          "",
		"servers: {}\n": "does not record a template",
		"template: [":   "mcpctl.yaml",
		record + "added:\n  - {kind: tool, name: a, file: ../x}\n":                                  "leads out",
		record + "added:\n  - {kind: tool, name: a b, file: x}\n":                                   "character",
		record + "added:\n  - {kind: spoon, name: a, file: x}\n":                                    "none of",
		record + "added:\n  - {kind: tool, name: a, file: x}\n  - {kind: tool, name: a, file: y}\n": "twice",
		record + "added: 7\n":                      "mcpctl.yaml",
		record + "# " + strings.Repeat("x", 1<<20): "more than",
	} {
		_, err := add.Open(fstest.MapFS{"mcpctl.yaml": {Data: []byte(text)}})
		if problem == "" {
			assert.NoError(t, err)
			continue
		}
		assert.ErrorContains(t, err, problem, text[:min(len(text), 200)])
	}
	_, err := add.Open(fstest.MapFS{})
	assert.ErrorContains(t, err, "mcpctl new")
}

func TestLanguage(t *testing.T) {
	for file, want := range map[string]string{"go.mod": "go", "package.json": "typescript", "pyproject.toml": "python", "Makefile": ""} {
		p, err := add.Open(fstest.MapFS{"mcpctl.yaml": {Data: []byte(record)}, file: {}})
		require.NoError(t, err)
		got, err := p.Language()
		assert.Equal(t, want, got)
		assert.Equal(t, want == "", err != nil)
	}
}

// The list is put into the file; all else stays as it was, wherever it stands.
func TestRecordStays(t *testing.T) {
	const line = "  - {kind: tool, name: get_one, file: words/get_one.txt, source: name}\n"
	for before, after := range map[string]string{
		"template: {id: go}": "template: {id: go}\nadded:\n" + line,
		"added: []\n\n# about the template\ntemplate: {id: go}\n": "added:\n" + line + "\n# about the template\ntemplate: {id: go}\n",
		"template:\n  id: go\nadded:\n  - kind: prompt\n    name: p\n    file: mcpctl.yaml\n    source: name\nservers: {}  # none\n": "template:\n  id: go\nadded:\n" +
			"  - {kind: prompt, name: p, file: mcpctl.yaml, source: name}\n" + line + "servers: {}  # none\n",
	} {
		root := folder(t)
		require.NoError(t, root.WriteFile("mcpctl.yaml", []byte(before), 0o644))
		apply(t, root, tool(t, "get_one"), add.Options{})
		assert.Equal(t, after, contents(t, root)["mcpctl.yaml"])
	}
	root := folder(t)
	require.NoError(t, root.WriteFile("mcpctl.yaml", []byte("{template: {id: go}}\n"), 0o644))
	_, err := plan(t, root, tool(t, "get_one"), add.Options{})
	assert.ErrorContains(t, err, "block style")
}

func FuzzRecord(f *testing.F) {
	f.Add([]byte(record))
	f.Add([]byte("template: {id: go}\nadded:\n- {kind: tool, name: x, file: mcpctl.yaml}\n#c\nservers:\n  a: |\n    added:\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		fsys := fstest.MapFS{"mcpctl.yaml": {Data: data}}
		p, err := add.Open(fsys)
		if err != nil {
			return
		}
		got, err := add.NewPlan(p, prose{}, tool(t, "get_fuzzed"), add.Options{})
		if err != nil {
			return
		}
		for _, s := range got.Steps {
			if s.Path == "mcpctl.yaml" {
				again, err := add.Open(fstest.MapFS{"mcpctl.yaml": {Data: s.Data}})
				if err != nil {
					t.Fatalf("wrote a record that cannot be read: %v\n%s", err, s.Data)
				}
				if last := again.Entries[len(again.Entries)-1]; last.Name != "get_fuzzed" {
					t.Errorf("the new entry is lost in\n%s", s.Data)
				}
			}
		}
	})
}
