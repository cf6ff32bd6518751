package cli_test

import (
	"context"
	"flag"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/mcpctl/mcpctl/internal/cli"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

var update = flag.Bool("update", false, "rewrite the expected output of the scripts")

// TestMain lets scripts run mcpctl, through its real main function, a
// conforming or faulty server, and hostile ones.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"mcpctl":  mcpctlMain,
		"server":  serverMain,
		"hostile": hostileMain,
		// What opens pages, on each system.
		"xdg-open": browserMain, "open": browserMain, "rundll32": browserMain,
		"looked": lookedMain,
	})
}

func mcpctlMain() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Main(ctx, cli.OS(), os.Args[1:])
	stop()
	os.Exit(code)
}

// TestScripts runs what users see, one behaviour a file.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script"),
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, "NO_COLOR=1", "COLUMNS=100")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve": serve,
		},
	})
}

// faulty are the faults that scripts can ask a server for.
func faulty(name string) mcptest.Faults {
	switch name {
	case "pong":
		return mcptest.SetIn("ping", "/pong", true)
	case "long-name":
		return mcptest.SetIn("tools/list", "/tools/echo/name", strings.Repeat("n", 200))
	case "no-tools":
		return mcptest.Refuse("tools/list", mcp.CodeInternalError, "the list is lost")
	case "escapes":
		return mcptest.SetIn("ping", "/\x1b[2Jevil\u202e", true)
	case "banner":
		return mcptest.Faults{Banner: []byte("Server starting on stdio\nready.\n")}
	case "":
		return mcptest.Faults{}
	}
	panic("no such fault: " + name)
}

// reference is the conforming server with the faults named.
func reference(faults ...string) *mcptest.Server {
	s := mcptest.New()
	var all []mcptest.Faults
	for _, name := range faults {
		all = append(all, faulty(name))
	}
	s.Faults = mcptest.Combine(all...)
	return s
}

// serverMain is the reference server as a process: server [FAULT…].
func serverMain() {
	pipe, err := reference(os.Args[1:]...).Pipe(context.Background())
	if err != nil {
		panic(err)
	}
	go func() {
		_, _ = io.Copy(pipe.Stdin, os.Stdin)
		_ = pipe.Stdin.Close()
	}()
	_, _ = io.Copy(os.Stdout, pipe.Stdout)
	_ = pipe.Wait()
}

// serve starts the reference server over HTTP, with the faults named, and puts
// its address into a variable: serve http|sse NAME [FAULT…].
func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: serve http|sse NAME [FAULT…]")
	}
	target := reference(args[2:]...).Target(scriptTB{ts: ts}, mcp.TransportKind(args[0]))
	ts.Setenv(args[1], target.URL)
}

// scriptTB lends a script's life to helpers that want a testing.TB.
type scriptTB struct {
	testing.TB
	ts *testscript.TestScript
}

func (s scriptTB) Helper()                   {}
func (s scriptTB) Cleanup(f func())          { s.ts.Defer(f) }
func (s scriptTB) Fatal(args ...any)         { s.ts.Fatalf("%v", args) }
func (s scriptTB) Fatalf(f string, a ...any) { s.ts.Fatalf(f, a...) }
