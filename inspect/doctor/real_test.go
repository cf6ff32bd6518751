package doctor_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/doctor"
	"github.com/mcpctl/mcpctl/inspect/servers"
	"github.com/mcpctl/mcpctl/testservers"
)

// TestRealServers finds the pinned real servers healthy over every transport that
// each speaks.
func TestRealServers(t *testing.T) {
	dir := testservers.Dir(t)
	var all []servers.Server
	add := func(name string, s servers.Server) {
		s.Name, s.Client, s.File, s.Line = name, "Test", "real.json", len(all)+1
		all = append(all, s)
	}
	for _, name := range []string{"everything", "filesystem", "go-sdk", "mcp-go", "python"} {
		real := testservers.Find(t, dir, name)
		add(name+" stdio", servers.Server{Command: real.Stdio[0], Args: real.Stdio[1:]})
		if real.HTTP != nil {
			add(name+" http", servers.Server{URL: testservers.StartHTTP(t, real)})
		}
		if real.SSE != nil {
			add(name+" sse", servers.Server{URL: testservers.StartSSE(t, real)})
		}
	}
	o := doctor.Options{Allow: everybody, Parallel: 2, Timeout: time.Minute}
	for _, d := range doctor.ExamineAll(t.Context(), all, o, nil) {
		assert.Equal(t, doctor.OK, d.Status, "%s: %v", d.Name, d.Steps)
		require.NotNil(t, d.Offers, d.Name)
		require.NotNil(t, d.Offers.Tools, d.Name)
		assert.Positive(t, *d.Offers.Tools, d.Name)
		assert.NotEmpty(t, d.Server.Name)
		require.NotNil(t, d.Latency, d.Name)
		assert.Equal(t, 5, d.Latency.Pings)
	}
}
