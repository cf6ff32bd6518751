package conformance

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/mcp"
)

func TestFactsMissing(t *testing.T) {
	server := mcp.MustParse(`{"capabilities":{"tools":{"listChanged":false},"resources":{"subscribe":true},"prompts":null}}`)
	f := Facts{Revision: mcp.Rev20251125, Transport: mcp.HTTP, Server: server, Speaks: []mcp.Revision{mcp.Rev20251125}}
	tests := map[string]string{
		"":                          "",
		"tools":                     "",
		"tools resources.subscribe": "",
		"http":                      "",
		"notifies":                  "",
		"no-completions":            "",
		"tools.listChanged":         "the server does not declare tools.listChanged",
		"prompts":                   "the server does not declare prompts",
		"completions":               "the server does not declare completions",
		"no-tools":                  "the server declares tools",
		"stdio":                     "for stdio only",
		"tools sse":                 "for HTTP+SSE only",
		"sessions":                  "the server gives no session id",
		"dual-era":                  "the server speaks one era only",
		"stateless-only":            "the server also speaks handshake revisions",
		"local":                     "the server does not run on this machine",
		"allowed-tools":             "no tool may be called; allow some with --allow-tool GLOB",
	}
	for needs, want := range tests {
		assert.Equal(t, want, f.Missing(needs), "needs %q", needs)
	}
	f.Speaks = append(f.Speaks, mcp.Rev20260728)
	assert.Empty(t, f.Missing("dual-era"))
	f.Speaks, f.Revision = []mcp.Revision{mcp.Rev20260728}, mcp.Rev20260728
	assert.Empty(t, f.Missing("stateless-only"))
	f.Revision = mcp.Rev20241105
	assert.Empty(t, f.Missing("completions"), "completion was no capability yet")
}

func TestLocal(t *testing.T) {
	for address, want := range map[string]bool{
		"": true, "http://127.0.0.1:8080/mcp": true, "http://localhost/": true, "http://[::1]:80/": true,
		"https://example.com/mcp": false, "http://127.example.com/": false, "http://10.0.0.1/": false,
	} {
		assert.Equal(t, want, local(mcp.Target{URL: address}), address)
	}
}

func TestMatchGlob(t *testing.T) {
	tests := []struct {
		glob, id string
		want     bool
	}{
		{"tools/names/unique", "tools/names/unique", true},
		{"tools/*", "tools/names/unique", true},
		{"tools/", "tools/names/unique", true},
		{"*unique", "tools/names/unique", true},
		{"tools/names/uniqu?", "tools/names/unique", true},
		{"*", "tools/names/unique", true},
		{"tools", "tools/names/unique", false},
		{"tools/name.", "tools/names", false},
		{"[", "tools", false},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, MatchGlob(tt.glob, tt.id), "%s against %s", tt.glob, tt.id)
	}
}
