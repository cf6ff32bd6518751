//go:build unix

package main

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/mcpctl/mcpctl/bench/gauge"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
	"github.com/mcpctl/mcpctl/testservers"
)

// subject is a server and the programs that judge it.
type subject struct {
	name     string
	programs []program
}

// program is one contestant: what it runs for its n-th run, and how what it
// wrote is counted.
type program struct {
	name   string
	parent bool // it starts the server itself
	run    func(n int) (argv []string, result string)
	count  func(result string) (tally, error)
}

// subjects starts the servers. The official suite does not speak stdio.
func subjects(h *gauge.Host, dir, binary, scratch string) []subject {
	over := func(name, url string) subject {
		return subject{name, []program{
			{"mcpctl", false, mcpctl(binary, scratch, url), countMcpctl},
			{"official", false, official(dir, scratch, url), countOfficial},
		}}
	}
	reference := httptest.NewServer(mcptest.New().Handler())
	h.Cleanup(reference.Close)
	goSDK := testservers.Find(h, dir, "go-sdk")
	return []subject{
		over("server-everything (Node) over Streamable HTTP", testservers.StartHTTP(h, testservers.Find(h, dir, "everything"))),
		over("go-sdk's everything over Streamable HTTP", testservers.StartHTTP(h, goSDK)),
		over("the reference server of mcp/mcptest over Streamable HTTP, all revisions", reference.URL+"/mcp"),
		{"go-sdk's everything over stdio, all revisions", []program{
			{"mcpctl", true, mcpctl(binary, scratch, append([]string{"--"}, goSDK.Stdio...)...), countMcpctl},
		}},
	}
}

func mcpctl(binary, scratch string, target ...string) func(int) ([]string, string) {
	return func(n int) ([]string, string) {
		result := filepath.Join(scratch, fmt.Sprintf("mcpctl-%d.json", n))
		return append([]string{binary, "test", "--report", "json=" + result}, target...), result
	}
}

func official(dir, scratch, url string) func(int) ([]string, string) {
	return func(n int) ([]string, string) {
		result := filepath.Join(scratch, fmt.Sprintf("official-%d", n))
		return append(testservers.Official(dir), "server", "--url", url, "--suite", "all", "-o", result), result
	}
}

// comparison is what the programs came to on one subject.
type comparison struct {
	subject string
	rows    []row
}

// row is one program's medians.
type row struct {
	name string
	tally
	sample
}

// measure lets the programs take turns, so that a busy minute strikes all.
func (s subject) measure(ctx context.Context, runs int) (comparison, error) {
	samples := make([][]sample, len(s.programs))
	tallies := make([]tally, len(s.programs))
	for n := range runs {
		for i, p := range s.programs {
			argv, result := p.run(n)
			if err := os.RemoveAll(result); err != nil {
				return comparison{}, fmt.Errorf("making way for a result: %w", err)
			}
			got, err := run(ctx, argv, nil, p.parent)
			if err != nil {
				return comparison{}, err
			}
			samples[i] = append(samples[i], got)
			if tallies[i], err = p.count(result); err != nil {
				return comparison{}, fmt.Errorf("counting what %s found: %w", p.name, err)
			}
		}
	}
	c := comparison{subject: s.name}
	for i, p := range s.programs {
		c.rows = append(c.rows, row{p.name, tallies[i], middle(samples[i])})
	}
	return c, nil
}
