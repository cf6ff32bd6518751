//go:build unix

// Command publishing measures what a consumer of a signed release waits for, and
// sets it beside the cosign program, in one go:
//
//	go run ./bench/publishing
//
// It needs `testservers/install services` and a quiet machine. A release is signed
// keyless by Sigstore's real services on the loopback interface and then verified
// offline, by both programs in turn. It prints medians and ratios and judges
// nothing.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/mcpctl/mcpctl/internal/release"
	"github.com/mcpctl/mcpctl/testservers"
)

// patience bounds one run of one program.
const patience = 5 * time.Minute

func main() {
	runs := flag.Int("runs", 20, "runs of each command, after one that warms the caches")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := bench(ctx, max(1, *runs))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(ctx context.Context, runs int) error {
	scratch, err := os.MkdirTemp("", "mcpctl-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }() // nothing in it is needed any more
	mcpctl := filepath.Join(scratch, "mcpctl")
	if err := release.Build(ctx, mcpctl); err != nil {
		return err
	}
	cosign, err := testservers.Program("cosign")
	if err != nil {
		return err
	}
	r, err := signed(ctx, scratch, mcpctl)
	if err != nil {
		return err
	}
	all := []measured{
		{name: "mcpctl verify, the whole release", argv: append([]string{mcpctl, "verify", r.dir, "--offline"}, r.identity("--trusted-root", "--issuer", "--subject")...)},
		{name: "cosign verify-blob-attestation, one statement", argv: append(append([]string{cosign, "verify-blob-attestation", "--new-bundle-format", "--insecure-ignore-sct", "--use-signed-timestamps",
			"--bundle", r.bundle, "--type", r.predicate}, r.identity("--trusted-root", "--certificate-oidc-issuer", "--certificate-identity")...), r.canonical)},
		{name: "mcpctl version", argv: []string{mcpctl, "version"}},
		{name: "cosign version", argv: []string{cosign, "version"}},
	}
	for round := range runs + 1 { // the first warms the caches
		for i := range all {
			took, err := run(ctx, scratch, []string{"HOME=" + scratch}, all[i].argv)
			if err != nil {
				return err
			}
			if round > 0 {
				all[i].took = append(all[i].took, took)
			}
		}
	}
	show(all, runs)
	for _, program := range []string{mcpctl, cosign} {
		info, err := os.Stat(program)
		if err != nil {
			return err
		}
		fmt.Printf("%s: %.1f MB\n", filepath.Base(program), float64(info.Size())/1e6)
	}
	return nil
}

// measured is a command and what its runs took.
type measured struct {
	name string
	argv []string
	took []cost
}

// cost is what one run took, on the wall and of the processors.
type cost struct{ wall, cpu time.Duration }

func (m measured) wall() []time.Duration {
	return m.sorted(func(c cost) time.Duration { return c.wall })
}
func (m measured) cpu() []time.Duration {
	return m.sorted(func(c cost) time.Duration { return c.cpu })
}

func (m measured) sorted(of func(cost) time.Duration) []time.Duration {
	var all []time.Duration
	for _, c := range m.took {
		all = append(all, of(c))
	}
	slices.Sort(all)
	return all
}

// run runs a command that has to succeed.
func run(ctx context.Context, dir string, env, argv []string) (cost, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = dir, append(os.Environ(), env...), 5*time.Second
	began := time.Now()
	out, err := cmd.CombinedOutput()
	wall := time.Since(began)
	if err != nil {
		return cost{}, fmt.Errorf("%v: %w\n%s", argv, err, out)
	}
	return cost{wall, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}, nil
}

// median is the middle of what is sorted.
func median(sorted []time.Duration) time.Duration { return sorted[len(sorted)/2] }

// show prints medians, and each over mcpctl's for the same work.
func show(all []measured, runs int) {
	fmt.Printf("%s/%s, %d CPUs, %s; median of %d runs each, interleaved\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), runs)
	fmt.Printf("%-48s %10s %10s %10s %7s %7s\n", "command", "wall", "fastest", "CPU", "wall", "CPU")
	const fine = 100 * time.Microsecond
	for i, m := range all {
		ours := all[i-i%2] // the work comes in pairs
		wall, cpu := median(m.wall()), median(m.cpu())
		fmt.Printf("%-48s %10s %10s %10s %6.1fx %6.1fx\n", m.name, wall.Round(fine), m.wall()[0].Round(fine), cpu.Round(fine),
			float64(wall)/float64(median(ours.wall())), float64(cpu)/float64(median(ours.cpu())))
	}
	fmt.Println()
}
