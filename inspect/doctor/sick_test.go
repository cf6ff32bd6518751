package doctor_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// sickness makes this test binary act as a server on standard streams.
const sickness = "MCPCTL_DOCTOR_TEST_SERVER"

// TestMain runs the tests, or the server that a test has asked for.
func TestMain(m *testing.M) {
	name := os.Getenv(sickness)
	if name == "" {
		os.Exit(m.Run())
	}
	// Whatever a test forgets, no server outlives it for long.
	time.AfterFunc(30*time.Second, func() { os.Exit(98) })
	sick(name)
}

// sick is a server with the sickness given; "healthy" has none.
func sick(name string) {
	s := mcptest.New()
	switch name {
	case "healthy":
	case "banner":
		s.Faults.Banner = []byte("Server starting on stdio \x1b[31mred\x1b[0m\nready, key is s3cr3t-value\n")
	case "json-log":
		s.Faults.Banner = []byte(`{"level":"info","msg":"listening"}` + "\n")
	case "exits":
		fmt.Fprintln(os.Stderr, "Error: DATABASE_URL is not set")
		os.Exit(7)
	case "exits-oddly":
		fmt.Fprintln(os.Stderr, "first\nlast words with s3cr3t-value")
		os.Exit(1)
	case "panics":
		panic("no configuration")
	case "hangs":
		_, _ = io.Copy(io.Discard, os.Stdin)
		return
	case "future":
		s.Faults = mcptest.Combine(mcptest.SetIn("initialize", "/protocolVersion", "2099-01-01"), mcptest.Refuse("server/discover", mcp.CodeMethodNotFound, "no"))
	case "refuses":
		s.Faults = mcptest.Combine(mcptest.Refuse("initialize", mcp.CodeInternalError, "no database"), mcptest.Refuse("server/discover", mcp.CodeInternalError, "no database"))
	case "modern":
		s.Revisions = []mcp.Revision{mcp.Rev20260728}
	case "no-list":
		s.Faults = mcptest.Refuse("tools/list", mcp.CodeInternalError, "the list is lost")
	case "bare":
		s.Tools, s.Resources, s.Templates, s.Prompts = nil, nil, nil, nil
	case "no-ping":
		s.Faults = mcptest.Refuse("ping", mcp.CodeMethodNotFound, "no ping")
	case "slow":
		s.Faults.Delay = func(c *mcptest.Context) time.Duration {
			if c.In.Method() == "ping" {
				return 1100 * time.Millisecond
			}
			return 0
		}
	case "stays":
		signal.Ignore(syscall.SIGTERM)
		s.Faults.IgnoreEOF, s.Faults.IgnoreTerm = true, true
	case "floods":
		flood()
	case "endless-line":
		for line := strings.Repeat("x", 1<<20); ; {
			if _, err := os.Stdout.WriteString(line); err != nil {
				return
			}
		}
	default:
		panic("no such sickness: " + name)
	}
	play(s)
}

// flood never stops to speak, and never answers.
func flood() {
	out := bufio.NewWriter(os.Stdout)
	for {
		if _, err := out.WriteString(`{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"again"}}` + "\n"); err != nil {
			return
		}
	}
}

// play serves s on this process's streams.
func play(s *mcptest.Server) {
	pipe, err := s.Pipe(context.Background())
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
