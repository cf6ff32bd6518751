package release_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Once anything that can be reached looks a method up by a name it learns at run
// time, the linker must keep every exported method of every type: a sixth of the
// program that nobody calls. Template engines do that, and so do the tracing
// pages of grpc, which a build tag leaves out.
func TestTheLinkerMayLeaveOutMethods(t *testing.T) {
	assert.Empty(t, looksUpMethods(t, "../../cmd/mcpctl"),
		"no method can be left out as long as one is looked up by its name; do without, or have it written at compile time")

	guilty := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(guilty, "go.mod"), []byte("module example.com/guilty\n\ngo 1.26\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(guilty, "main.go"), []byte(`package main

import (
	"os"
	"reflect"
)

func main() { look(os.Args[0]) }

//go:noinline
func look(name string) { reflect.ValueOf(os.Stdout).MethodByName(name) }
`), 0o600))
	assert.Equal(t, "main.look, needed by\nmain.main", looksUpMethods(t, guilty), "a program that does must be found")
}

// looksUpMethods answers the first function of the program in dir that looks a
// method up by name, and who needs it up to main, "" if there is none. Others
// may just be methods that are kept because of the first. The flags are a
// release's, so that nothing is compiled twice.
func looksUpMethods(t *testing.T, dir string) string {
	t.Helper()
	build := exec.CommandContext(t.Context(), "go", append(asReleased(t), "-ldflags=-dumpdep", "-o", os.DevNull, ".")...)
	build.Dir = dir
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	var said bytes.Buffer
	build.Stderr = &said
	require.NoError(t, build.Run(), "%.2000s", &said)
	require.Contains(t, said.String(), " -> main.main\n", "the linker must say what needs what")

	by := map[string]string{} // what is needed, and what needed it first
	for line := range strings.Lines(said.String()) {
		from, to, found := strings.Cut(strings.TrimSuffix(line, "\n"), " -> ")
		if !found {
			continue
		}
		if by[bare(to)] == "" {
			by[bare(to)] = bare(from)
		}
		if strings.HasSuffix(to, " <ReflectMethod>") {
			return bare(to) + ", needed by\n" + needers(by, bare(to))
		}
	}
	return ""
}

// needers are those through which main needs something, the nearest first.
func needers(by map[string]string, name string) string {
	var all []string
	for range 100 { // no way is that long
		if name = by[name]; name == "" {
			break
		}
		all = append(all, name)
		if name == "main.main" {
			break
		}
	}
	return strings.Join(all, "\n")
}

// bare is a symbol without the linker's remarks on it.
func bare(symbol string) string {
	name, _, _ := strings.Cut(symbol, " <")
	return name
}
