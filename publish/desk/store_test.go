package desk_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/lockedfile"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/desk"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/registry"
)

func sumOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func echo(version string, more ...string) []byte {
	all := append([]string{`"$schema":"https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"`, `"name":"com.example/echo"`, `"description":"A server"`, `"version":"` + version + `"`}, more...)
	return []byte("{" + strings.Join(all, ",") + "}")
}

func open(t *testing.T, dir string) *desk.Store {
	t.Helper()
	s, err := desk.Create(dir)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return s
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			below, _ := filepath.Rel(dir, path)
			all = append(all, filepath.ToSlash(below))
		}
		return err
	}))
	return all
}

func TestTheFolderIsForPeople(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for _, version := range []string{"1.0.0", "2.0.0-RC.1", "1 & b/../c", "..", strings.Repeat("ü", 255)} {
		_, err := s.Publish(t.Context(), echo(version), "")
		require.NoError(t, err, version)
	}
	require.NoError(t, s.PutAttestations(t.Context(), []byte("{}\n"), ""))
	assert.Equal(t, []string{
		".lock",
		"attestations/" + sumOf([]byte("{}\n")) + ".jsonl",
		"servers/com.example/echo/%" + sumOf([]byte(strings.Repeat("ü", 255))) + ".json",
		"servers/com.example/echo/%2e..json",
		"servers/com.example/echo/1%20%26%20b%2f..%2fc.json",
		"servers/com.example/echo/1.0.0.json",
		"servers/com.example/echo/2.0.0-!r!c.1.json",
		"servers/com.example/echo/LATEST",
	}, files(t, dir))
	text, err := os.ReadFile(filepath.Join(dir, "servers/com.example/echo/1.0.0.json"))
	require.NoError(t, err)
	assert.Contains(t, string(text), "\n    \"name\": \"com.example/echo\",\n")
	latest, err := os.ReadFile(filepath.Join(dir, "servers/com.example/echo/LATEST"))
	require.NoError(t, err)
	assert.Equal(t, "2.0.0-RC.1\n", string(latest))
}

func TestOpen(t *testing.T) {
	_, err := desk.Open(filepath.Join(t.TempDir(), "absent"))
	assert.Equal(t, "store-unusable", refusal.Code(err))

	foreign := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(foreign, "main.go"), nil, 0o600))
	_, err = desk.Create(foreign)
	require.Equal(t, "store-unusable", refusal.Code(err))
	assert.ErrorContains(t, err, "main.go")
	assert.Equal(t, []string{"main.go"}, files(t, foreign))

	_, err = desk.Create(filepath.Join(foreign, "main.go"))
	assert.Equal(t, "store-unusable", refusal.Code(err))
}

// Damage of every kind is said, and never taken for an entry.
func TestDamage(t *testing.T) {
	const file = "servers/com.example/echo/1.0.0.json"
	for name, damage := range map[string]func(t *testing.T, path string){
		"cut off": func(t *testing.T, path string) { require.NoError(t, os.Truncate(path, 100)) },
		"empty":   func(t *testing.T, path string) { require.NoError(t, os.Truncate(path, 0)) },
		"of another version": func(t *testing.T, path string) {
			require.NoError(t, os.Rename(path, filepath.Join(filepath.Dir(path), "9.9.9.json")))
		},
		"too large": func(t *testing.T, path string) { require.NoError(t, os.Truncate(path, 5<<20)) },
		"a link to outside": func(t *testing.T, path string) {
			outside := filepath.Join(t.TempDir(), "x.json")
			require.NoError(t, os.Rename(path, outside))
			require.NoError(t, os.Symlink(outside, path))
		},
		"without status": func(t *testing.T, path string) {
			require.NoError(t, os.WriteFile(path, []byte(`{"server":{"name":"com.example/echo","version":"1.0.0"}}`), 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir)
			_, err := s.Publish(t.Context(), echo("1.0.0"), "")
			require.NoError(t, err)
			damage(t, filepath.Join(dir, file))
			_, err = s.Get(t.Context(), "com.example/echo", "1.0.0")
			assert.Equal(t, "store-unusable", refusal.Code(err))
			_, err = s.Search(t.Context(), registry.Query{})
			assert.Equal(t, "store-unusable", refusal.Code(err))
			_, err = s.Publish(t.Context(), echo("1.0.1"), "")
			assert.Equal(t, "store-unusable", refusal.Code(err))
		})
	}
	t.Run("attestations", func(t *testing.T) {
		dir := t.TempDir()
		s := open(t, dir)
		require.NoError(t, s.PutAttestations(t.Context(), []byte("{}\n"), ""))
		sum := sumOf([]byte("{}\n"))
		path := filepath.Join(dir, "attestations", sum+".jsonl")
		require.NoError(t, os.WriteFile(path, []byte("{ }\n"), 0o600))
		_, err := s.Attestations(t.Context(), sum)
		require.Equal(t, "store-unusable", refusal.Code(err))
		assert.ErrorContains(t, err, "has been changed")
		require.NoError(t, s.PutAttestations(t.Context(), []byte("{}\n"), ""), "storing them again mends it")
		_, err = s.Attestations(t.Context(), sum)
		assert.NoError(t, err)
		_, err = s.Attestations(t.Context(), "../servers")
		assert.Equal(t, "rejected", refusal.Code(err))
	})
}

