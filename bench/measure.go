//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/mcpctl/mcpctl/bench/gauge"
)

// sample is what one run of a program cost. What its own children cost, such
// as servers on stdio, is left out of CPU.
type sample struct {
	Wall, CPU time.Duration
	// RSS is the peak of resident memory in bytes: the program's own, or
	// that of a child if that had more.
	RSS int64
}

// repeat measures n runs of a command.
func repeat(ctx context.Context, n int, argv []string) ([]sample, error) {
	all := make([]sample, n)
	for i := range all {
		var err error
		if all[i], err = run(ctx, argv, io.Discard, false); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// run measures one run. Exit codes 0 and 1 are verdicts; any other means that
// there is nothing to measure. A parent has children whose CPU does not count.
func run(ctx context.Context, argv []string, stdout io.Writer, parent bool) (sample, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = stdout, &stderr
	cmd.WaitDelay = time.Second
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return sample{}, fmt.Errorf("starting %s: %w", argv[0], err)
	}
	var own time.Duration
	known := false
	if parent {
		own, known = gauge.OwnCPU(cmd.Process.Pid)
	}
	err := cmd.Wait()
	wall := time.Since(began)
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		return sample{}, fmt.Errorf("running %v: %w: %s", argv, err, bytes.TrimSpace(stderr.Bytes()))
	}
	s := sample{Wall: wall, CPU: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if known {
		s.CPU = own
	}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.RSS = rssBytes(int64(usage.Maxrss), runtime.GOOS) //nolint:unconvert // 32 bits wide on some systems
	}
	return s, nil
}

// rssBytes is ru_maxrss in bytes: Apple counts bytes, everybody else kilobytes.
func rssBytes(maxrss int64, goos string) int64 {
	if goos == "darwin" {
		return maxrss
	}
	return maxrss << 10
}

// middle is the median of each cost by itself.
func middle(all []sample) sample {
	return sample{
		Wall: median(walls(all)),
		CPU:  median(column(all, func(s sample) time.Duration { return s.CPU })),
		RSS:  median(column(all, func(s sample) int64 { return s.RSS })),
	}
}

func walls(all []sample) []time.Duration {
	return column(all, func(s sample) time.Duration { return s.Wall })
}

func column[T any](all []sample, of func(sample) T) []T {
	out := make([]T, len(all))
	for i, s := range all {
		out[i] = of(s)
	}
	return out
}

// median is the middle value, the lower of two; the zero value of none.
func median[T time.Duration | int64](all []T) T {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[(len(sorted)-1)/2]
}

func slowest(all []time.Duration) time.Duration {
	if len(all) == 0 {
		return 0
	}
	return slices.Max(all)
}
