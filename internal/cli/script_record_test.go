package cli_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/mcpctl/mcpctl/internal/cli"
	"github.com/mcpctl/mcpctl/testservers"
)

// TestRecordScripts runs record and replay, on the reference server over stdio
// (server FAULT…) and HTTP.
func TestRecordScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script", "record"),
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, "NO_COLOR=1", "COLUMNS=100", "GORACE=atexit_sleep_ms=0")
			e.Values["running"] = map[string]func() int{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve": serve,
			"exits": exits,
			"while": while,
		},
	})
}

// TestRecordRealServers does so with the pinned real servers.
func TestRecordRealServers(t *testing.T) {
	dir := testservers.Dir(t)
	everything := testservers.Find(t, dir, "everything")
	urls := []string{
		"EVERYTHING=" + testservers.StartHTTP(t, everything), "SSE=" + testservers.StartSSE(t, everything),
		"PYTHON=" + testservers.StartHTTP(t, testservers.Find(t, dir, "python")),
	}
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script", "recordreal"),
		Setup: func(e *testscript.Env) error {
			bin := filepath.Join(e.WorkDir, "bin")
			e.Vars = append(append(e.Vars, urls...), "NO_COLOR=1", "COLUMNS=100", "PATH="+bin+string(filepath.ListSeparator)+e.Getenv("PATH"))
			e.Values["running"] = map[string]func() int{}
			if err := os.Mkdir(bin, 0o755); err != nil {
				return err
			}
			for _, name := range []string{"everything", "go-sdk"} {
				words := testservers.Find(t, dir, name).Stdio
				script := "#!/bin/sh\nexec '" + strings.Join(words, "' '") + "'\n"
				if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755); err != nil {
					return err
				}
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"while": while},
	})
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+\S*`)

// while runs mcpctl until the script ends or calls it with the name alone, and
// puts the address that it tells into a variable of that name:
// while NAME COMMAND… · while NAME.
func while(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: while NAME COMMAND…, or while NAME to end it")
	}
	running := ts.Value("running").(map[string]func() int)
	if len(args) == 1 {
		end := running[args[0]]
		if end == nil {
			ts.Fatalf("nothing called %s runs", args[0])
		}
		if code := end(); code != 0 {
			ts.Fatalf("%s has ended with code %d", args[0], code)
		}
		return
	}
	for i, word := range args {
		if strings.HasSuffix(word, ".mcpl") {
			args[i] = ts.MkAbs(word)
		}
	}
	lines, stderr := io.Pipe()
	s, _, _ := cli.Test(nil)
	s.Err = stderr
	ctx, stop := context.WithCancel(context.Background())
	code := make(chan int, 1)
	go func() {
		code <- cli.Main(ctx, s, args[1:])
		_ = stderr.Close()
	}()
	from := bufio.NewReader(lines)
	said, at := "", ""
	for at == "" {
		line, err := from.ReadString('\n')
		if said += line; err != nil {
			stop()
			ts.Fatalf("%v tells no address: %s", args, said)
		}
		at = address.FindString(line)
	}
	go func() { _, _ = io.Copy(io.Discard, from) }()
	ended := -1
	end := func() int {
		stop()
		if ended < 0 {
			ended = <-code
		}
		return ended
	}
	ts.Defer(func() { end() })
	ts.Setenv(args[0], strings.TrimRight(at, ";"))
	running[args[0]] = end
}
