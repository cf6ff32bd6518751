//go:build unix

// Command scaffold compares how long mcpctl and the most used generator take
// from nothing to a server that answers tools/list, in one go:
//
//	go run ./bench/scaffold
//
// It needs Go, Node and npm with warm caches (a first, unmeasured round warms
// them), and a quiet machine. It prints medians and ratios and judges nothing.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/mcpctl/mcpctl/internal/release"
	"github.com/mcpctl/mcpctl/mcp"
)

// peer is the generator that mcpctl is compared with.
const peer = "@modelcontextprotocol/create-server@0.3.1"

const patience = 5 * time.Minute

// way is one way from nothing to a server. Paths are relative to a fresh folder.
type way struct {
	name    string
	create  []string // makes the project
	build   []string // makes it ready to start; in the folder server
	command []string // starts it; in the folder server
}

func ways(mcpctl string) []way {
	build := []string{"go", "build", "-trimpath", "-o", "server", "."}
	return []way{
		{"mcpctl new, lean", []string{mcpctl, "new", "server", "--profile", "lean", "--yes"}, build, []string{"./server"}},
		{"mcpctl new, production", []string{mcpctl, "new", "server", "--yes"}, build, []string{"./server"}},
		{peer, []string{"npx", "-y", peer, "server", "--name", "server", "--description", "bench"}, []string{"npm", "install", "--no-audit", "--no-fund"}, []string{"node", "build/index.js"}},
	}
}

// took is what one round of a way took.
type took struct{ create, build, answer time.Duration }

func (t took) all() time.Duration { return t.create + t.build + t.answer }

func main() {
	rounds := flag.Int("rounds", 5, "measured rounds of each way")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := bench(ctx, max(1, *rounds))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(ctx context.Context, rounds int) error {
	scratch, err := os.MkdirTemp("", "mcpctl-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }() // nothing in it is needed any more
	program := filepath.Join(scratch, "mcpctl")
	if err := release.Build(ctx, program); err != nil {
		return err
	}
	all := map[string][]took{}
	for round := range rounds + 1 { // the first warms the caches
		for i, w := range ways(program) {
			t, err := w.once(ctx, filepath.Join(scratch, fmt.Sprintf("round-%d-way-%d", round, i)))
			if err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
			if round > 0 {
				all[w.name] = append(all[w.name], t)
			}
		}
	}
	show(ways(program), all)
	return nil
}

// once goes one way in a fresh folder.
func (w way) once(ctx context.Context, dir string) (t took, err error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return t, err
	}
	began := time.Now()
	if err := run(ctx, dir, w.create); err != nil {
		return t, err
	}
	t.create = time.Since(began)
	server := filepath.Join(dir, "server")
	began = time.Now()
	if err := run(ctx, server, w.build); err != nil {
		return t, err
	}
	t.build = time.Since(began)
	began = time.Now()
	// The oldest revision is the one that both answer.
	s, err := mcp.Connect(ctx, mcp.Target{Name: w.name, Command: w.command, Dir: server}, mcp.Options{Revision: mcp.Rev20241105, Limits: mcp.DefaultLimits()})
	if err != nil {
		return t, err
	}
	x := s.Call(ctx, "tools/list", nil)
	t.answer = time.Since(began)
	if !x.Result().Get("tools").Is(mcp.Array) {
		return t, fmt.Errorf("tools/list was not answered: %v", x.Err())
	}
	return t, s.Close(context.WithoutCancel(ctx))
}

func run(ctx context.Context, dir string, argv []string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir, cmd.WaitDelay = dir, 5*time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %w\n%s", argv, err, out)
	}
	return nil
}

// show prints medians, and each sum over that of the first way.
func show(ways []way, all map[string][]took) {
	median := func(name string, of func(took) time.Duration) time.Duration {
		var d []time.Duration
		for _, t := range all[name] {
			d = append(d, of(t))
		}
		slices.Sort(d)
		return d[len(d)/2]
	}
	fmt.Printf("%-48s %10s %10s %16s %10s %7s\n", "way", "create", "build", "to tools/list", "in all", "ratio")
	first := median(ways[0].name, took.all)
	for _, w := range ways {
		sum := median(w.name, took.all)
		fmt.Printf("%-48s %10s %10s %16s %10s %6.1fx\n", w.name,
			median(w.name, func(t took) time.Duration { return t.create }).Round(time.Millisecond),
			median(w.name, func(t took) time.Duration { return t.build }).Round(time.Millisecond),
			median(w.name, func(t took) time.Duration { return t.answer }).Round(time.Millisecond),
			sum.Round(time.Millisecond), float64(sum)/float64(first))
	}
}
