//go:build unix

// Command bench compares mcpctl with the official conformance suite on the same
// servers, in one go:
//
//	go run ./bench
//
// It needs what the tests need (testservers/install) and a quiet machine. It
// prints medians and ratios and judges nothing: its exit code tells only whether
// it could measure. docs/benchmarks.md explains the figures.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/mcpctl/mcpctl/bench/gauge"
	"github.com/mcpctl/mcpctl/internal/release"
	"github.com/mcpctl/mcpctl/testservers"
)

// patience bounds one run of one program.
const patience = 10 * time.Minute

func main() {
	runs := flag.Int("runs", 5, "runs of each program against each server")
	starts := flag.Int("starts", 20, "starts of `mcpctl version`")
	only := flag.String("only", "", "measure only the subject whose name has this `word`")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := bench(ctx, os.Stdout, *runs, *starts, *only)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench builds, measures and prints. Servers that it started are ended when it
// returns, however that is.
func bench(ctx context.Context, out io.Writer, runs, starts int, only string) (err error) {
	if runs < 1 || starts < 1 {
		return errors.New("-runs and -starts count from 1")
	}
	scratch, err := os.MkdirTemp("", "mcpctl-bench-")
	if err != nil {
		return fmt.Errorf("making a folder for results: %w", err)
	}
	defer func() { _ = os.RemoveAll(scratch) }() // nothing in it is needed any more
	h := &gauge.Host{}
	defer h.Close(&err)

	program := filepath.Join(scratch, "mcpctl")
	if err := release.Build(ctx, program); err != nil {
		return err
	}
	size, err := os.Stat(program)
	if err != nil {
		return fmt.Errorf("looking at the binary: %w", err)
	}
	first, err := repeat(ctx, starts, []string{program, "version"})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s/%s, %d CPUs, %s; median of %d runs each, interleaved\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), runs)
	fmt.Fprintf(out, "mcpctl: %.1f MB static binary, starts in %s (median of %d `mcpctl version`, slowest %s)\n",
		float64(size.Size())/1e6, millis(median(walls(first))), starts, millis(slowest(walls(first))))

	dir := testservers.Dir(h)
	var all []comparison
	for _, s := range subjects(h, dir, program, scratch) {
		if !strings.Contains(s.name, only) {
			continue
		}
		c, err := s.measure(ctx, runs)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "\n%s", c)
		all = append(all, c)
	}
	fmt.Fprintf(out, "\n%s", aims(all, median(walls(first))))
	return nil
}
