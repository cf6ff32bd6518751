//go:build unix

// Command inspect compares what `mcpctl tools list` and `mcpctl tools call` cost
// with the official inspector's command line and with a bare client, a program
// that does nothing but open the session, send the one request and print the
// answer, in one go; then how soon the screens of both are painted, and how long a
// frame of ours takes:
//
//	go run ./bench/inspect
//
// It needs what the tests need (testservers/install) and a quiet machine. It
// prints medians and ratios and judges nothing.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/mcpctl/mcpctl/bench/gauge"
	"github.com/mcpctl/mcpctl/testservers"
)

// patience bounds one run of one program.
const patience = time.Minute

func main() {
	if os.Getenv(bareVar) != "" {
		os.Exit(bare(os.Args[1:]))
	}
	runs := flag.Int("runs", 7, "runs of each program against each server")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := bench(ctx, *runs)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// program is one contestant.
type program struct {
	name string
	env  []string
	argv []string
}

// subject is a server and a request, and the programs that send it.
type subject struct {
	name     string
	stdio    bool
	programs []program
}

func bench(ctx context.Context, runs int) (err error) {
	if runs < 1 {
		return errors.New("-runs counts from 1")
	}
	h := &gauge.Host{}
	defer h.Close(&err)
	mcpctl, self := h.Programs(ctx)
	fmt.Printf("%s/%s, %d CPUs, %s; median of %d runs each, interleaved; CPU is the mean, without the server's\n",
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), runs)
	for _, s := range subjects(h, mcpctl, self) {
		costs, err := s.measure(ctx, runs)
		if err != nil {
			return err
		}
		s.print(os.Stdout, costs)
	}
	return screens(ctx, h, mcpctl, runs, os.Stdout)
}

// subjects are server-everything over both transports, with both requests.
func subjects(h *gauge.Host, mcpctl, self string) []subject {
	dir := testservers.Dir(h)
	server := testservers.Find(h, dir, "everything")
	url := testservers.StartHTTP(h, server)
	inspector := append(testservers.Inspector(dir), "--cli")
	join := func(parts ...[]string) (all []string) {
		for _, p := range parts {
			all = append(all, p...)
		}
		return all
	}
	barely := []string{bareVar + "=1"}
	return []subject{
		{"tools list over HTTP", false, []program{
			{"mcpctl", nil, []string{mcpctl, "tools", "list", url}},
			{"inspector", nil, join(inspector, []string{"--transport", "http", url, "--method", "tools/list"})},
			{"bare", barely, []string{self, "list", url}},
		}},
		{"tools call over HTTP", false, []program{
			{"mcpctl", nil, []string{mcpctl, "tools", "call", url, "echo", "message=hello"}},
			{"inspector", nil, join(inspector, []string{"--transport", "http", url, "--method", "tools/call", "--tool-name", "echo", "--tool-arg", "message=hello"})},
			{"bare", barely, []string{self, "call", url}},
		}},
		{"tools list over stdio", true, []program{
			{"mcpctl", nil, join([]string{mcpctl, "tools", "list", "--"}, server.Stdio)},
			{"inspector", nil, join(inspector, server.Stdio, []string{"--method", "tools/list"})},
			{"bare", barely, join([]string{self, "list"}, server.Stdio)},
		}},
		{"tools call over stdio", true, []program{
			{"mcpctl", nil, join([]string{mcpctl, "tools", "call", "echo", "message=hello", "--"}, server.Stdio)},
			{"inspector", nil, join(inspector, server.Stdio, []string{"--method", "tools/call", "--tool-name", "echo", "--tool-arg", "message=hello"})},
			{"bare", barely, join([]string{self, "call"}, server.Stdio)},
		}},
	}
}
