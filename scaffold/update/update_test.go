package update_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold"
	"github.com/mcpctl/mcpctl/scaffold/update"
)

func replaceOnce(t *testing.T, text, old, new string) string {
	t.Helper()
	require.Equal(t, 1, strings.Count(text, old), "%q in %q", old, text)
	return strings.Replace(text, old, new, 1)
}

var production = scaffold.Given{Profile: "production", Values: map[string]string{"motto": "Rain or shine"}}

// A project that nobody touched becomes what the new version would have made.
func TestUntouchedProject(t *testing.T) {
	dir := project(t, demo(t, "1.0.0"), production)
	p := plan(t, dir)
	assert.True(t, p.Behind())
	assert.Equal(t, map[string]update.Action{
		"audit.go": "replace", "deploy.yaml": "replace", "docs/handbook.md": "replace", "fresh.go": "add", "go.mod": "replace",
		"go.sum": "replace", "legacy.go": "remove", "main.go": "replace", "notes.md": "replace", "server.json": "replace",
	}, actions(p))
	assert.Empty(t, p.Then, "the template's lock file fits the template's go.mod")
	assert.Equal(t, []string{`version 2.0.0 of the template asks no more for "motto"`}, p.Notes)
	require.NoError(t, p.Apply(t.Context(), false))
	fresh := project(t, demo(t, "2.0.0"), scaffold.Given{Profile: "production"})
	assert.Equal(t, snapshot(t, fresh), snapshot(t, dir))

	again := plan(t, dir)
	assert.True(t, again.Empty())
	assert.False(t, again.Behind())
}

func TestEdits(t *testing.T) {
	for name, tc := range map[string]struct {
		edit   func(t *testing.T, dir string)
		action map[string]update.Action
		holds  map[string][]string // what the file has afterwards
		gone   []string
		then   string
	}{
		"a file edited in another place": {
			edit:   func(t *testing.T, dir string) { edit(t, dir, "main.go", "tools())", "tools(), 1)") },
			action: map[string]update.Action{"main.go": update.Merge},
			holds:  map[string][]string{"main.go": {"os.Stderr", "tools(), 1)"}},
		},
		"a file edited that the template leaves alone": {
			edit:   func(t *testing.T, dir string) { edit(t, dir, "tools.go", `"echo",`, `"echo", "mine",`) },
			action: map[string]update.Action{},
			holds:  map[string][]string{"tools.go": {"mine"}},
		},
		"a deleted file stays deleted": {
			edit:   func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, "audit.go"))) },
			action: map[string]update.Action{"audit.go": update.Keep},
			gone:   []string{"audit.go"},
		},
		"a file that the template dropped stays when it was edited": {
			edit:   func(t *testing.T, dir string) { write(t, dir, "legacy.go", "package main // mine") },
			action: map[string]update.Action{"legacy.go": update.Keep},
			holds:  map[string][]string{"legacy.go": {"mine"}},
		},
		"a renamed file takes edits along": {
			edit:   func(t *testing.T, dir string) { edit(t, dir, "docs/guide.md", "Three.", "Three and four.") },
			action: map[string]update.Action{"docs/handbook.md": update.Merge},
			holds:  map[string][]string{"docs/handbook.md": {"# Handbook", "Three and four."}},
			gone:   []string{"docs/guide.md"},
		},
		"a renamed file that was deleted": {
			edit:   func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, "docs/guide.md"))) },
			action: map[string]update.Action{"docs/handbook.md": update.Keep},
			gone:   []string{"docs/guide.md", "docs/handbook.md"},
		},
		"a requirement of the user's": {
			edit: func(t *testing.T, dir string) {
				edit(t, dir, "go.mod", "require example.com/sdk v1.7.0", "require (\n\texample.com/mine v0.1.0\n\texample.com/sdk v1.7.0\n)")
				edit(t, dir, "go.sum", "h1:one\n", "h1:one\nexample.com/mine v0.1.0 h1:m\n")
			},
			action: map[string]update.Action{"go.mod": update.Merge, "go.sum": update.Keep},
			holds:  map[string][]string{"go.mod": {"mine v0.1.0", "sdk v1.8.0", "go 1.26.0"}, "go.sum": {"mine v0.1.0"}},
			then:   "go mod tidy",
		},
		"a key of the user's": {
			edit:   func(t *testing.T, dir string) { edit(t, dir, "server.json", "\n}", ",\n  \"websiteUrl\": \"x\"\n}") },
			action: map[string]update.Action{"server.json": update.Merge},
			holds:  map[string][]string{"server.json": {`"$schema"`, `"websiteUrl": "x"`}},
		},
		"a neighbouring line of YAML": {
			edit:   func(t *testing.T, dir string) { edit(t, dir, "deploy.yaml", "replicas: 1", "replicas: 5 # busy") },
			action: map[string]update.Action{"deploy.yaml": update.Merge},
			holds:  map[string][]string{"deploy.yaml": {"replicas: 5 # busy\nimage: weather:2"}},
		},
		"a file that both added, alike": {
			edit:   func(t *testing.T, dir string) { write(t, dir, "fresh.go", "package main\n\n// new in version 2\n") },
			action: map[string]update.Action{},
		},
		"what is none of the template's stays": {
			edit:   func(t *testing.T, dir string) { write(t, dir, "mine/own.go", "package mine") },
			action: map[string]update.Action{},
			holds:  map[string][]string{"mine/own.go": {"package mine"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := project(t, demo(t, "1.0.0"), production)
			untouched := actions(plan(t, dir))
			tc.edit(t, dir)
			p := plan(t, dir)
			for path, action := range actions(p) {
				want, special := tc.action[path]
				if !special {
					want = untouched[path]
				}
				assert.Equal(t, want, action, path)
			}
			for path := range tc.action {
				assert.Contains(t, actions(p), path)
			}
			require.NoError(t, p.Apply(t.Context(), false))
			for path, parts := range tc.holds {
				for _, part := range parts {
					assert.Contains(t, content(t, dir, path), part, path)
				}
			}
			for _, path := range tc.gone {
				assert.NoFileExists(t, filepath.Join(dir, path))
			}
			if tc.then == "" {
				assert.Empty(t, p.Then)
			} else {
				require.Len(t, p.Then, 1)
				assert.Equal(t, tc.then, strings.Join(p.Then[0], " "))
			}
			again := plan(t, dir)
			assert.True(t, again.Empty(), "a second update has nothing to do: %v", actions(again))
		})
	}
}

