package spec_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance/spec"
	"github.com/mcpctl/mcpctl/mcp"
)

func TestLookup(t *testing.T) {
	for r := range spec.All() {
		got, ok := spec.Lookup(r.Era, r.ID)
		require.True(t, ok, r.ID)
		require.Equal(t, r, got)
	}
	_, ok := spec.Lookup(mcp.Handshake, "base.jsonrpc.response-shape")
	assert.False(t, ok, "an id of the other era")
	_, ok = spec.Lookup(mcp.Stateless, "")
	assert.False(t, ok)
}

func TestAllStopsWhenAsked(t *testing.T) {
	count := 0
	for range spec.All() {
		if count++; count == 3 {
			break
		}
	}
	assert.Equal(t, 3, count)
}

func TestBinds(t *testing.T) {
	for _, c := range []struct {
		era       mcp.Era
		id        string
		rev       mcp.Revision
		transport string
		want      bool
	}{
		{mcp.Handshake, "base.jsonrpc.utf8", mcp.Rev20241105, "stdio", false},
		{mcp.Handshake, "base.jsonrpc.utf8", mcp.Rev20250326, "stdio", true},
		{mcp.Handshake, "base.jsonrpc.utf8", mcp.Rev20251125, "sse", true},
		{mcp.Handshake, "base.jsonrpc.utf8", mcp.Rev20260728, "stdio", false},
		{mcp.Handshake, "base.jsonrpc.utf8", mcp.Rev20251125, "pigeon", false},
		{mcp.Stateless, "base.jsonrpc.version-field", mcp.Rev20260728, "http", true},
		{mcp.Stateless, "base.jsonrpc.version-field", mcp.Rev20260728, "sse", false},
		{mcp.Stateless, "base.jsonrpc.version-field", mcp.Rev20251125, "http", false},
	} {
		r, ok := spec.Lookup(c.era, c.id)
		require.True(t, ok, c.id)
		assert.Equal(t, c.want, r.Binds(c.rev, c.transport), "%s %s %s", c.id, c.rev, c.transport)
	}
}

func TestTransports(t *testing.T) {
	assert.Equal(t, []string{"stdio", "sse"}, (spec.Stdio | spec.SSE).Names())
	assert.Empty(t, spec.Transports(0).Names())
	assert.False(t, (spec.Stdio | spec.HTTP | spec.SSE).Has(""))
}

func TestStrengthAndSeverity(t *testing.T) {
	for _, c := range []struct {
		level    spec.Level
		basis    string
		strength spec.Strength
		severity spec.Severity
	}{
		{spec.LevelMust, "text", spec.Must, spec.Fails},
		{spec.LevelMustNot, "schema", spec.Must, spec.Fails},
		{spec.LevelMust, "derived", spec.Must, spec.Warns},
		{spec.LevelMustNot, "derived", spec.Must, spec.Warns},
		{spec.LevelShould, "text", spec.Should, spec.Warns},
		{spec.LevelShouldNot, "text", spec.Should, spec.Warns},
		{spec.LevelMayIf, "permission", spec.May, spec.Warns},
	} {
		r := spec.Requirement{Level: c.level, Basis: c.basis}
		assert.Equal(t, c.strength, r.Strength(), "%s", c.level)
		assert.Equal(t, c.severity, r.Severity(), "%s %s", c.level, c.basis)
		assert.Equal(t, c.basis == "derived", r.Derived())
	}
}

func BenchmarkLookup(b *testing.B) {
	for b.Loop() {
		spec.Lookup(mcp.Stateless, "the.last.resort")
	}
}
