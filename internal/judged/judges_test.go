package judged_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/testservers"
)

// conforms judges a server with mcpctl: it speaks every revision, and nothing
// fails. What warns is named, for the SDK's short-comings are not the template's.
func conforms(t *testing.T, target mcp.Target, warnings ...string) {
	t.Helper()
	judgedIn(t, target, mcp.Timeline(), 80, conformance.DefaultOptions(), warnings...)
}

// eras are the newest revision of each.
func eras() []mcp.Revision { return []mcp.Revision{mcp.Rev20251125, mcp.Rev20260728} }

// overStdio judges what is of standard streams alone, of a command that an
// interpreter takes long to start: all else is judged over HTTP, where one start
// serves many checks, and in every revision.
func overStdio(t *testing.T, target mcp.Target) {
	t.Helper()
	o := conformance.DefaultOptions()
	o.Check, o.Parallel, o.CheckTime = []string{"stdio/*", "lifecycle/*"}, 3, 5*time.Minute
	o.Limits.Start, o.Limits.Call = time.Minute, time.Minute
	judgedIn(t, target, eras(), 4, o)
}

func judgedIn(t *testing.T, target mcp.Target, revisions []mcp.Revision, least int, o conformance.Options, warnings ...string) {
	t.Helper()
	o.Auto, o.Required = false, true // every one of them, asked for by name
	o.Revisions = revisions
	plan, err := conformance.NewPlan(t.Context(), target, checks.All(), o)
	require.NoError(t, err)
	report := plan.Run(t.Context(), nil)
	require.False(t, report.Interrupted)
	assert.Equal(t, revisions, report.Revisions)
	passed := 0
	for _, f := range report.Findings {
		switch f.Verdict {
		case conformance.Pass:
			passed++
		case conformance.Fail, conformance.Errored:
			t.Errorf("%s %s in %s: %s %s", f.Verdict, f.Check, f.Revision, f.Message, f.Details)
		case conformance.Warn:
			if !assert.Contains(t, warnings, f.Check, "%s: %s %s", f.Revision, f.Message, f.Details) {
				warnings = append(warnings, f.Check)
			}
		}
	}
	assert.Greater(t, passed, least*len(revisions), "what was judged")
	t.Logf("%v", report.Summary)
}

// required runs a requirement set of the official suite: every scenario of the
// set passes. The suite ends with status 1 when one that it scores does not.
func required(t *testing.T, dir, url string, revision mcp.Revision) {
	t.Helper()
	results := t.TempDir()
	argv := append(testservers.Official(dir), "server", "--url", url, "--requirements", string(revision), "-o", results)
	said, err := try(t, results, nil, argv...)
	ended := err
	files, err := filepath.Glob(filepath.Join(results, "*", "checks.json"))
	require.NoError(t, err)
	passed, failed := 0, []string(nil)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		var checks []struct{ ID, Status, ErrorMessage string }
		require.NoError(t, json.Unmarshal(data, &checks), file)
		for _, c := range checks {
			switch c.Status {
			case "SUCCESS":
				passed++
			case "FAILURE":
				failed = append(failed, fmt.Sprintf("%s in %s: %s", c.ID, filepath.Base(filepath.Dir(file)), c.ErrorMessage))
			}
		}
	}
	// What the set does not score fails too, such as the tasks extension that
	// the SDK does not have; the suite's own sum tells what counts.
	_, sum, _ := strings.Cut(said, "=== SUMMARY ===")
	require.NoError(t, ended, "%s\n%s", sum, strings.Join(failed, "\n"))
	assert.Greater(t, passed, 50, "checks that passed in %d scenarios:\n%s", len(files), sum)
	t.Logf("%s: %d scenarios, %d checks passed", revision, len(files), passed)
}

// scores holds a server to at least 95 % of the points that mcpscore finds
// applicable.
func scores(t *testing.T, dir, url string) {
	t.Helper()
	at := t.TempDir()
	out, err := try(t, at, nil, append(testservers.Mcpscore(dir), "--no-config", "--json", url)...)
	require.NoError(t, err, "%s", out)
	var report struct {
		Score   int `json:"score"`
		Max     int `json:"max_score"`
		Results []struct {
			Passed  bool
			Message string
		}
	}
	answer := out[max(0, strings.IndexByte(out, '{')):]
	require.NoError(t, json.Unmarshal([]byte(answer), &report), "%.2000s", out)
	t.Logf("mcpscore: %d of %d", report.Score, report.Max)
	require.Greater(t, report.Max, 100, "what was scored")
	if 100*report.Score < 95*report.Max {
		for _, r := range report.Results {
			if !r.Passed {
				t.Error(r.Message)
			}
		}
	}
}

// inspected lists the tools of a server with the official inspector's command
// line, and calls one that changes nothing.
func inspected(t *testing.T, dir string, command []string) {
	t.Helper()
	var listing struct {
		Tools []struct {
			Name        string
			InputSchema json.RawMessage
			Annotations struct{ ReadOnlyHint, OpenWorldHint *bool }
		}
	}
	require.NoError(t, json.Unmarshal(inspect(t, dir, command, "--method", "tools/list"), &listing))
	for _, tool := range listing.Tools {
		if a := tool.Annotations; a.ReadOnlyHint == nil || !*a.ReadOnlyHint || a.OpenWorldHint == nil || *a.OpenWorldHint {
			continue
		}
		example, err := schema.Example(tool.InputSchema)
		require.NoError(t, err, tool.Name)
		call := []string{"--method", "tools/call", "--tool-name", tool.Name}
		arguments, _ := example.(map[string]any)
		for name, value := range arguments {
			call = append(call, "--tool-arg", fmt.Sprintf("%s=%v", name, value))
		}
		said := string(inspect(t, dir, command, call...))
		assert.Contains(t, said, `"content"`, tool.Name)
		assert.NotContains(t, said, `"isError": true`, tool.Name)
		return
	}
	t.Errorf("no tool says that it changes nothing and stays at home: %v", listing.Tools)
}

// inspect runs the inspector once and answers what it prints.
func inspect(t *testing.T, dir string, command []string, args ...string) []byte {
	t.Helper()
	argv := append(testservers.Inspector(dir), append(append([]string{"--cli"}, command...), args...)...)
	return []byte(run(t, t.TempDir(), nil, argv...))
}