func TestConflicts(t *testing.T) {
	for name, tc := range map[string]struct {
		edit   func(t *testing.T, dir string)
		path   string
		at     string
		marked bool
	}{
		"the same line": {
			edit: func(t *testing.T, dir string) { edit(t, dir, "main.go", "fmt.Println(greeting())", "fmt.Println(1)") },
			path: "main.go", at: "line 6", marked: true,
		},
		"the same key": {
			edit: func(t *testing.T, dir string) { edit(t, dir, "deploy.yaml", "weather:1", "weather:mine") },
			path: "deploy.yaml", at: "/image", marked: true,
		},
		"a file that both added": {
			edit: func(t *testing.T, dir string) { write(t, dir, "fresh.go", "package mine\n") },
			path: "fresh.go", at: "line 1", marked: true,
		},
		"a folder where a file goes": {
			edit: func(t *testing.T, dir string) { write(t, dir, "fresh.go/x", "") },
			path: "fresh.go", at: "the whole file",
		},
		"a link where a file goes": {
			edit: func(t *testing.T, dir string) {
				require.NoError(t, os.Remove(filepath.Join(dir, "main.go")))
				require.NoError(t, os.Symlink("tools.go", filepath.Join(dir, "main.go")))
			},
			path: "main.go", at: "the whole file",
		},
		"a file where a renamed one goes": {
			edit: func(t *testing.T, dir string) { write(t, dir, "docs/handbook.md", "mine") },
			path: "docs/handbook.md", at: "the whole file",
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := project(t, demo(t, "1.0.0"), production)
			tc.edit(t, dir)
			before := snapshot(t, dir)
			p := plan(t, dir)
			require.Len(t, p.Conflicts(), 1)
			assert.Equal(t, tc.path, p.Conflicts()[0].Path)
			require.NotEmpty(t, p.Conflicts()[0].Conflicts)
			assert.Equal(t, tc.at, p.Conflicts()[0].Conflicts[0].At)

			require.ErrorIs(t, p.Apply(t.Context(), false), update.ErrConflicts)
			assert.Equal(t, before, snapshot(t, dir), "without consent nothing is written")

			require.NoError(t, p.Apply(t.Context(), true))
			if tc.marked {
				assert.Contains(t, content(t, dir, tc.path), "<<<<<<< yours")
			} else {
				assert.Equal(t, before[tc.path], snapshot(t, dir)[tc.path])
			}
			assert.Equal(t, "package main\n\n// version 2\n", content(t, dir, "audit.go"), "all else is updated")
		})
	}
}

// Without the old version every file that was not touched is known all the same.
func TestBaseUnknown(t *testing.T) {
	dir := project(t, demo(t, "1.0.0"), production)
	edit(t, dir, "main.go", "tools())", "tools(), 1)")
	r := request(t, dir)
	r.Base = nil
	_, err := update.NewPlan(t.Context(), r)
	var unknown *scaffold.UnknownError
	require.ErrorAs(t, err, &unknown, "whether the motto is of an older version or a slip cannot be told")

	r.Base = r.Wanted
	edit(t, dir, "mcpctl.yaml", "  motto: Rain or shine\n", "")
	p, err := update.NewPlan(t.Context(), r)
	require.NoError(t, err)
	require.Len(t, p.Conflicts(), 1)
	assert.Equal(t, "main.go", p.Conflicts()[0].Path)
	assert.Equal(t, update.Replace, actions(p)["audit.go"])
	require.Len(t, p.Notes, 1)
	assert.Contains(t, p.Notes[0], "1 of the files that you changed is not known")
}

