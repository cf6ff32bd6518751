package scaffold_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold"
)

func TestProjectRoundTrip(t *testing.T) {
	tmpl := small(t)
	a := resolve(t, tmpl, scaffold.Given{With: []string{"redis"}, Without: []string{"scripts"}, Values: map[string]string{"holder": "Ada & Söhne: 2"}})
	tree, err := scaffold.Render(tmpl, a)
	require.NoError(t, err)
	p := scaffold.NewProject(tmpl, a, tree)
	data, err := p.Encode(nil)
	require.NoError(t, err)

	read, err := scaffold.ReadProject(data)
	require.NoError(t, err)
	assert.Equal(t, p.Template, read.Template)
	assert.Equal(t, p.Files, read.Files)
	assert.Equal(t, a, resolve(t, tmpl, read.Answers.Given()), "what is recorded resolves to the same answers")
	f, _ := tree.Lookup("main.go")
	assert.Equal(t, f.Hash(), read.Files["main.go"])
}

// The user's own keys and comments in mcpctl.yaml survive a new record.
func TestEncodeKeepsTheRest(t *testing.T) {
	p := scaffold.NewProject(small(t), resolve(t, small(t), scaffold.Given{}), nil)
	existing := "# mine\nservers:\n  # the one\n  x: {command: y} # here\ntemplate: {id: old}\ntest:\n  skip: [a] # for now\n"
	data, err := p.Encode([]byte(existing))
	require.NoError(t, err)
	for _, kept := range []string{"# mine\n", "# the one\n", "x: {command: y} # here\n", "skip: [a] # for now\n"} {
		assert.Contains(t, string(data), kept)
	}
	assert.Equal(t, 1, strings.Count(string(data), "\ntemplate:"))
	assert.NotContains(t, string(data), "id: old")
	again, err := p.Encode(data)
	require.NoError(t, err)
	assert.Equal(t, string(data), string(again), "a second record changes nothing")

	_, err = p.Encode([]byte("- a list"))
	assert.ErrorContains(t, err, "no mapping")
	_, err = p.Encode([]byte("a: ["))
	assert.ErrorContains(t, err, "writing mcpctl.yaml")
}

func TestReadProjectRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"":            "does not record a template",
		"servers: {}": "does not record a template",
		"template: [": "reading mcpctl.yaml",
		"template: {id: go}\nfiles: {../../x: sha256:0}":      "leads out of the project",
		"template: {id: go}\nfiles: {.git/hooks/x: sha256:0}": "hooks run code",
		"#" + strings.Repeat("x", scaffold.MaxProject):        "larger than",
	} {
		_, err := scaffold.ReadProject([]byte(in))
		assert.ErrorContains(t, err, want)
	}
	_, err := scaffold.ReadProject(nil)
	assert.ErrorIs(t, err, scaffold.ErrNoProject)
}

func TestSource(t *testing.T) {
	dir, ok := scaffold.DirSource("a b/c").Dir()
	assert.True(t, ok)
	assert.Equal(t, "a b/c", dir)
	url, commit, ok := scaffold.GitSource("ssh://git@example.com/x", "0123").Git()
	assert.True(t, ok)
	assert.Equal(t, [2]string{"ssh://git@example.com/x", "0123"}, [2]string{url, commit})
	_, ok = scaffold.Builtin.Dir()
	assert.False(t, ok)
	_, _, ok = scaffold.Source("git without-commit").Git()
	assert.False(t, ok)
}

func TestTree(t *testing.T) {
	tree := scaffold.NewTree(scaffold.File{Path: "b", Data: []byte("1")}, scaffold.File{Path: "a"})
	assert.Equal(t, []string{"a", "b"}, paths(tree))
	more := tree.With(scaffold.File{Path: "b", Data: []byte("22")}).With(scaffold.File{Path: "aa"})
	assert.Equal(t, []string{"a", "aa", "b"}, paths(more))
	assert.Equal(t, 2, more.Size())
	assert.Equal(t, 1, tree.Size(), "the first tree stays as it is")
	_, ok := tree.Lookup("c")
	assert.False(t, ok)
	assert.Equal(t, "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", tree.Hashes()["a"])
}
