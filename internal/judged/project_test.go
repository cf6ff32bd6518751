// Package judged has what the templates make judged by programs that we did not
// write, and by mcpctl: each profile with every feature that it can have, and
// every row of the covering array.
package judged_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold"
	"github.com/mcpctl/mcpctl/scaffold/pack"
	"github.com/mcpctl/mcpctl/testservers"
)

// patience bounds each program that a test runs: a cold compile of everything
// takes minutes on a small machine.
const patience = 10 * time.Minute

// project is a rendered template.
type project struct {
	name string
	dir  string
}

// render writes a template with exactly the features of a row to a folder of
// its own. All are called alike and built with -trimpath, so that what two of
// them share is compiled once.
func render(t *testing.T, tmpl *scaffold.Template, row pack.Row) project {
	t.Helper()
	answers, err := pack.Choose(tmpl, row)
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), answers.Name)
	plan, err := scaffold.NewPlan(tmpl, answers, dir)
	require.NoError(t, err)
	require.NoError(t, plan.Apply(t.Context()))
	return project{answers.Name, dir}
}

func open(t *testing.T, id string) *scaffold.Template {
	t.Helper()
	tmpl, err := pack.Open(t.Context(), id)
	require.NoError(t, err)
	return tmpl
}

// run runs a program to its end and answers its standard output.
func run(t *testing.T, dir string, env []string, argv ...string) string {
	t.Helper()
	out, err := try(t, dir, env, argv...)
	require.NoError(t, err, "%v in %s printed:\n%s", argv, dir, out)
	return out
}

// try is run for programs that may fail.
func try(t *testing.T, dir string, env []string, argv ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "GOFLAGS=-trimpath", "GOWORK=off"), env...)
	cmd.WaitDelay = 5 * time.Second
	said, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	require.NoError(t, err)
	defer func() { _ = said.Close() }() // it is read by its name
	cmd.Stderr = said
	out, err := cmd.Output()
	if err != nil {
		errors, _ := os.ReadFile(said.Name()) // nothing more to say if it cannot be read
		return string(out) + string(errors), err
	}
	return string(out), nil
}

// build compiles a project, to be started with variables of its own.
func (p project) build(t *testing.T, env ...string) testservers.Server {
	t.Helper()
	binary := filepath.Join(t.TempDir(), p.name)
	run(t, p.dir, nil, "go", "build", "-o", binary, ".")
	return served(binary, env...)
}

// judging are the settings for judges: they ask more in a second than any
// client should be allowed to.
var judging = []string{"MCP_RATE_PER_MINUTE=0", "MCP_RATE_GLOBAL_PER_MINUTE=0", "MCP_RATE_HTTP_PER_MINUTE=0"}

// served tells how a built project is started.
func served(binary string, env ...string) testservers.Server {
	start := append(append(append([]string{"env"}, judging...), env...), binary)
	return testservers.Server{
		Name:  filepath.Base(binary),
		Stdio: start,
		HTTP: func(port int) []string {
			return append(slices.Clone(start), "-http", testservers.Loopback(port))
		},
		HTTPPath: "/mcp", Host: "127.0.0.1",
	}
}
