//go:build unix

// Command property says how many generated calls a second `mcpctl contract test`
// makes, judges included, and how many calls the official inspector's --load makes
// of the same tool, with one input and without a judge, in one go:
//
//	go run ./bench/property
//
// The servers are ours (package mcptest, a process of its own) and the pinned
// go-sdk example. It needs what the tests need (testservers/install) and a quiet
// machine. It prints a table and judges nothing.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"syscall"

	"github.com/mcpctl/mcpctl/bench/gauge"
	"github.com/mcpctl/mcpctl/testservers"
)

// inFlight is how many calls either program has under way.
const inFlight = 16

func main() {
	if how := os.Getenv(serveVar); how != "" {
		os.Exit(serve(how))
	}
	runs := flag.Int("runs", 5, "runs of each program against each server")
	calls := flag.Int("calls", 2000, "calls a run")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := bench(ctx, *runs, *calls)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// subject is a server, how to reach it and a fast tool with a string.
type subject struct {
	name           string
	target         []string // as both programs take it
	url            bool
	tool, argument string
}

func bench(ctx context.Context, runs, calls int) (err error) {
	if runs < 1 || calls < 1 {
		return errors.New("-runs and -calls count from 1")
	}
	h := &gauge.Host{}
	defer h.Close(&err)
	mcpctl, self := h.Programs(ctx)
	inspector := testservers.Inspector(testservers.Dir(h))
	fmt.Printf("%s/%s, %d CPUs, %s; median of %d runs of %d calls, %d in flight, interleaved; calls a second without and with the program's start\n\n",
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), runs, calls, inFlight)
	fmt.Println("| server | program | calls/s | with its start |\n|---|---|---|---|")
	for _, s := range subjects(h, self) {
		var ours, theirs []speed
		for range runs {
			one, err := mine(ctx, mcpctl, s, calls)
			if err != nil {
				return err
			}
			other, err := load(ctx, inspector, s, calls)
			if err != nil {
				return err
			}
			ours, theirs = append(ours, one), append(theirs, other)
		}
		a, b := median(ours), median(theirs)
		fmt.Printf("| %s | mcpctl, generated and judged | %.0f | %.0f |\n| | inspector --load, one input | %.0f | %.0f |\n", s.name, a.inside, a.whole, b.inside, b.whole)
	}
	return nil
}

// subjects are the servers, started.
func subjects(h *gauge.Host, self string) []subject {
	sdk := testservers.Find(h, testservers.Dir(h), "go-sdk")
	ours := testservers.Server{Name: "mcptest", Host: "127.0.0.1", HTTPPath: "/mcp",
		HTTP: func(port int) []string { return []string{"env", serveVar + "=" + strconv.Itoa(port), self} }}
	return []subject{
		{"mcptest over HTTP", []string{testservers.StartHTTP(h, ours)}, true, "echo", "text"},
		{"mcptest over stdio", []string{"env", serveVar + "=stdio", self}, false, "echo", "text"},
		{"go-sdk over HTTP", []string{testservers.StartHTTP(h, sdk)}, true, "greet", "name"},
		{"go-sdk over stdio", sdk.Stdio, false, "greet", "name"},
	}
}

// speed is how many calls a second a run made: while it was calling, and from the
// program's start to its end.
type speed struct{ inside, whole float64 }

func median(all []speed) speed {
	var m speed
	for _, column := range []struct {
		of   func(speed) float64
		into *float64
	}{{func(s speed) float64 { return s.inside }, &m.inside}, {func(s speed) float64 { return s.whole }, &m.whole}} {
		var values []float64
		for _, s := range all {
			values = append(values, column.of(s))
		}
		slices.Sort(values)
		*column.into = values[(len(values)-1)/2]
	}
	return m
}