// What a crash can leave behind between two writes is no harm.
func TestAfterACrash(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for _, version := range []string{"1.0.0", "2.0.0"} {
		_, err := s.Publish(t.Context(), echo(version), "")
		require.NoError(t, err)
	}
	server := filepath.Join(dir, "servers/com.example/echo")
	for name, left := range map[string]func() error{
		"a pointer to what was not written": func() error { return os.WriteFile(filepath.Join(server, "LATEST"), []byte("3.0.0\n"), 0o600) },
		"no pointer":                        func() error { return os.Remove(filepath.Join(server, "LATEST")) },
		"a staged file":                     func() error { return os.WriteFile(filepath.Join(server, ".staged-x.tmp"), []byte("{"), 0o600) },
	} {
		require.NoError(t, left(), name)
		latest, err := s.Get(t.Context(), "com.example/echo", "")
		require.NoError(t, err, name)
		assert.Equal(t, "2.0.0", latest.Version(), name)
	}
}

func TestOnlyOneOfManyPublishes(t *testing.T) {
	dir := t.TempDir()
	const writers = 8
	stores := make([]*desk.Store, writers)
	for i := range stores {
		stores[i] = open(t, dir) // as another process has one of its own
	}
	var all sync.WaitGroup
	codes := make([]string, writers)
	for i, s := range stores {
		all.Go(func() {
			_, err := s.Publish(context.Background(), echo("1.0.0"), "")
			codes[i] = refusal.Code(err)
			_, err = s.Publish(context.Background(), echo(fmt.Sprintf("1.%d.0", i+1)), "")
			assert.NoError(t, err)
		})
	}
	all.Wait()
	published := 0
	for _, code := range codes {
		if code == "" {
			published++
		} else {
			assert.Equal(t, "duplicate-version", code)
		}
	}
	assert.Equal(t, 1, published)
	entries, err := stores[0].Versions(t.Context(), "com.example/echo")
	require.NoError(t, err)
	latest := 0
	for _, e := range entries {
		if e.IsLatest {
			latest++
			assert.Equal(t, "1.8.0", e.Version())
		}
	}
	assert.Len(t, entries, writers+1)
	assert.Equal(t, 1, latest)
}

func TestAWriteWaitsOnlyAsLongAsItMay(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	unlock, err := lockedfile.MutexAt(filepath.Join(dir, ".lock")).Lock()
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.Publish(ctx, echo("1.0.0"), "")
	require.Equal(t, "store-unusable", refusal.Code(err))
	assert.ErrorIs(t, err, context.Canceled)
	unlock()
	_, err = s.Publish(t.Context(), echo("1.0.0"), "")
	assert.NoError(t, err, "who gave up holds no lock")
}

func TestEntriesByHand(t *testing.T) {
	dir := t.TempDir()
	server := filepath.Join(dir, "servers/com.example/echo")
	require.NoError(t, os.MkdirAll(server, 0o700))
	for _, version := range []string{"1.0.0", "1.1.0"} {
		text := `{"server":` + string(echo(version)) + `,"_meta":{"io.modelcontextprotocol.registry/official":{"status":"active","publishedAt":"2026-01-01T00:00:00Z"}}}`
		require.NoError(t, os.WriteFile(filepath.Join(server, version+".json"), []byte(text), 0o600))
	}
	latest, err := open(t, dir).Get(t.Context(), "com.example/echo", "latest")
	require.NoError(t, err)
	assert.Equal(t, "1.1.0", latest.Version())
}

// As many versions as the official registry has, and no more.
func TestVersionsAreBounded(t *testing.T) {
	dir := t.TempDir()
	server := filepath.Join(dir, "servers/com.example/echo")
	require.NoError(t, os.MkdirAll(server, 0o700))
	for i := range 9_999 {
		version := fmt.Sprintf("1.0.%d", i)
		text := `{"server":` + string(echo(version)) + `,"_meta":{"io.modelcontextprotocol.registry/official":{"status":"active","publishedAt":"2026-01-01T00:00:00Z"}}}`
		require.NoError(t, os.WriteFile(filepath.Join(server, version+".json"), []byte(text), 0o600))
	}
	s := open(t, dir)
	last, err := s.Publish(t.Context(), echo("1.0.9999"), "")
	require.NoError(t, err)
	assert.True(t, last.IsLatest)
	_, err = s.Publish(t.Context(), echo("1.0.10000"), "")
	assert.Equal(t, "rejected", refusal.Code(err))
	assert.ErrorContains(t, err, "10000")
}
