//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/mcpctl/mcpctl/bench/gauge"
)

// cost is what one run took. Answer is the time to the first byte on standard
// output, Exit that to the end. CPU is the program's own where the system tells,
// else with the server's on stdio. RSS is in bytes and, on stdio, the server's if
// that had more.
type cost struct {
	Answer, Exit, CPU time.Duration
	RSS               int64
}

// measure runs all programs in turn.
func (s subject) measure(ctx context.Context, runs int) (map[string]cost, error) {
	all := map[string][]cost{}
	for range runs {
		for _, p := range s.programs {
			c, err := p.run(ctx, s.stdio)
			if err != nil {
				return nil, err
			}
			all[p.name] = append(all[p.name], c)
		}
	}
	typical := map[string]cost{}
	for name, costs := range all {
		typical[name] = cost{
			Answer: median(costs, func(c cost) time.Duration { return c.Answer }),
			Exit:   median(costs, func(c cost) time.Duration { return c.Exit }),
			CPU:    mean(costs),
			RSS:    median(costs, func(c cost) int64 { return c.RSS }),
		}
	}
	return typical, nil
}

func (p program) run(ctx context.Context, parent bool) (cost, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.argv[0], p.argv[1:]...)
	cmd.Env = append(os.Environ(), p.env...)
	cmd.WaitDelay = time.Second
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return cost{}, err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return cost{}, fmt.Errorf("starting %s: %w", p.name, err)
	}
	var c cost
	first := make([]byte, 1)
	n, _ := out.Read(first) // that nothing came shows below
	c.Answer = time.Since(began)
	_, _ = io.Copy(io.Discard, out)
	own, known := time.Duration(0), false
	if parent {
		own, known = gauge.OwnCPU(cmd.Process.Pid)
	}
	err = cmd.Wait()
	c.Exit = time.Since(began)
	if err != nil || n == 0 {
		return c, fmt.Errorf("running %v: %v, %d bytes: %s", p.argv, err, n, bytes.TrimSpace(stderr.Bytes()))
	}
	if c.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(); known {
		c.CPU = own
	}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		c.RSS = int64(usage.Maxrss) //nolint:unconvert // 32 bits wide on some systems
		if runtime.GOOS != "darwin" {
			c.RSS <<= 10
		}
	}
	return c, nil
}

func median[T int64 | time.Duration](all []cost, of func(cost) T) T {
	var column []T
	for _, c := range all {
		column = append(column, of(c))
	}
	slices.Sort(column)
	return column[(len(column)-1)/2]
}

// mean suits CPU time, which some systems count in steps as long as a run.
func mean(all []cost) time.Duration {
	var sum time.Duration
	for _, c := range all {
		sum += c.CPU
	}
	return sum / time.Duration(len(all))
}

// print writes the table of one subject.
func (s subject) print(out io.Writer, costs map[string]cost) {
	fmt.Fprintf(out, "\n%s\n\n| program | answer | exit | CPU | peak RSS |\n|---|---|---|---|---|\n", s.name)
	for _, p := range s.programs {
		c := costs[p.name]
		fmt.Fprintf(out, "| %s | %s | %s | %s | %.0f MB |\n", p.name, millis(c.Answer), millis(c.Exit), millis(c.CPU), float64(c.RSS)/1e6)
	}
	ours, theirs, least := costs["mcpctl"], costs["inspector"], costs["bare"]
	fmt.Fprintf(out, "\n%s\n", strings.Join([]string{
		fmt.Sprintf("inspector / mcpctl: answer %.1f, exit %.1f, CPU %.0f, RSS %.1f", ratio(theirs.Answer, ours.Answer), ratio(theirs.Exit, ours.Exit), ratio(theirs.CPU, ours.CPU), ratio(theirs.RSS, ours.RSS)),
		fmt.Sprintf("mcpctl / bare: answer %.2f, exit %.2f", ratio(ours.Answer, least.Answer), ratio(ours.Exit, least.Exit)),
	}, "; "))
}

func ratio[T int64 | time.Duration](a, b T) float64 { return float64(a) / float64(max(b, 1)) }

func millis(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}
