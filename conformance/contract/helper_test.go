package contract_test

import (
	"flag"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance/contract"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/publish/surface"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// today is the day of all tests.
var today = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// snapshot is one of lines "KIND DESCRIPTOR"; "revision DATE" adds a revision, and
// "unseen KIND NAME DIGIT" an entry of which only the digest is known. Without a
// revision it is of 2025-11-25.
func snapshot(t testing.TB, lines ...string) *contract.Snapshot {
	t.Helper()
	s := &contract.Snapshot{}
	for _, line := range lines {
		word, rest, _ := strings.Cut(line, " ")
		switch kind := contract.Kind(word); word {
		case "revision":
			s.Revisions = append(s.Revisions, mcp.Revision(rest))
		case "partial":
			s.Partial = append(s.Partial, contract.Kind(rest))
		case "unseen":
			fields := strings.Fields(rest)
			s.Entries = append(s.Entries, contract.Entry{Kind: contract.Kind(fields[0]), Name: fields[1], Digest: "sha256:" + strings.Repeat(fields[2], 64)})
		default:
			v, hash, err := surface.Canonical([]byte(rest))
			require.NoError(t, err, line)
			id := map[contract.Kind]string{contract.Tool: "name", contract.Prompt: "name", contract.Resource: "uri", contract.Template: "uriTemplate"}[kind]
			s.Entries = append(s.Entries, contract.Entry{Kind: kind, Name: v.Get(id).Text(), Digest: "sha256:" + hash, Descriptor: v})
		}
	}
	if len(s.Revisions) == 0 {
		s.Revisions = []mcp.Revision{mcp.Rev20251125}
	}
	// The way through the file sorts it, and proves that it can be read.
	back, err := contract.Parse(s.Encode())
	require.NoError(t, err)
	return back
}

// rules are the ids of the changes, in order.
func rules(d *contract.Diff) []string {
	all := []string{}
	for _, c := range d.Changes {
		all = append(all, c.Rule)
	}
	return all
}
