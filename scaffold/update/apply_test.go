package update_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold"
	"github.com/mcpctl/mcpctl/scaffold/update"
)

var errBroken = errors.New("the disk is full")

// killed stands for the end of the process: nothing after it runs.
type killed struct{}

// small is a version of a template with one change of each kind between both.
func small(t *testing.T, version string, files map[string]string) *scaffold.Template {
	t.Helper()
	fsys := fstest.MapFS{"template.yaml": {Data: []byte("id: small\ntitle: x\nlanguage: go\nversion: " + version + "\n")}}
	for name, text := range files {
		fsys["_project/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	template, err := scaffold.Load(fsys, scaffold.Builtin, nil)
	require.NoError(t, err)
	return template
}

var (
	oldFiles = map[string]string{"main.go": "package main\n\n// 1\n\nfunc main() {}\n", "audit.go": "package main // 1\n", "old/gone.md": "1\n", "docs/guide.md": "1\n\n2\n\n3\n"}
	newFiles = map[string]string{"main.go": "package main\n\n// 2\n\nfunc main() {}\n", "audit.go": "package main // 2\n", "new/deep/fresh.md": "2\n", "docs/handbook.md": "one\n\n2\n\n3\n"}
)

// edited is a project with every kind of change ahead of it.
func edited(t *testing.T) string {
	t.Helper()
	dir := project(t, small(t, "1.0.0", oldFiles), scaffold.Given{})
	edit(t, dir, "main.go", "func main() {}", "func main() { mine() }")
	edit(t, dir, "docs/guide.md", "3\n", "3 and four\n")
	require.NoError(t, os.Chmod(filepath.Join(dir, "main.go"), 0o755))
	return dir
}

// ahead plans its update.
func ahead(t *testing.T, dir string) *update.Plan {
	t.Helper()
	p, err := update.NewPlan(t.Context(), update.Request{
		Dir: dir, Base: small(t, "1.0.0", oldFiles), Wanted: small(t, "2.0.0", newFiles),
		Renames: []update.Rename{{From: "docs/guide.md", To: "docs/handbook.md", Since: "2.0.0"}},
	})
	require.NoError(t, err)
	return p
}

// A step fails, whichever it is: the folder is as it was, or wholly updated.
func TestEveryStepMayFail(t *testing.T) {
	steps := everyStep(t, func(t *testing.T, dir string, before func(string) error) {
		err := ahead(t, dir).ApplyBroken(t.Context(), before)
		if err != nil {
			require.ErrorIs(t, err, errBroken)
		}
	}, func(string) error { return errBroken })
	assert.Greater(t, steps, 30)
}

// The process is killed, at whichever step: the next run finds the old state or
// the new one.
func TestEveryStepMayBeTheLast(t *testing.T) {
	steps := everyStep(t, func(t *testing.T, dir string, before func(string) error) {
		kill(t, func() { _ = ahead(t, dir).ApplyBroken(t.Context(), before) })
		_, err := update.Recover(dir)
		require.NoError(t, err)
	}, func(string) error { panic(killed{}) })
	assert.Greater(t, steps, 30)
}

// kill runs f until it is killed.
func kill(t *testing.T, f func()) {
	t.Helper()
	defer func() {
		if _, ok := recover().(killed); !ok {
			return // it came to its end
		}
	}()
	f()
}

// everyStep breaks the update off before its first step, its second, and so on,
// until one goes through, and compares what is left with before and after.
func everyStep(t *testing.T, run func(t *testing.T, dir string, before func(string) error), breakOff func(string) error) int {
	t.Helper()
	whole := edited(t)
	require.NoError(t, ahead(t, whole).Apply(t.Context(), false))
	after := snapshot(t, whole)
	for n := 0; ; n++ {
		require.Less(t, n, 500, "the update never ends")
		dir := edited(t)
		before := snapshot(t, dir)
		left, last, broken := n, "", false
		run(t, dir, func(what string) error {
			left--
			if left == -1 {
				last, broken = what, true
				return breakOff(what)
			}
			return nil
		})
		if !broken {
			assert.Equal(t, after, snapshot(t, dir))
			return n
		}
		_, err := update.Recover(dir)
		require.NoError(t, err, "after %s", last)
		now := snapshot(t, dir)
		if !assert.ObjectsAreEqual(after, now) {
			require.Equal(t, before, now, "broken off before: %s", last)
		}
		if n%10 == 0 { // nothing stands in the way of another attempt
			require.NoError(t, ahead(t, dir).Apply(t.Context(), false), "after %s", last)
			require.Equal(t, after, snapshot(t, dir), "after %s", last)
		}
	}
}

// Restoring may be broken off as well.
func TestRecoveryMayBeBrokenOff(t *testing.T) {
	for n := 0; ; n++ {
		require.Less(t, n, 200)
		dir := edited(t)
		before := snapshot(t, dir)
		kill(t, func() {
			_ = ahead(t, dir).ApplyBroken(t.Context(), func(what string) error {
				if what == "remove .mcpctl-update/journal.json" {
					panic(killed{})
				}
				return nil
			})
		})
		left, done := n, true
		kill(t, func() {
			_ = update.RecoverBroken(dir, func(string) error {
				left--
				if left == -1 {
					done = false
					panic(killed{})
				}
				return nil
			})
		})
		_, err := update.Recover(dir)
		require.NoError(t, err)
		require.Equal(t, before, snapshot(t, dir), "step %d", n)
		if done {
			assert.Greater(t, n, 10)
			return
		}
	}
}

// After an interruption the user went on working: nothing of it is lost.
func TestRecoveryLeavesNewWorkAlone(t *testing.T) {
	dir := edited(t)
	p := ahead(t, dir)
	kill(t, func() {
		_ = p.ApplyBroken(t.Context(), func(what string) error {
			if what == "remove .mcpctl-update/journal.json" {
				panic(killed{})
			}
			return nil
		})
	})
	write(t, dir, "audit.go", "package main // written after the crash")
	left := snapshot(t, dir)
	assert.True(t, update.Interrupted(dir))
	_, err := update.Recover(dir)
	require.ErrorContains(t, err, "audit.go was changed since then")
	assert.Equal(t, left, snapshot(t, dir))

	require.ErrorContains(t, p.Apply(t.Context(), false), "one was interrupted")
	assert.Equal(t, left, snapshot(t, dir), "an update does not go over it")
}

func TestJournalOfAStranger(t *testing.T) {
	for name, journal := range map[string]string{
		"that leads out": `{"schema":"mcpctl.update-journal/v1","files":[{"path":"../x","old":"","new":""}]}`,
		"of the future":  `{"schema":"mcpctl.update-journal/v9","files":[]}`,
		"cut off":        `{"schema":`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := edited(t)
			write(t, dir, ".mcpctl-update/journal.json", journal)
			before := snapshot(t, dir)
			_, err := update.Recover(dir)
			require.ErrorContains(t, err, "journal")
			assert.Equal(t, before, snapshot(t, dir))
		})
	}
}

func TestNothingToRecover(t *testing.T) {
	dir := edited(t)
	found, err := update.Recover(dir)
	require.NoError(t, err)
	assert.False(t, found)
	assert.False(t, update.Interrupted(dir))
}

// Between planning and applying the user saves a file.
func TestChangedMeanwhile(t *testing.T) {
	dir := edited(t)
	p := ahead(t, dir)
	edit(t, dir, "audit.go", "1", "mine")
	before := snapshot(t, dir)
	require.ErrorContains(t, p.Apply(t.Context(), false), "audit.go has changed since the update was planned")
	assert.Equal(t, before, snapshot(t, dir))
}

func TestInterrupted(t *testing.T) {
	dir := edited(t)
	p := ahead(t, dir)
	before := snapshot(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, p.Apply(ctx, false), context.Canceled)
	assert.Equal(t, before, snapshot(t, dir))
}
