//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/mcpctl/mcpctl/bench/gauge"
	"github.com/mcpctl/mcpctl/testservers"
)

// screen is a program that takes a whole terminal, and what its first frame ends
// with.
type screen struct {
	name string
	argv []string
	ends string
}

// screens measures how soon each program has painted its first frame, in turn,
// and then how long a frame of the traffic takes among ten thousand.
func screens(ctx context.Context, h *gauge.Host, mcpctl string, runs int, out io.Writer) error {
	dir := testservers.Dir(h)
	server := testservers.Find(h, dir, "everything").Stdio
	all := []screen{
		{"mcpctl", slices.Concat([]string{mcpctl, "inspect", "--"}, server), "help"},
		{"inspector", slices.Concat(testservers.Inspector(dir), []string{"--tui"}, server), "exit"},
	}
	painted := map[string][]cost{}
	for range runs {
		for _, s := range all {
			took, err := s.firstPaint(ctx)
			if errors.Is(err, errors.ErrUnsupported) {
				fmt.Fprintf(out, "\nfirst paint: measured on Linux only\n")
				return scroll(ctx, out)
			}
			if err != nil {
				return fmt.Errorf("waiting for the first frame of %s: %w", s.name, err)
			}
			painted[s.name] = append(painted[s.name], cost{Answer: took})
		}
	}
	answer := func(c cost) time.Duration { return c.Answer }
	fmt.Fprint(out, "\nfirst paint, from the start to the end of the first frame of 120x36\n\n| program | median | slowest |\n|---|---|---|\n")
	for _, s := range all {
		costs := painted[s.name]
		slowest := slices.MaxFunc(costs, func(a, b cost) int { return int(a.Answer - b.Answer) })
		fmt.Fprintf(out, "| %s | %s | %s |\n", s.name, millis(median(costs, answer)), millis(slowest.Answer))
	}
	fmt.Fprintf(out, "\ninspector / mcpctl: %.1f\n", ratio(median(painted["inspector"], answer), median(painted["mcpctl"], answer)))
	return scroll(ctx, out)
}

// firstPaint is the time until the first frame has come through a terminal.
func (s screen) firstPaint(ctx context.Context) (time.Duration, error) {
	person, program, err := openTerminal(120, 36)
	if err != nil {
		return 0, err
	}
	defer func() { _ = person.Close() }() // what was shown has been read
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.argv[0], s.argv[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = program, program, program
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "COLORTERM=truecolor")
	state, err := os.MkdirTemp("", "mcpctl-bench-")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(state) }() // nothing in it is needed any more
	cmd.Env = append(cmd.Env, "XDG_STATE_HOME="+state)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	began := time.Now()
	err = cmd.Start()
	_ = program.Close() // the program has its own
	if err != nil {
		return 0, err
	}
	took, err := untilSeen(person, s.ends, began)
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // it and what it has started
	_ = cmd.Wait()                                      // it was killed
	return took, err
}

// untilSeen reads what a terminal shows until a text has come.
func untilSeen(person io.Reader, text string, began time.Time) (time.Duration, error) {
	var seen []byte
	for part := make([]byte, 32<<10); len(seen) < 8<<20; {
		n, err := person.Read(part)
		seen = append(seen, part[:n]...)
		if bytes.Contains(seen, []byte(text)) {
			return time.Since(began), nil
		}
		if err != nil {
			return 0, fmt.Errorf("%w after %q", err, seen[max(0, len(seen)-500):])
		}
	}
	return 0, fmt.Errorf("%d bytes have come without %q", len(seen), text)
}

// scroll runs the benchmark that moves through ten thousand frames, which knows
// the insides of the screen, and prints its figures.
func scroll(ctx context.Context, out io.Writer) error {
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^BenchmarkScroll$", "-benchtime", "3000x", "github.com/mcpctl/mcpctl/inspect/tui")
	said, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("scrolling through the traffic: %w: %s", err, said)
	}
	for line := range strings.Lines(string(said)) {
		if !strings.HasPrefix(line, "BenchmarkScroll") {
			continue
		}
		fields, figures := strings.Fields(line), map[string]string{}
		for i := 2; i+1 < len(fields); i += 2 {
			figures[fields[i+1]] = fields[i]
		}
		fmt.Fprintf(out, "\nscrolling through 10,000 frames of traffic at 120x36, from the key to the frame: p50 %s ms, p95 %s ms, slowest %s ms\n",
			figures["p50-ms"], figures["p95-ms"], figures["max-ms"])
		return nil
	}
	return fmt.Errorf("scrolling through the traffic: no figures in %s", said)
}
