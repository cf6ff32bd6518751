package servers_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/servers"
)

var update = flag.Bool("update", false, "rewrite what must be found")

// lay writes an archive's files below a folder. $WORK in them is that folder.
func lay(t *testing.T, dir string, archive *txtar.Archive) (want string) {
	t.Helper()
	for _, f := range archive.Files {
		if f.Name == "want" {
			want = string(f.Data)
			continue
		}
		path := filepath.Join(dir, f.Name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		text := strings.ReplaceAll(string(f.Data), "$WORK", filepath.ToSlash(dir))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return want
}

func places(dir, system string) servers.Places {
	env := map[string]string{"APPDATA": filepath.Join(dir, "roaming")}
	return servers.Places{OS: system, Home: filepath.Join(dir, "home"), Folder: filepath.Join(dir, "shop"),
		Getenv: func(k string) (string, bool) { v, ok := env[k]; return v, ok }}
}

// told is everything that was found, as text.
func told(dir string, found servers.Found) string {
	var out strings.Builder
	path := func(s string) string { return strings.ReplaceAll(filepath.ToSlash(s), filepath.ToSlash(dir), "$WORK") }
	for _, f := range found.Files {
		fmt.Fprintf(&out, "%s\n  %s, %s, %d servers\n", path(f.Path), f.Client, f.Scope, f.Servers)
		for _, p := range f.Problems {
			fmt.Fprintf(&out, "  ! %s\n", path(p.Error()))
		}
		for _, s := range found.Servers {
			if s.File == f.Path {
				tellServer(&out, s, path)
			}
		}
	}
	return out.String()
}

func tellServer(out *strings.Builder, s servers.Server, path func(string) string) {
	fmt.Fprintf(out, "  %d %s: %s\n", s.Line, s.Name, path(s.Shown()))
	row := func(label, text string) {
		if text != "" {
			fmt.Fprintf(out, "      %s %s\n", label, path(text))
		}
	}
	row("disabled:", s.Disabled)
	row("over", string(s.Transport))
	row("in", s.Dir)
	for _, v := range s.Env {
		row("env", v.Name)
	}
	for _, h := range s.Headers {
		row("header", h.Name)
	}
	for _, r := range s.Refs() {
		row("needs", r.String()+" for "+r.Where)
	}
	for _, r := range s.Unreplaced() {
		row("as it stands:", r.Name+" in "+r.Where)
	}
	for _, p := range s.Problems {
		row("!", p.Error())
	}
}

// TestHomes finds what each client of each system has, with file and line.
func TestHomes(t *testing.T) {
	all, err := filepath.Glob("testdata/homes/*.txtar")
	require.NoError(t, err)
	require.Len(t, all, 4)
	for _, file := range all {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			require.NoError(t, err)
			dir := t.TempDir()
			want := lay(t, dir, archive)
			system := name
			if name == "broken" {
				system = "linux"
			}
			got := told(dir, servers.Find(places(dir, system)))
			if *update {
				archive.Files[len(archive.Files)-1].Data = []byte(got)
				require.NoError(t, os.WriteFile(file, txtar.Format(archive), 0o644))
				want = got
			}
			assert.Equal(t, want, got)
		})
	}
}