// Someone changes an answer in mcpctl.yaml and runs update, in the same version.
func TestChangedAnswer(t *testing.T) {
	dir := project(t, demo(t, "2.0.0"), scaffold.Given{Profile: "production"})
	edit(t, dir, "mcpctl.yaml", "profile: production", "profile: lean\n  with: [cache]")
	edit(t, dir, "main.go", "package main", "// Mine.\npackage main") // a file that the answers decide about
	r := request(t, dir)
	r.Base = r.Wanted
	p, err := update.NewPlan(t.Context(), r)
	require.NoError(t, err)
	assert.False(t, p.Behind())
	assert.False(t, p.Empty())
	assert.Equal(t, map[string]update.Action{"audit.go": update.Remove, "main.go": update.Merge}, actions(p))
	require.NoError(t, p.Apply(t.Context(), false))
	assert.Contains(t, content(t, dir, "main.go"), `"cached"`)
	assert.NotContains(t, content(t, dir, "main.go"), `"audited"`)
	assert.Contains(t, content(t, dir, "main.go"), "// Mine.")

	edit(t, dir, "mcpctl.yaml", "cache", "cahce")
	_, err = update.NewPlan(t.Context(), r)
	require.ErrorContains(t, err, `has no feature "cahce"`)
}

// The record changes; what else the user wrote into mcpctl.yaml does not.
func TestRecordKeepsTheUsersOwn(t *testing.T) {
	dir := project(t, demo(t, "1.0.0"), production)
	mine := "\n# Judged in CI.\ntest:\n  skip: [ping/*]   # slow\n\n\nanswers: &no\n"
	text := content(t, dir, "mcpctl.yaml")
	write(t, dir, "mcpctl.yaml", "# Ours.\n\n"+text+strings.TrimSuffix(mine, "\n\nanswers: &no\n"))
	p := plan(t, dir)
	require.NoError(t, p.Apply(t.Context(), false))
	now := content(t, dir, "mcpctl.yaml")
	assert.True(t, strings.HasPrefix(now, "# Ours.\n\n"), "%s", now)
	assert.Contains(t, now, "\n# Judged in CI.\ntest:\n  skip: [ping/*]   # slow\n")
	record, err := update.ReadProject(dir)
	require.NoError(t, err)
	assert.Equal(t, "2.0.0", record.Template.Version)
	assert.Equal(t, demo(t, "2.0.0").Digest, record.Template.Digest)
	assert.NotContains(t, record.Files, "legacy.go")
	assert.NotContains(t, record.Answers.Values, "motto")
}

func TestNoProject(t *testing.T) {
	dir := t.TempDir()
	_, err := update.ReadProject(dir)
	require.ErrorIs(t, err, scaffold.ErrNoProject)
	write(t, dir, "mcpctl.yaml", "servers: {}\n")
	_, err = update.ReadProject(dir)
	require.ErrorIs(t, err, scaffold.ErrNoProject)
	_, err = update.ReadProject(filepath.Join(dir, "nowhere"))
	require.Error(t, err)
}

func TestPrint(t *testing.T) {
	dir := project(t, demo(t, "1.0.0"), production)
	edit(t, dir, "main.go", "fmt.Println(greeting())", "fmt.Println(1)")
	edit(t, dir, "go.mod", "require example.com/sdk v1.7.0", "require example.com/sdk v1.9.1")
	write(t, dir, "legacy.go", "package main // mine")
	p := plan(t, dir)
	var text, data bytes.Buffer
	require.NoError(t, p.Print(&text))
	path := filepath.Join("testdata", "plan.txt")
	if *golden {
		require.NoError(t, os.WriteFile(path, text.Bytes(), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), text.String())

	require.NoError(t, p.JSON(&data, "planned"))
	var shape struct {
		Schema, Outcome string
		Behind, Empty   bool
		Conflicts       int
		Changes         []struct{ Action, Path string }
		Then            [][]string
	}
	require.NoError(t, json.Unmarshal(data.Bytes(), &shape))
	assert.Equal(t, "mcpctl.update/v1", shape.Schema)
	assert.Equal(t, "planned", shape.Outcome)
	assert.True(t, shape.Behind)
	assert.False(t, shape.Empty)
	assert.Equal(t, 1, shape.Conflicts)
	assert.Len(t, shape.Changes, len(p.Changes))
	assert.Equal(t, [][]string{{"go", "mod", "tidy"}}, shape.Then)
}
