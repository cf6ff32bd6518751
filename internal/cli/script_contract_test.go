package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestContractScripts runs what users of `mcpctl contract` see, beside the files
// of a signed release and snapshots of real servers.
func TestContractScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script", "contract"),
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, "NO_COLOR=1", "COLUMNS=100", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null")
			pairs := filepath.Join("..", "..", "conformance", "contract", "testdata", "pairs")
			if err := os.CopyFS(filepath.Join(e.WorkDir, "real"), os.DirFS(pairs)); err != nil {
				return err
			}
			return os.CopyFS(e.WorkDir, os.DirFS(verifyFixtures))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve": serve, "put": putEntry, "shelve": shelveStatements, "commit": commitFile,
		},
	})
}

// commitFile commits a file to a repository in this folder: commit FILE TAG.
func commitFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: commit FILE TAG")
	}
	for _, words := range [][]string{{"init", "-q"}, {"add", "--", args[0]}, {"-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false", "commit", "-q", "-m", args[1]}, {"tag", args[1]}} {
		cmd := exec.Command("git", words...)
		cmd.Dir = ts.MkAbs(".")
		out, err := cmd.CombinedOutput()
		if err != nil {
			ts.Fatalf("git %v: %v: %s", words, err, out)
		}
	}
}
