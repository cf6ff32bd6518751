package cli_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/cli"
)

// typing are streams of somebody who types lines on a terminal.
func typing(lines ...string) (s cli.Streams, out, err interface{ String() string }) {
	s, o, e := cli.Test(map[string]string{"PATH": os.Getenv("PATH")})
	s.In = strings.NewReader(strings.Join(lines, "\n") + "\n")
	s.InTTY, s.OutTTY, s.ErrTTY = true, true, true
	return s, o, e
}

const asking = "testdata/new"

func TestNewAsks(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "x")
	s, out, said := typing("Bad Name", "weather", "producton", "production", "", "hot", "cool")
	require.Equal(t, cli.ExitFine, cli.Main(t.Context(), s, []string{"new", "--template", "./" + asking, "--dir", dir}), said)
	assert.Contains(t, said.String(), "Name of the new server: ")
	assert.Contains(t, said.String(), "Try bad-name.\n")
	assert.Contains(t, said.String(), "Profile (lean, production) [production]: ")
	assert.Contains(t, said.String(), "Did you mean production?\n")
	assert.Contains(t, said.String(), "Copyright holder [The weather authors]: ")
	assert.Contains(t, said.String(), "How it greets (warm, cool) [warm]: ")
	assert.Contains(t, out.String(), "Made weather: ")
	record, err := os.ReadFile(filepath.Join(dir, "mcpctl.yaml"))
	require.NoError(t, err)
	assert.Contains(t, string(record), "  tone: cool\n")
	assert.Contains(t, string(record), "  holder: The weather authors\n")
}

func TestNewAsksOnlyWhatIsOpen(t *testing.T) {
	s, _, said := typing("warm")
	args := []string{"new", "weather", "--template", "./" + asking, "--profile", "lean", "--set", "holder=Me", "--dir", filepath.Join(t.TempDir(), "x")}
	require.Equal(t, cli.ExitFine, cli.Main(t.Context(), s, args), said)
	assert.Equal(t, "How it greets (warm, cool) [warm]: ", said.String())
}

func TestNewDoesNotAsk(t *testing.T) {
	for name, change := range map[string]func(*cli.Streams, *[]string){
		"with --yes":           func(_ *cli.Streams, args *[]string) { *args = append(*args, "--yes") },
		"of a pipe":            func(s *cli.Streams, _ *[]string) { s.InTTY = false },
		"where nobody watches": func(s *cli.Streams, _ *[]string) { s.ErrTTY = false },
	} {
		t.Run(name, func(t *testing.T) {
			s, _, said := typing("cool")
			args := []string{"new", "weather", "--template", "./" + asking, "--dir", filepath.Join(t.TempDir(), "x")}
			change(&s, &args)
			require.Equal(t, cli.ExitFine, cli.Main(t.Context(), s, args), said)
			assert.Empty(t, said.String())
		})
	}
}

// The end of the input takes the defaults; what has none cannot be made up.
func TestNewAtTheEndOfInput(t *testing.T) {
	s, _, said := typing()
	s.In = strings.NewReader("")
	assert.Equal(t, cli.ExitFine, cli.Main(t.Context(), s, []string{"new", "weather", "--template", "./" + asking, "--dir", filepath.Join(t.TempDir(), "x")}), said)

	s, _, said = typing()
	s.In = strings.NewReader("")
	assert.Equal(t, cli.ExitUsage, cli.Main(t.Context(), s, []string{"new", "--template", "./" + asking}))
	assert.Contains(t, said.String(), "Give the new server a name")

	s, _, said = typing("A", "B", "C", "D", "E", "f")
	assert.Equal(t, cli.ExitUsage, cli.Main(t.Context(), s, []string{"new", "--template", "./" + asking}))
	assert.Contains(t, said.String(), "5 answers could not be used")
}

// Ctrl-C at a question ends the command, though nobody types.
func TestNewInterruptedWhileAsking(t *testing.T) {
	dir := t.TempDir()
	silent, typist := io.Pipe()
	t.Cleanup(func() { assert.NoError(t, typist.Close()) })
	ctx, interrupt := context.WithCancel(t.Context())
	s, _, _ := typing()
	s.In = silent
	s.Err = writerFunc(func(p []byte) (int, error) {
		if strings.Contains(string(p), "Name of the new server") {
			interrupt()
		}
		return len(p), nil
	})
	assert.Equal(t, cli.ExitInterrupted, cli.Main(ctx, s, []string{"new", "--template", "./" + asking, "--dir", filepath.Join(dir, "x")}))
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestNewRuns(t *testing.T) {
	s, out, said := typing()
	dir := filepath.Join(t.TempDir(), "x")
	require.Equal(t, cli.ExitFine, cli.Main(t.Context(), s, []string{"new", "weather", "--template", "./" + asking, "--dir", dir, "--yes", "--run"}), said)
	assert.Regexp(t, `TOOL +SIGNATURE +DESCRIPTION\n`, out.String())
	assert.Regexp(t, `weather-greet +\(name string, times\? integer\) → object +Greets \\x1b\[2J`, out.String(), "without a control character")
	assert.NotContains(t, out.String(), "\x1b")
	assert.Regexp(t, `Built in .*s; tools/list was answered .*s after the start, in revision 2025-11-25\.`, out.String())
	assert.NoFileExists(t, filepath.Join(dir, "server"), "the build leaves nothing in the project")
}

func TestNewRunFails(t *testing.T) {
	for name, tc := range map[string]struct {
		args []string
		path string
		code int
		want string
	}{
		"no toolchain":    {nil, "/nowhere:/else", cli.ExitEnvironment, "building needs Go 1.26, and there is no go command in /nowhere, /else"},
		"broken code":     {[]string{"--with", "broken"}, "", cli.ExitEnvironment, "undefined: nothing"},
		"a silent server": {[]string{"--with", "silent"}, "", cli.ExitEnvironment, "ended"},
	} {
		t.Run(name, func(t *testing.T) {
			s, out, said := typing()
			if tc.path != "" {
				t.Setenv("PATH", tc.path)
				s.Getenv = os.LookupEnv
			}
			dir := filepath.Join(t.TempDir(), "x")
			args := append([]string{"new", "weather", "--template", "./" + asking, "--dir", dir, "--yes", "--run"}, tc.args...)
			assert.Equal(t, tc.code, cli.Main(t.Context(), s, args))
			assert.Contains(t, said.String(), tc.want)
			assert.Contains(t, out.String(), "Made weather", "the project is there all the same")
			assert.FileExists(t, filepath.Join(dir, "main.go"))
		})
	}
}
