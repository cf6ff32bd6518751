package update_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold"
	"github.com/mcpctl/mcpctl/scaffold/update"
	"github.com/mcpctl/mcpctl/templates"
	"github.com/mcpctl/mcpctl/templates/released"
)

// head is the built-in template as it is now, with one line of the licence
// changed: so that there is a difference even to a version released today.
func head(t *testing.T, id string) *scaffold.Template {
	t.Helper()
	fsys, err := templates.FS(id)
	require.NoError(t, err)
	template, err := scaffold.Load(fsys, scaffold.Builtin, templates.FS)
	require.NoError(t, err)
	licence, ok := template.Files.Lookup("LICENSE")
	require.True(t, ok)
	licence.Data = append([]byte("Of the next version.\n\n"), licence.Data[bytes.IndexByte(licence.Data, '\n')+1:]...)
	template.Files = template.Files.With(licence)
	template.Digest = "sha256:next"
	return template
}

// From every released version of every template to the present one, in every
// profile, with the edits that users make.
func TestFromEveryRelease(t *testing.T) {
	archives := update.Released{FS: released.FS}
	all, err := archives.List()
	require.NoError(t, err)
	require.NotEmpty(t, all)
	for _, release := range all {
		from, err := archives.Open(release.ID, release.Version)
		require.NoError(t, err)
		for _, profile := range from.Manifest.ProfileNames() {
			t.Run(release.ID+"-"+release.Version+"/"+profile, func(t *testing.T) {
				u := upgrade{from: from, to: head(t, release.ID), given: scaffold.Given{Profile: profile}}
				t.Run("untouched", u.untouched)
				t.Run("edited", u.edited)
				t.Run("in conflict", u.conflict)
			})
		}
	}
}

type upgrade struct {
	from, to *scaffold.Template
	given    scaffold.Given
}

func (u upgrade) plan(t *testing.T, dir string) *update.Plan {
	t.Helper()
	fsys, err := templates.FS(u.to.Manifest.ID)
	require.NoError(t, err)
	renames, err := update.ReadRenames(fsys)
	require.NoError(t, err)
	p, err := update.NewPlan(t.Context(), update.Request{Dir: dir, Base: u.from, Wanted: u.to, Renames: renames})
	require.NoError(t, err)
	return p
}

func (u upgrade) untouched(t *testing.T) {
	dir := project(t, u.from, u.given)
	p := u.plan(t, dir)
	require.Empty(t, p.Conflicts())
	require.NoError(t, p.Apply(t.Context(), false))
	assert.Equal(t, snapshot(t, project(t, u.to, u.given)), snapshot(t, dir))
	assert.True(t, u.plan(t, dir).Empty())
}

func (u upgrade) edited(t *testing.T) {
	dir := project(t, u.from, u.given)
	source := u.source(t)
	write(t, dir, source, content(t, dir, source)+"\n// Ours.\n")
	write(t, dir, "mine/own.go", "package mine\n")
	require.NoError(t, os.Remove(filepath.Join(dir, "LICENSE")))
	write(t, dir, "go.mod", content(t, dir, "go.mod")+"\nrequire example.com/mine v0.1.0\n")
	server := filepath.Join(dir, "server.json")
	_, err := os.Stat(server)
	if err == nil {
		write(t, dir, "server.json", strings.Replace(content(t, dir, "server.json"), "{", "{\n  \"mine\": true,", 1))
	}
	p := u.plan(t, dir)
	require.Empty(t, p.Conflicts(), "%v", p.Conflicts())
	require.NoError(t, p.Apply(t.Context(), false))
	assert.True(t, strings.HasSuffix(content(t, dir, source), "\n// Ours.\n"))
	assert.Equal(t, "package mine\n", content(t, dir, "mine/own.go"))
	assert.NoFileExists(t, filepath.Join(dir, "LICENSE"))
	assert.Contains(t, content(t, dir, "go.mod"), "example.com/mine v0.1.0")
	if err == nil {
		assert.Contains(t, content(t, dir, "server.json"), `"mine": true`)
	}
	assert.True(t, u.plan(t, dir).Empty())
}

// source is a file to which a user can add lines at the end: it ends alike in
// both versions. One that they have changed elsewhere is preferred.
func (u upgrade) source(t *testing.T) string {
	t.Helper()
	end := func(data []byte) string { return string(data[max(0, len(data)-80):]) }
	found, to := "", u.render(t, u.to)
	for _, f := range u.render(t, u.from) {
		next, ok := to.Lookup(f.Path)
		if !ok || filepath.Ext(f.Path) != ".go" || end(f.Data) != end(next.Data) {
			continue
		}
		if found = f.Path; !bytes.Equal(f.Data, next.Data) {
			return found
		}
	}
	require.NotEmpty(t, found)
	return found
}

func (u upgrade) render(t *testing.T, template *scaffold.Template) scaffold.Tree {
	t.Helper()
	given := u.given
	given.Name = "weather"
	answers, err := template.Resolve(given)
	require.NoError(t, err)
	tree, err := scaffold.Render(template, answers)
	require.NoError(t, err)
	return tree
}

func (u upgrade) conflict(t *testing.T) {
	dir := project(t, u.from, u.given)
	licence := content(t, dir, "LICENSE")
	write(t, dir, "LICENSE", "All rights reserved.\n"+licence[strings.IndexByte(licence, '\n')+1:])
	before := snapshot(t, dir)
	p := u.plan(t, dir)
	require.Len(t, p.Conflicts(), 1)
	assert.Equal(t, "LICENSE", p.Conflicts()[0].Path)
	require.ErrorIs(t, p.Apply(t.Context(), false), update.ErrConflicts)
	assert.Equal(t, before, snapshot(t, dir))
	require.NoError(t, p.Apply(t.Context(), true))
	assert.Contains(t, content(t, dir, "LICENSE"), "<<<<<<< yours\nAll rights reserved.\n")
}

// An archive holds what its name says, and is what its template packs to.
func TestArchivesAreWhole(t *testing.T) {
	archives := update.Released{FS: released.FS}
	all, err := archives.List()
	require.NoError(t, err)
	for _, release := range all {
		template, err := archives.Open(release.ID, release.Version)
		require.NoError(t, err)
		data, err := released.FS.ReadFile(release.ID + "-" + release.Version + ".tar.gz")
		require.NoError(t, err)
		assert.Equal(t, data, archive(t, template))
		assert.Contains(t, templates.List(), release.ID)
	}
}
