package scaffold_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold"
)

// written compares a folder with a plan, byte for byte and nothing else.
func written(t *testing.T, p *scaffold.Plan, dir string) {
	t.Helper()
	var found []string
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			below, _ := filepath.Rel(dir, path)
			found = append(found, filepath.ToSlash(below))
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			f, _ := p.Tree.Lookup(filepath.ToSlash(below))
			assert.Equal(t, string(f.Data), string(data))
		}
		return err
	}))
	assert.ElementsMatch(t, paths(p.Tree), found)
}

// names are what a folder has.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	all := []string{}
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func TestApplyNewFolder(t *testing.T) {
	parent := t.TempDir()
	p := plan(t, filepath.Join(parent, "x"), scaffold.Given{})
	require.NoError(t, p.Ready())
	assert.Empty(t, names(t, parent), "asking writes nothing")
	require.NoError(t, p.Apply(t.Context()))
	written(t, p, p.Dest)
	assert.Equal(t, []string{"x"}, names(t, parent))
	info, err := os.Stat(filepath.Join(p.Dest, "scripts/run.sh"))
	require.NoError(t, err)
	assert.NotZero(t, info.Mode()&0o100, "a script can be run")

	var refused *scaffold.DestinationError
	require.True(t, errors.As(p.Apply(t.Context()), &refused), "a second time it is refused")
	assert.ErrorContains(t, refused, "not empty")
	written(t, p, p.Dest)
}

// An empty folder is filled and stays the folder that it was: the user may
// stand in it.
func TestApplyEmptyFolder(t *testing.T) {
	dest := t.TempDir()
	before, err := os.Stat(dest)
	require.NoError(t, err)
	p := plan(t, dest, scaffold.Given{})
	require.NoError(t, p.Apply(t.Context()))
	written(t, p, dest)
	after, err := os.Stat(dest)
	require.NoError(t, err)
	assert.True(t, os.SameFile(before, after))

	here := t.TempDir()
	p = plan(t, ".", scaffold.Given{})
	t.Chdir(here)
	require.NoError(t, p.Apply(t.Context()))
	written(t, p, here)
}

func TestDestinations(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	require.NoError(t, os.WriteFile(at("file"), nil, 0o600))
	require.NoError(t, os.MkdirAll(at("full/.hidden"), 0o700))
	require.NoError(t, os.MkdirAll(at("real"), 0o700))
	require.NoError(t, os.Symlink("real", at("link")))
	require.NoError(t, os.Symlink("nowhere", at("dangling")))
	require.NoError(t, os.Symlink("loop", at("loop")))
	for name, want := range map[string]string{
		"file":       "it exists and is a file",
		"full":       "it exists and is not empty: it has .hidden",
		"link":       "it is a symbolic link",
		"dangling":   "it is a symbolic link",
		"no/x":       "above it does not exist",
		"file/x":     "not a directory",
		"dangling/x": "above it does not exist",
		"loop/x":     "too many",
	} {
		p := plan(t, at(name), scaffold.Given{})
		for _, err := range []error{p.Ready(), p.Apply(t.Context())} {
			var refused *scaffold.DestinationError
			require.True(t, errors.As(err, &refused), "%s: %v", name, err)
			assert.ErrorContains(t, err, want, name)
		}
	}
	p := plan(t, at("link/x"), scaffold.Given{})
	require.NoError(t, p.Apply(t.Context()), "links above the destination are followed")
	written(t, p, at("real/x"))
	assert.ElementsMatch(t, []string{"dangling", "file", "full", "link", "loop", "real"}, names(t, dir), "nothing else is left")
}

// interrupting ends after its Err was asked for so many times.
type interrupting struct {
	context.Context
	left  *int
	panic bool
}

func (c interrupting) Err() error {
	if *c.left--; *c.left > 0 {
		return nil
	}
	if c.panic {
		panic("in the middle")
	}
	return context.Canceled
}

// Wherever it is interrupted, nothing is left behind.
func TestInterruptedApplyLeavesNothing(t *testing.T) {
	most := len(plan(t, "x", scaffold.Given{}).Tree) + 1
	for after := 1; after <= most; after++ {
		for _, existing := range []bool{false, true} {
			parent := t.TempDir()
			dest := filepath.Join(parent, "x")
			want := []string{}
			if existing {
				require.NoError(t, os.Mkdir(dest, 0o700))
				want = []string{"x"}
			}
			left := after
			err := plan(t, dest, scaffold.Given{}).Apply(interrupting{t.Context(), &left, false})
			require.ErrorIs(t, err, context.Canceled)
			assert.Equal(t, want, names(t, parent))

			left = after
			assert.PanicsWithValue(t, "in the middle", func() {
				_ = plan(t, dest, scaffold.Given{}).Apply(interrupting{t.Context(), &left, true})
			})
			assert.Equal(t, want, names(t, parent))
			if existing {
				assert.Empty(t, names(t, dest))
			}
		}
	}
}

// meddling puts something where the project is about to go.
type meddling struct {
	context.Context
	left *int
	do   func()
}

func (c meddling) Err() error {
	if *c.left--; *c.left == 0 {
		c.do()
	}
	return nil
}

func TestApplyNeverOverwrites(t *testing.T) {
	last := len(plan(t, "x", scaffold.Given{}).Tree) + 1
	for name, existing := range map[string]bool{"new": false, "existing": true} {
		t.Run(name, func(t *testing.T) {
			parent := t.TempDir()
			dest := filepath.Join(parent, "x")
			theirs := dest
			if existing {
				require.NoError(t, os.Mkdir(dest, 0o700))
				theirs = filepath.Join(dest, "main.go")
			}
			left := last
			put := func() { require.NoError(t, os.WriteFile(theirs, []byte("theirs"), 0o600)) }
			err := plan(t, dest, scaffold.Given{}).Apply(meddling{t.Context(), &left, put})
			require.ErrorContains(t, err, "has appeared meanwhile")
			data, err := os.ReadFile(theirs)
			require.NoError(t, err)
			assert.Equal(t, "theirs", string(data))
			assert.Equal(t, []string{filepath.Base(theirs)}, names(t, filepath.Dir(theirs)))
		})
	}
}

// A plan that was tampered with is confined all the same.
func TestApplyRefusesBadTrees(t *testing.T) {
	for _, path := range []string{"../x", "/x", "a/../../x", ".git/hooks/x"} {
		parent := t.TempDir()
		p := plan(t, filepath.Join(parent, "x"), scaffold.Given{})
		p.Tree = scaffold.NewTree(scaffold.File{Path: path, Mode: 0o644})
		assert.Error(t, p.Apply(t.Context()), path)
		assert.Empty(t, names(t, parent))
	}
}
