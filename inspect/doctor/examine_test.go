package doctor_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/doctor"
	"github.com/mcpctl/mcpctl/inspect/servers"
)

func everybody(servers.Server) bool { return true }

// local is a server with a sickness, as a client would have it.
func local(name string) servers.Server {
	return servers.Server{Name: name, Client: "Test", Scope: servers.User, File: "test.json", Line: 3, Command: os.Args[0],
		Env: []servers.Setting{{Name: sickness, Value: name}, {Name: "MY_TOKEN", Value: "s3cr3t-value"}}}
}

// finding is what a step must say.
type finding struct {
	status doctor.Status
	what   string
	mend   string
}

func requireFinding(t *testing.T, d doctor.Diagnosis, name string, want finding) {
	t.Helper()
	step, ok := d.Step(name)
	require.True(t, ok, "there is no step %s in %v", name, d.Steps)
	assert.Equal(t, want.status, step.Status, "%s: %s", name, step.What)
	assert.Contains(t, step.What, want.what)
	assert.Contains(t, step.Mend, want.mend)
	if want.status == doctor.Warn || want.status == doctor.Fail {
		assert.NotEmpty(t, step.Mend, "what to do about %s", step.What)
	}
}

// TestSickCommands tells each sickness apart, in the step where it shows.
func TestSickCommands(t *testing.T) {
	for name, c := range map[string]struct {
		whole doctor.Status
		steps map[string]finding
	}{
		"healthy": {doctor.OK, map[string]finding{
			doctor.StepHandshake: {doctor.OK, "2025-11-25 over stdio", ""}, doctor.StepStdout: {doctor.OK, "nothing but MCP", ""},
			doctor.StepList: {doctor.OK, " tools, ", ""}, doctor.StepLatency: {doctor.OK, "2 pings", ""}, doctor.StepExit: {doctor.OK, "by itself", ""}}},
		"banner":       {doctor.Fail, map[string]finding{doctor.StepHandshake: {doctor.OK, "", ""}, doctor.StepStdout: {doctor.Fail, "2 lines", "standard error"}}},
		"json-log":     {doctor.Fail, map[string]finding{doctor.StepStdout: {doctor.Fail, "a line", "standard error"}}},
		"exits":        {doctor.Fail, map[string]finding{doctor.StepHandshake: {doctor.Fail, "exit code 7", "into env"}}},
		"exits-oddly":  {doctor.Fail, map[string]finding{doctor.StepHandshake: {doctor.Fail, "last words with [redacted]", "by hand"}}},
		"panics":       {doctor.Fail, map[string]finding{doctor.StepHandshake: {doctor.Fail, "panic: no configuration", "by hand"}}},
		"hangs":        {doctor.Fail, map[string]finding{doctor.StepHandshake: {doctor.Fail, "did not answer", "--timeout"}}},
		"future":       {doctor.Fail, map[string]finding{doctor.StepHandshake: {doctor.Fail, "2099-01-01", "Update"}}},
		"refuses":      {doctor.Fail, map[string]finding{doctor.StepHandshake: {doctor.Fail, "no database", "setting"}}},
		"modern":       {doctor.OK, map[string]finding{doctor.StepHandshake: {doctor.OK, "2026-07-28 over stdio", ""}}},
		"no-list":      {doctor.Fail, map[string]finding{doctor.StepList: {doctor.Fail, "cannot be read", "mcpctl test"}}},
		"bare":         {doctor.Warn, map[string]finding{doctor.StepList: {doctor.Warn, "neither tools", "setting"}}},
		"no-ping":      {doctor.Warn, map[string]finding{doctor.StepLatency: {doctor.Warn, "no ping", "Answer ping"}}},
		"slow":         {doctor.Warn, map[string]finding{doctor.StepLatency: {doctor.Warn, "2 pings", "overloaded"}}},
		"stays":        {doctor.Warn, map[string]finding{doctor.StepExit: {doctor.Warn, "kill", "standard input ends"}}},
		"floods":       {doctor.Fail, map[string]finding{doctor.StepHandshake: {doctor.Fail, "did not answer", ""}}},
		"endless-line": {doctor.Fail, map[string]finding{doctor.StepHandshake: {doctor.Fail, "more than", "not write so much"}}},
	} {
		t.Run(name, func(t *testing.T) {
			limit := 15 * time.Second
			if name == "hangs" || name == "floods" {
				limit = time.Second
			}
			began := time.Now()
			d := doctor.Examine(t.Context(), local(name), doctor.Options{Allow: everybody, Pings: 2, Timeout: limit})
			assert.Less(t, time.Since(began), 25*time.Second)
			assert.Equal(t, c.whole, d.Status, "%v", d.Steps)
			for step, want := range c.steps {
				requireFinding(t, d, step, want)
			}
			shown, err := json.Marshal(d)
			require.NoError(t, err)
			assert.NotContains(t, string(shown), "s3cr3t-value")
		})
	}
}

// TestEvidence shows the line that is no MCP, and the last words.
func TestEvidence(t *testing.T) {
	all := doctor.ExamineAll(t.Context(), []servers.Server{local("banner"), local("exits")}, doctor.Options{Allow: everybody}, nil)
	step, _ := all[0].Step(doctor.StepStdout)
	assert.Equal(t, []string{"Server starting on stdio \x1b[31mred\x1b[0m", "ready, key is [redacted]"}, step.Lines)
	assert.Equal(t, []string{"Error: DATABASE_URL is not set"}, all[1].Stderr)
	assert.Equal(t, "mcptest", all[0].Server.Name)
	require.NotNil(t, all[0].Offers.Tools)
	assert.Greater(t, *all[0].Offers.Tools, 5)
}

// TestConsent starts nothing that nobody has allowed.
func TestConsent(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "started")
	s := servers.Server{Name: "x", Command: "touch", Args: []string{mark}}
	d := doctor.Examine(t.Context(), s, doctor.Options{})
	assert.Equal(t, doctor.Skip, d.Status)
	requireFinding(t, d, doctor.StepConsent, finding{doctor.Skip, "without consent", ""})
	assert.NoFileExists(t, mark)
	d = doctor.Examine(t.Context(), s, doctor.Options{Allow: everybody})
	assert.Equal(t, doctor.Fail, d.Status)
	assert.FileExists(t, mark)
}

// TestTogether examines what is written twice once, and keeps the order.
func TestTogether(t *testing.T) {
	a, b := local("healthy"), local("healthy")
	b.Client, b.File = "Other", "other.json"
	off := local("healthy")
	off.Disabled, off.File = "disabled", "third.json"
	project := local("healthy")
	project.Scope = servers.Project
	var told []string
	all := doctor.ExamineAll(t.Context(), []servers.Server{local("exits"), a, b, off, project}, doctor.Options{Allow: everybody, Pings: 1, Parallel: 2},
		func(d doctor.Diagnosis) { told = append(told, d.Name) })
	require.Len(t, all, 4)
	assert.Len(t, told, 4)
	assert.Equal(t, "exits", all[0].Name)
	assert.Equal(t, []string{"other.json:3"}, all[1].Also)
	assert.Equal(t, doctor.Skip, all[2].Status)
	assert.Equal(t, servers.Project, all[3].Scope)
}
