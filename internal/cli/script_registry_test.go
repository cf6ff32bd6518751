package cli_test

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/mcpctl/mcpctl/publish/desk"
)

// TestRegistryScripts runs what users of `mcpctl registry` see, with a registry
// at hand and tokens in files: a keychain would be that of whoever tests.
func TestRegistryScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script", "registry"),
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, "NO_COLOR=1", "COLUMNS=100", "MCPCTL_CREDENTIALS=file", "MCPCTL_CONFIG_DIR="+filepath.Join(e.WorkDir, "config"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"registry": serveRegistry,
			"put":      putEntry,
		},
	})
}

// serveRegistry serves the registry in a folder over HTTP, and puts its address
// into a variable: registry NAME DIR [anyone|nobody|expired]. At nobody's, who
// proves nothing gets no namespace of others; at expired's, tokens have ended.
func serveRegistry(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: registry NAME DIR [anyone|nobody|expired]")
	}
	o := desk.Options{AnyNamespace: true}
	for _, word := range args[2:] {
		switch word {
		case "nobody":
			o.AnyNamespace = false
		case "expired":
			o.Now = func() time.Time { return time.Now().Add(-time.Hour) }
		}
	}
	store, err := desk.Create(ts.MkAbs(args[1]))
	ts.Check(err)
	server := httptest.NewServer(desk.Handler(store, o))
	ts.Defer(func() { server.Close(); _ = store.Close() })
	ts.Setenv(args[0], server.URL)
}

// putEntry publishes files into the registry in a folder: put DIR FILE….
func putEntry(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: put DIR FILE…")
	}
	store, err := desk.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	defer func() { _ = store.Close() }()
	for _, file := range args[1:] {
		b, err := os.ReadFile(ts.MkAbs(file))
		ts.Check(err)
		_, err = store.Publish(context.Background(), b, "")
		ts.Check(err)
	}
}
