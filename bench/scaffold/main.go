//go:build unix

// Command scaffold compares how long mcpctl, the most used generator and somebody
// who writes by hand take from nothing to a server that answers tools/list, in
// one go:
//
//	go run ./bench/scaffold
//
// It needs Go, npm, Python and uv, and the pinned servers, which bring a Node that
// runs TypeScript; a first, unmeasured round warms the caches. It wants a quiet
// machine, prints medians and ratios, and judges nothing.
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

	"github.com/mcpctl/mcpctl/bench/gauge"
	"github.com/mcpctl/mcpctl/internal/release"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/testservers"
)

// peer is the generator that mcpctl is compared with.
const peer = "@modelcontextprotocol/create-server@0.3.1"

const patience = 5 * time.Minute

// way is one way from nothing to a server. Paths are relative to a fresh folder.
type way struct {
	name    string
	create  []string          // makes the project
	files   map[string]string // or are written by hand
	build   [][]string        // make it ready to start; in the folder server
	command []string          // starts it; in the folder server
}

func ways(mcpctl, node string) []way {
	goBuild := [][]string{{"go", "build", "-trimpath", "-o", "server", "."}}
	npm := [][]string{{"npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"}}
	venv := []string{"uv", "venv", "--quiet", "--python", "python3", ".venv"}
	uv := [][]string{venv, {"uv", "pip", "install", "--quiet", "--python", ".venv/bin/python", "--require-hashes", "--requirements", "requirements.txt"}}
	inNode := []string{node, "--disable-warning=ExperimentalWarning", "src/main.ts"}
	inPython := []string{".venv/bin/python", "-m", "server"}
	create := func(template, profile string) []string {
		return []string{mcpctl, "new", "server", "--template", template, "--profile", profile, "--yes"}
	}
	return []way{
		{"mcpctl new, Go, lean", create("go", "lean"), nil, goBuild, []string{"./server"}},
		{"mcpctl new, Go, production", create("go", "production"), nil, goBuild, []string{"./server"}},
		{"mcpctl new, TypeScript, lean", create("typescript", "lean"), nil, npm, inNode},
		{"mcpctl new, TypeScript, production", create("typescript", "production"), nil, npm, inNode},
		{"by hand, TypeScript", nil, map[string]string{"package.json": packageByHand, "main.ts": typescriptByHand},
			[][]string{{"npm", "install", "--no-audit", "--no-fund", "--prefer-offline"}}, []string{node, "--disable-warning=ExperimentalWarning", "main.ts"}},
		{peer, []string{"npx", "-y", peer, "server", "--name", "server", "--description", "bench"}, nil,
			[][]string{{"npm", "install", "--no-audit", "--no-fund"}}, []string{node, "build/index.js"}},
		{"mcpctl new, Python, lean", create("python", "lean"), nil, uv, inPython},
		{"mcpctl new, Python, production", create("python", "production"), nil, uv, inPython},
		{"by hand, Python", nil, map[string]string{"main.py": pythonByHand},
			[][]string{venv, {"uv", "pip", "install", "--quiet", "--python", ".venv/bin/python", "mcp==2.3.0"}}, []string{".venv/bin/python", "main.py"}},
	}
}

// What somebody writes who wants one tool, with the SDK of the language.
const (
	packageByHand    = `{"name": "server", "type": "module", "dependencies": {"@modelcontextprotocol/server": "2.4.0", "zod": "4.6.7"}}`
	typescriptByHand = `import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import * as z from "zod";

serveStdio(() => {
  const server = new McpServer({ name: "server", version: "1" });
  server.registerTool("count", { inputSchema: z.object({ text: z.string() }) }, ({ text }) => ({
    content: [{ type: "text", text: String(text.split(" ").length) }],
  }));
  return server;
});
`
	pythonByHand = `from mcp.server.mcpserver import MCPServer

server = MCPServer("server")


@server.tool()
def count(text: str) -> int:
    return len(text.split())


server.run()
`
)

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

func bench(ctx context.Context, rounds int) (err error) {
	scratch, err := os.MkdirTemp("", "mcpctl-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }() // nothing in it is needed any more
	program := filepath.Join(scratch, "mcpctl")
	if err := release.Build(ctx, program); err != nil {
		return err
	}
	h := &gauge.Host{}
	defer h.Close(&err)
	node := testservers.Official(testservers.Dir(h))[0]
	if err := os.Setenv("PATH", filepath.Dir(node)+string(os.PathListSeparator)+os.Getenv("PATH")); err != nil {
		return err
	}
	all := map[string][]took{}
	for round := range rounds + 1 { // the first warms the caches
		for i, w := range ways(program, node) {
			t, err := w.once(ctx, filepath.Join(scratch, fmt.Sprintf("round-%d-way-%d", round, i)))
			if err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
			if round > 0 {
				all[w.name] = append(all[w.name], t)
			}
		}
	}
	show(ways(program, node), all)
	return nil
}

// once goes one way in a fresh folder.
func (w way) once(ctx context.Context, dir string) (t took, err error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return t, err
	}
	server := filepath.Join(dir, "server")
	began := time.Now()
	if err := w.make(ctx, dir, server); err != nil {
		return t, err
	}
	t.create = time.Since(began)
	began = time.Now()
	for _, argv := range w.build {
		if err := run(ctx, server, argv); err != nil {
			return t, err
		}
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

// make makes the project: by its generator, or as a hand would.
func (w way) make(ctx context.Context, dir, server string) error {
	if len(w.files) == 0 {
		return run(ctx, dir, w.create)
	}
	if err := os.Mkdir(server, 0o700); err != nil {
		return err
	}
	for name, text := range w.files {
		if err := os.WriteFile(filepath.Join(server, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
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
