package cli_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/mcpctl/mcpctl/publish/desk"
)

// asks is the key of what counts how often the network was asked.
type asks struct{}

// TestVerifyScripts runs what users of `mcpctl verify` see, each script beside the
// files of a signed release; verify_fixture_test.go makes them.
func TestVerifyScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script", "verify"),
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, "NO_COLOR=1", "COLUMNS=100")
			e.Values[asks{}] = new(atomic.Int64)
			return os.CopyFS(e.WorkDir, os.DirFS(verifyFixtures))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"put":      putEntry,
			"shelve":   shelveStatements,
			"status":   setStatus,
			"registry": serveRegistry,
			"serve":    serve,
			"watch":    watchNetwork,
			"asked":    networkAsked,
		},
	})
}

// shelveStatements puts a file of statements into the registry in a folder: shelve DIR FILE.
func shelveStatements(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: shelve DIR FILE")
	}
	store, err := desk.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	defer func() { _ = store.Close() }()
	ts.Check(store.PutAttestations(context.Background(), []byte(ts.ReadFile(args[1])), ""))
}

// setStatus sets the status of a version in a folder: status DIR NAME VERSION STATUS MESSAGE.
func setStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 5 {
		ts.Fatalf("usage: status DIR NAME VERSION STATUS MESSAGE")
	}
	store, err := desk.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	defer func() { _ = store.Close() }()
	ts.Check(store.Status(context.Background(), args[1], args[2], args[3], args[4], ""))
}

// watchNetwork lets programs ask the network through a proxy that only counts.
func watchNetwork(ts *testscript.TestScript, _ bool, _ []string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	count := ts.Value(asks{}).(*atomic.Int64)
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			count.Add(1)
			_ = c.Close()
		}
	}()
	ts.Defer(func() { _ = listener.Close() })
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY"} {
		ts.Setenv(name, "http://"+listener.Addr().String())
	}
}

// networkAsked asserts that something was asked, or, negated, that nothing was.
func networkAsked(ts *testscript.TestScript, neg bool, _ []string) {
	if n := ts.Value(asks{}).(*atomic.Int64).Load(); (n > 0) == neg {
		ts.Fatalf("the network was asked %d times", n)
	}
}
