package ledger_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance/spec"
	"github.com/mcpctl/mcpctl/conformance/spec/ledger"
	"github.com/mcpctl/mcpctl/mcp"
)

const goodReason = "No client can see what the server writes to its own disk."

func load(text string) ([]ledger.Excuse, error) {
	return ledger.Load(fstest.MapFS{"excused.yaml": {Data: []byte(text)}})
}

func TestTheReviewedListLoads(t *testing.T) {
	_, err := ledger.Load(os.DirFS(".."))
	assert.NoError(t, err)
}

func TestLoadReadsAnEntry(t *testing.T) {
	excuses, err := load("- {era: stateless, id: base.jsonrpc.version-field, reason: " + goodReason + "}")
	require.NoError(t, err)
	assert.Equal(t, []ledger.Excuse{{
		Key: ledger.Key{Era: mcp.Stateless, ID: "base.jsonrpc.version-field"}, Reason: goodReason,
	}}, excuses)
}

func TestLoadAcceptsAnEmptyList(t *testing.T) {
	for _, text := range []string{"", "# nothing\n", "[]"} {
		excuses, err := load(text)
		assert.NoError(t, err, "%q", text)
		assert.Empty(t, excuses)
	}
}

func TestLoadRefuses(t *testing.T) {
	entry := func(era, id, reason string) string {
		return "- {era: " + era + ", id: " + id + ", reason: '" + reason + "'}\n"
	}
	known := "base.jsonrpc.version-field"
	for name, c := range map[string]struct{ text, complaint string }{
		"an unknown id":      {entry("handshake", "base.nothing", goodReason), "no such requirement"},
		"the other era's id": {entry("stateless", "base.jsonrpc.utf8", goodReason), "no such requirement"},
		"an unknown era":     {entry("modern", known, goodReason), "neither handshake nor stateless"},
		"no reason":          {entry("handshake", known, ""), "whole sentence"},
		"a thin reason":      {entry("handshake", known, "Hard to test."), "whole sentence"},
		"a broken sentence":  {entry("handshake", known, strings.TrimSuffix(goodReason, ".")), "whole sentence"},
		"a repetition":       {strings.Repeat(entry("handshake", known, goodReason), 2), "excused twice"},
		"an unknown field":   {"- {era: handshake, id: " + known + ", because: x}", "because"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load(c.text)
			assert.ErrorContains(t, err, c.complaint)
		})
	}
	_, err := ledger.Load(fstest.MapFS{})
	assert.ErrorContains(t, err, "excused.yaml", "a missing file is an error, not an empty list")
}

func TestDemands(t *testing.T) {
	for area, demanded := range map[string]bool{
		"tools": true, "errors": true, "authorization": false, "tasks": false, "tasks-ext": false, "apps-ext": false,
	} {
		for testability, observable := range map[spec.Testability]bool{
			spec.Auto: true, spec.Passive: true, spec.NeedsFixture: false, spec.NeedsOAuth: false, spec.Manual: false,
		} {
			r := spec.Requirement{Area: area, Testability: testability}
			assert.Equal(t, demanded && observable, ledger.Demands(r), "%s %s", area, testability)
		}
	}
}

func TestAudit(t *testing.T) {
	var demanded []ledger.Key
	for r := range spec.All() {
		if ledger.Demands(r) {
			demanded = append(demanded, ledger.Key{Era: r.Era, ID: r.ID})
		}
	}
	first, rest := demanded[0], demanded[1:]
	excuse := []ledger.Excuse{{Key: first, Reason: goodReason}}

	assert.NoError(t, ledger.Audit(slices.Values(demanded), nil), "all claimed")
	assert.NoError(t, ledger.Audit(slices.Values(slices.Concat(demanded, demanded)), nil), "claimed twice")
	assert.NoError(t, ledger.Audit(slices.Values(rest), excuse), "one excused")

	assert.EqualError(t, ledger.Audit(slices.Values(rest), nil),
		first.String()+": no check claims it; write one, or excuse it with a reason")
	assert.EqualError(t, ledger.Audit(slices.Values(demanded), excuse),
		first.String()+": a check claims it, so its excuse must go")
	strange := ledger.Key{Era: mcp.Stateless, ID: "tools.invented"}
	assert.EqualError(t, ledger.Audit(slices.Values(append(demanded, strange)), nil),
		"stateless tools.invented: a check claims it, and the catalogue has no such requirement")
}
