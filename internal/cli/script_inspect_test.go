package cli_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// TestInspectScripts runs the commands that look into a server, on servers over
// stdio (looked FAULT…) and HTTP.
func TestInspectScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script", "inspect"),
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, "NO_COLOR=1", "COLUMNS=100", "GORACE=atexit_sleep_ms=0")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"look":   look,
			"exits":  exits,
			"pester": pester,
		},
	})
}

// look starts a server over HTTP and puts its address into a variable:
// look http|sse NAME [FAULT…].
func look(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: look http|sse NAME [FAULT…]")
	}
	target := looked(args[2:]...).Target(scriptTB{ts: ts}, mcp.TransportKind(args[0]))
	ts.Setenv(args[1], target.URL)
}

// exits runs a command that must end with a code: exits CODE COMMAND….
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%v exits with code %d, not %d", args[1:], got, want)
	}
}

// pester changes a resource again and again, as another client, until the script
// ends: pester URL URI.
func pester(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: pester URL URI")
	}
	o := mcp.Options{Revision: mcp.Rev20250618, Limits: mcptest.Limits()}
	s, err := mcp.Connect(context.Background(), mcp.Target{URL: args[0]}, o)
	ts.Check(err)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		defer func() { _ = s.Close(context.Background()) }()
		params := map[string]any{"name": "change", "arguments": map[string]any{"what": "resource", "uri": args[1]}}
		for ctx.Err() == nil {
			s.Call(ctx, "tools/call", params)
			select {
			case <-ctx.Done():
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
	ts.Defer(func() { stop(); running.Wait() })
}

// lookedMain is the server as a process: looked FAULT….
func lookedMain() {
	for _, name := range os.Args[1:] {
		if name == "stubborn" {
			signal.Ignore(syscall.SIGTERM)
		}
	}
	time.AfterFunc(time.Minute, func() { os.Exit(98) }) // whatever a test forgets
	pipe, err := looked(os.Args[1:]...).Pipe(context.Background())
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

// looked is the conforming server, changed in the ways named.
func looked(names ...string) *mcptest.Server {
	s := mcptest.New()
	s.PageSize = 4
	var faults []mcptest.Faults
	for _, name := range names {
		switch name {
		case "hostile":
			faults = append(faults, poison("description", "title", "text", "message", "data", "logger", "instructions", "version", "mimeType", "level"))
		case "hostile-names":
			faults = append(faults, poison("name", "uri", "uriTemplate", "values", "role", "mimeType"))
		case "stubborn":
			faults = append(faults, mcptest.Faults{IgnoreEOF: true, IgnoreTerm: true})
		case "silent":
			faults = append(faults, mcptest.Ignore("tools/call"))
		case "wrong-output":
			faults = append(faults, mcptest.SetIn("tools/call", "/structuredContent", map[string]any{"sum": "three"}))
		case "old":
			s.Revisions = []mcp.Revision{mcp.Rev20250326}
		case "stateless":
			s.Revisions = []mcp.Revision{mcp.Rev20260728}
		case "locked":
			s.Token = "CANARY-0123456789"
		case "many":
			s.PageSize = 500
			for i := range 5000 {
				s.Tools = append(s.Tools, mcptest.Tool{Name: fmt.Sprintf("tool-%d", i), Descriptor: map[string]any{"inputSchema": map[string]any{"type": "object"}}})
			}
		case "large":
			s.Tools = append(s.Tools, largeTool())
		default:
			panic("no such change: " + name)
		}
	}
	s.Faults = mcptest.Combine(faults...)
	return s
}

// largeTool gives a text of many megabytes.
func largeTool() mcptest.Tool {
	return mcptest.Tool{
		Name:       "large",
		Descriptor: map[string]any{"inputSchema": map[string]any{"type": "object", "properties": map[string]any{"mb": map[string]any{"type": "integer"}}}},
		Call: func(c *mcptest.Call) (map[string]any, error) {
			mb, _ := c.Arguments.Get("mb").Int()
			text := make([]byte, mb<<20)
			for i := range text {
				text[i] = 'x'
			}
			return mcptest.Content(mcptest.Text(string(text))), nil
		},
	}
}

// venom is what no terminal may be sent: a title, the clipboard, colours, C1
// codes, bidirectional and invisible characters.
const venom = "\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x1b[31m\u009b2J\u202e\u200b\U000e0041\r"

// poison puts venom into the strings that stand under the keys, wherever they
// are in what the server sends.
func poison(keys ...string) mcptest.Faults {
	bad := map[string]bool{}
	for _, key := range keys {
		bad[key] = true
	}
	var walk func(v any, in bool) any
	walk = func(v any, in bool) any {
		switch v := v.(type) {
		case string:
			if in {
				return v + venom
			}
		case map[string]any:
			for k, member := range v {
				v[k] = walk(member, bad[k])
			}
		case []any:
			for i, item := range v {
				v[i] = walk(item, in)
			}
		}
		return v
	}
	return mcptest.Faults{Edit: func(_ *mcptest.Context, out map[string]any) {
		for _, member := range []string{"result", "params", "error"} {
			if v, ok := out[member]; ok {
				out[member] = walk(v, false)
			}
		}
		if _, err := json.Marshal(out); err != nil {
			panic(err)
		}
	}}
}
