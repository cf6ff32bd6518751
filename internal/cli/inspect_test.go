package cli_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/cli"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// watched is a stream that says when it was last written to, and tells of every
// write.
type watched struct {
	mu   sync.Mutex
	text bytes.Buffer
	last time.Time
	tell func(text string)
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = time.Now()
	if w.tell != nil {
		w.tell(string(p))
	}
	return w.text.Write(p)
}

// run is a command line in this process; it gives the exit code and how long it
// lived on after its last word on standard output.
func run(ctx context.Context, out, err *watched, args ...string) (code int, after time.Duration) {
	s, _, _ := cli.Test(nil)
	s.Out, s.Err = out, err
	code = cli.Main(ctx, s, args)
	return code, time.Since(out.last)
}

// server is the path of the server as a program.
func server(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "looked")
	require.NoError(t, os.Symlink(self, path))
	return path
}

// TestTheAnswerEndsTheProgram: however a server takes the end of its input, and
// even if it minds no signal, mcpctl ends with the answer. The aim is a fifth of
// a second; a busy machine is given more.
func TestTheAnswerEndsTheProgram(t *testing.T) {
	program := server(t)
	for name, faults := range map[string][]string{"that ends": nil, "that stays": {"stubborn"}} {
		t.Run("a server "+name, func(t *testing.T) {
			var out, err watched
			args := append([]string{"tools", "call", "add", "a=1", "b=2", "--", program}, faults...)
			code, after := run(t.Context(), &out, &err, args...)
			require.Zero(t, code, err.text.String())
			assert.JSONEq(t, `{"sum": 3}`, out.text.String())
			assert.Less(t, after, 1500*time.Millisecond) // less than any stage of ending a server takes
			t.Logf("over after %s", after)
		})
	}
}

// TestInterrupting: ctrl-C ends a call with its own code and no further word, and
// the server is told.
func TestInterrupting(t *testing.T) {
	for _, revision := range []string{"2025-11-25", "2026-07-28"} {
		t.Run(revision, func(t *testing.T) {
			stopped := make(chan struct{})
			s := mcptest.New()
			s.Tools = append(s.Tools, mcptest.Tool{
				Name:       "wait",
				Descriptor: map[string]any{"inputSchema": map[string]any{"type": "object"}},
				Call: func(c *mcptest.Call) (map[string]any, error) {
					c.Progress(1, 2, "waiting")
					<-c.Done()
					close(stopped)
					return nil, errors.New("cancelled")
				},
			})
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			var out, err watched
			err.tell = func(text string) {
				if strings.Contains(text, "waiting") {
					interrupt()
				}
			}
			code, _ := run(ctx, &out, &err, "tools", "call", "--revision", revision, s.Target(t, mcp.HTTP).URL, "wait")
			assert.Equal(t, cli.ExitInterrupted, code)
			assert.Empty(t, out.text.String())
			assert.Equal(t, "progress 1/2 waiting\n", err.text.String())
			select {
			case <-stopped:
			case <-time.After(10 * time.Second):
				require.Fail(t, "the server was not told")
			}
		})
	}
}

// TestInterruptingAWatch: ctrl-C is how a watch ends.
func TestInterruptingAWatch(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	var out, err watched
	err.tell = func(text string) {
		if strings.Contains(text, "watching") {
			interrupt()
		}
	}
	code, _ := run(ctx, &out, &err, "resources", "subscribe", mcptest.New().Target(t, mcp.HTTP).URL, "mcptest://ticks")
	assert.Equal(t, cli.ExitInterrupted, code)
}
