package realtest_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/testservers"
)

var calibrate = flag.Bool("calibrate", false, "judge the servers with the official suite and with mcpctl again, and write down what both say")

const (
	rawFile       = "testdata/calibration/raw.json"
	judgementFile = "testdata/calibration/judgements.yaml"
	pageFile      = "../../docs/calibration.md"
)

// requirementSets are those of the official suite that each server is judged
// by, over Streamable HTTP: the newest of the handshake and, where it is spoken
// there, the stateless revision.
var requirementSets = map[string][]mcp.Revision{
	"everything": {mcp.Rev20251125},
	"go-sdk":     {mcp.Rev20251125},
	"mcp-go":     {mcp.Rev20251125, mcp.Rev20260728},
	"python":     {mcp.Rev20251125, mcp.Rev20260728},
}

// said is what both judges say of one server in one revision.
type said struct {
	Server   string       `json:"server"`
	Revision mcp.Revision `json:"revision"`
	// Official is the worst status of each of their checks, by
	// scenario/check; Ours the verdict of each of our checks.
	Official map[string]string              `json:"official"`
	Ours     map[string]conformance.Verdict `json:"ours"`
}

// The page says what the two judges said when -calibrate was last given, and
// what a person made of it. -update writes it anew from both.
func TestCalibrationPage(t *testing.T) {
	if *calibrate {
		writeRaw(t, judgeTwice(t))
	}
	all := readRaw(t)
	j, err := readJudgements(judgementFile)
	require.NoError(t, err)
	for _, fault := range j.faults(all) {
		t.Error(fault)
	}
	page := j.page(all)
	if *update {
		require.NoError(t, os.WriteFile(pageFile, []byte(page), 0o644))
	}
	committed, err := os.ReadFile(pageFile)
	require.NoError(t, err)
	assert.Equal(t, string(committed), page, "write it anew with -update")
}

// judgeTwice lets both judges loose on every server, one after the other and
// each on a process of its own.
func judgeTwice(t *testing.T) []said {
	var all []said
	dir := testservers.Dir(t)
	for _, s := range testservers.List(dir) {
		if len(requirementSets[s.Name]) == 0 {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			runs := runsOf(t, s)
			overHTTP := runs[slices.IndexFunc(runs, func(r realRun) bool { return r.transport == mcp.HTTP })]
			report := overHTTP.judge(t)
			for _, revision := range requirementSets[s.Name] {
				all = append(all, said{s.Name, revision, official(t, dir, testservers.StartHTTP(t, s), revision), verdicts(report, revision)})
			}
		})
	}
	return all
}

func verdicts(r *conformance.Report, revision mcp.Revision) map[string]conformance.Verdict {
	all := map[string]conformance.Verdict{}
	for _, f := range r.Findings {
		if f.Revision == revision {
			all[f.Check] = f.Verdict
		}
	}
	return all
}

// stamp is what the official suite puts before and after a scenario's name to
// name the folder of its results.
var stamp = regexp.MustCompile(`^server-(.*)-\d{4}-\d\d-\d\dT[\d-]+Z$`)

// official runs the official suite and gathers the worst status of each check.
// The suite ends with status 1 when something is red, so only its results tell
// whether it ran.
func official(t *testing.T, dir, url string, revision mcp.Revision) map[string]string {
	t.Helper()
	out := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	argv := append(testservers.Official(dir), "server", "--url", url, "--requirements", string(revision), "-o", out)
	said, err := exec.CommandContext(ctx, argv[0], argv[1:]...).CombinedOutput()
	files, _ := filepath.Glob(filepath.Join(out, "*", "checks.json"))
	require.NotEmpty(t, files, "the official suite gave no results: %v\n%s", err, said)
	all := map[string]string{}
	for _, file := range files {
		name := stamp.FindStringSubmatch(filepath.Base(filepath.Dir(file)))
		require.Len(t, name, 2, file)
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		var checks []struct{ ID, Status string }
		require.NoError(t, json.Unmarshal(data, &checks), file)
		for _, c := range checks {
			id := name[1] + "/" + c.ID
			all[id] = worse(all[id], c.Status)
		}
	}
	return all
}

// worse is the worse of two statuses of the official suite.
func worse(a, b string) string {
	order := []string{"FAILURE", "WARNING", "SUCCESS", "SKIPPED", "INFO"}
	rank := func(s string) int { return slices.Index(order, s) }
	if a == "" || rank(b) >= 0 && rank(b) < rank(a) {
		return b
	}
	return a
}

func writeRaw(t *testing.T, all []said) {
	t.Helper()
	data, err := json.MarshalIndent(all, "", " ")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(rawFile, append(data, '\n'), 0o644))
}

func readRaw(t *testing.T) []said {
	t.Helper()
	data, err := os.ReadFile(rawFile)
	require.NoError(t, err)
	var all []said
	require.NoError(t, json.Unmarshal(data, &all))
	require.NotEmpty(t, all)
	return all
}

func TestWorse(t *testing.T) {
	for _, tc := range [][3]string{
		{"", "SUCCESS", "SUCCESS"},
		{"SUCCESS", "FAILURE", "FAILURE"},
		{"FAILURE", "SUCCESS", "FAILURE"},
		{"INFO", "SUCCESS", "SUCCESS"},
		{"WARNING", "SKIPPED", "WARNING"},
	} {
		assert.Equal(t, tc[2], worse(tc[0], tc[1]), fmt.Sprint(tc))
	}
}

func (s said) String() string { return strings.Join([]string{s.Server, string(s.Revision)}, " ") }
