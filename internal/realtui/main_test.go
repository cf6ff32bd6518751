//go:build unix

package realtui_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/mcpctl/mcpctl/internal/cli"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// The parts that the test's own program plays when it is started by name.
const (
	asProgram = "play-mcpctl"
	asServer  = "play-server"
	asEditor  = "play-editor"
)

// TestMain lets the terminal start mcpctl, a server that dies, and an editor.
func TestMain(m *testing.M) {
	if len(os.Args) < 2 {
		os.Exit(m.Run())
	}
	switch os.Args[1] {
	case asProgram: // as main does
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		code := cli.Main(ctx, cli.OS(), os.Args[2:])
		stop()
		os.Exit(code)
	case asServer:
		serve()
	case asEditor:
		edit(os.Args[len(os.Args)-1])
	default:
		os.Exit(m.Run())
	}
}

// serve is a server on standard streams. It writes its process id to the file
// named by REALTUI_PID, has a tool that ends it in the middle of a call, and one
// with a result of ten megabytes.
func serve() {
	s := mcptest.New()
	schema := map[string]any{"inputSchema": map[string]any{"type": "object"}}
	s.Tools = []mcptest.Tool{{
		Name: "die", Descriptor: schema,
		Call: func(*mcptest.Call) (map[string]any, error) { os.Exit(7); return nil, nil },
	}, {
		Name: "huge", Descriptor: schema,
		Call: func(*mcptest.Call) (map[string]any, error) {
			return mcptest.Content(mcptest.Text(strings.Repeat("a line of ten megabytes\n", 450_000))), nil
		},
	}, {
		Name: "wait", Descriptor: schema,
		Call: func(c *mcptest.Call) (map[string]any, error) { <-c.Done(); return mcptest.Content(), nil },
	}, {
		Name:       "take",
		Descriptor: map[string]any{"inputSchema": map[string]any{"type": "object", "properties": map[string]any{"text": map[string]any{"type": "string"}}}},
		Call: func(c *mcptest.Call) (map[string]any, error) {
			return mcptest.Content(mcptest.Text("it got " + c.Text("text"))), nil
		},
	}}
	if name := os.Getenv("REALTUI_PID"); name != "" {
		_ = os.WriteFile(name, fmt.Append(nil, os.Getpid()), 0o600) // the test notices
	}
	pipe, err := s.Pipe(context.Background())
	if err != nil {
		os.Exit(1)
	}
	go func() {
		_, _ = io.Copy(pipe.Stdin, os.Stdin) // its end is the end
		_ = pipe.Stdin.Close()
	}()
	_, _ = io.Copy(os.Stdout, pipe.Stdout) // as above
}

// edit is an editor that writes what it was told to.
func edit(name string) {
	if err := os.WriteFile(name, []byte(`{"text": "edited outside"}`), 0o600); err != nil {
		os.Exit(1)
	}
}
