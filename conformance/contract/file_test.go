package contract_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance/contract"
	"github.com/mcpctl/mcpctl/inspect/tape"
	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
	"github.com/mcpctl/mcpctl/publish/surface"
)

func taken(t *testing.T, s *mcptest.Server, kind mcp.TransportKind) *contract.Snapshot {
	t.Helper()
	snapshot, err := contract.Take(t.Context(), s.Target(t, kind), contract.TakeOptions{})
	require.NoError(t, err)
	return snapshot
}

// The same server gives the same bytes over every transport, with pages of any
// size, and the file gives the same snapshot back.
func TestTakeIsCanonical(t *testing.T) {
	s := taken(t, mcptest.New(), mcp.Stdio)
	assert.Equal(t, mcp.Timeline(), s.Revisions)
	name, version := s.Identity()
	assert.Equal(t, []string{"mcptest", "1.0.0"}, []string{name, version})
	assert.NotEmpty(t, s.Lists(contract.Tool))
	paged := mcptest.New()
	paged.PageSize = 1
	assert.Equal(t, string(s.Encode()), string(taken(t, paged, mcp.HTTP).Encode()))
	back, err := contract.Parse(s.Encode())
	require.NoError(t, err)
	assert.Equal(t, s, back)
	assert.Empty(t, contract.Compare(s, back, contract.Options{Now: today}).Changes)
}

// What is not plainly visible is escaped, so that a file can be shown and merged,
// and its digest still holds.
func TestEncodeShowsWhatIsHidden(t *testing.T) {
	s := snapshot(t, "tool {\"name\":\"t\",\"description\":\"a\u202eb\u200b <&>\"}")
	assert.Contains(t, string(s.Encode()), `a\u202eb\u200b <&>`)
}

func TestParseSaysWhereAFileIsBroken(t *testing.T) {
	good := string(snapshot(t, `tool {"name":"t"}`).Encode())
	for _, c := range []struct{ name, was, is, want string }{
		{"no JSON", `"entries"`, `entries`, "line 6, column 3"},
		{"an unfinished merge", `  "entries"`, "\n<<<<<<< HEAD\n", "unfinished merge"},
		{"not UTF-8", `"t"`, "\"\xff\"", "UTF-8"},
		{"something else", `"schema"`, `"schemas"`, "no contract snapshot"},
		{"another version", "contract/v1", "contract/v2", `"mcpctl.contract/v2"`},
		{"no entries", `"entries"`, `"entry"`, "no list of entries"},
		{"no revisions", `"revisions"`, `"revision"`, "no revisions"},
		{"a revision that is none", `"2025-11-25"`, `"2025"`, "no date"},
		{"a kind that is none", `"tool"`, `"tolo"`, `"tolo"`},
		{"a name too many", `"kind": "tool"`, `"kind": "server"`, "does not suit"},
		{"a partial kind that is none", `"entries"`, `"partial":["x"],"entries"`, `"x"`},
		{"no digest", `"digest": "sha256:`, `"digest": "md5:`, "64 hexadecimal digits"},
		{"an edited descriptor", `"name": "t"
      }`, `"name": "t", "title": "x"
      }`, "was edited"},
		{"a descriptor of two meanings", `"name": "t"
      }`, `"name": "t", "name": "u"
      }`, "descriptor"},
		{"a descriptor that is none", `"descriptor": {`, `"descriptor": 7, "x": {`, "no object"},
		{"members twice", `"kind": "tool"`, `"kind": "prompt", "kind": "tool"`, "twice"},
		{"a foreign revision", `"kind": "tool"`, `"kind": "tool", "revisions": ["2024-11-05"]`, "does not have"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Contains(t, good, c.was)
			_, err := contract.Parse([]byte(strings.Replace(good, c.was, c.is, 1)))
			assert.ErrorContains(t, err, c.want)
		})
	}
	_, err := contract.Parse(bytes.Repeat([]byte(" "), contract.MaxBytes+1))
	assert.ErrorContains(t, err, "longer")
	twice := strings.Replace(good, `    {
      "kind"`, good[strings.Index(good, `    {
      "kind"`):strings.LastIndex(good, "  ]")-1]+",\n    {\n      \"kind\"", 1)
	_, err = contract.Parse([]byte(twice))
	assert.ErrorContains(t, err, "twice")
}

// A snapshot that was signed with a release has no capabilities, and those are not
// missed; of an old one only the digests are known.
func TestASignedSnapshot(t *testing.T) {
	server := mcptest.New()
	live := taken(t, server, mcp.Stdio)
	signed, err := surface.Take(t.Context(), server.Target(t, mcp.Stdio))
	require.NoError(t, err)
	d := contract.Compare(contract.OfSurface(signed), live, contract.Options{Now: today})
	assert.Empty(t, rules(d))
	assert.Contains(t, strings.Join(d.Notes, " "), "capabilities")

	for i := range signed.Entries {
		signed.Entries[i].Descriptor = mcp.Value{}
	}
	server = mcptest.New()
	server.Tools[0].Descriptor["description"] = "other"
	d = contract.Compare(contract.OfSurface(signed), taken(t, server, mcp.Stdio), contract.Options{Now: today})
	assert.Equal(t, []string{"contract/changed-unseen"}, rules(d))
	assert.False(t, d.Breaking())
}

// What was recorded is compared with what is live; what the client did not ask for
// is not missed.
func TestARecording(t *testing.T) {
	server := mcptest.New()
	server.PageSize = 1_000
	recorded := recordedTools(t, server)
	assert.Equal(t, []contract.Kind{contract.Prompt, contract.Resource, contract.Revision, contract.Template}, recorded.Partial)
	live := taken(t, server, mcp.Stdio)
	assert.Empty(t, rules(contract.Compare(recorded, live, contract.Options{Now: today})))
	assert.Empty(t, rules(contract.Compare(live, recorded, contract.Options{Now: today})))
	server.Tools = server.Tools[1:]
	assert.Equal(t, []string{"contract/tool-removed"}, rules(contract.Compare(recorded, taken(t, server, mcp.Stdio), contract.Options{Now: today})))

	server = mcptest.New()
	server.PageSize = 1
	cut := recordedTools(t, server)
	assert.Contains(t, cut.Partial, contract.Tool, "the client did not turn the page")
	assert.Empty(t, rules(contract.Compare(cut, live, contract.Options{Now: today})))

	_, err := contract.OfTape(&tape.Tape{})
	assert.ErrorContains(t, err, "which revision")
}

// recordedTools is what a client has seen that asked for tools only, once.
func recordedTools(t *testing.T, server *mcptest.Server) *contract.Snapshot {
	t.Helper()
	session, err := mcp.Connect(t.Context(), server.Target(t, mcp.Stdio), mcp.Options{Revision: mcp.Rev20251125, Limits: mcp.DefaultLimits()})
	require.NoError(t, err)
	session.Call(t.Context(), "tools/list", nil)
	require.NoError(t, session.Close(t.Context()))
	recording := &tape.Tape{}
	for _, f := range session.Log().Frames() {
		recording.Frames = append(recording.Frames, traffic.Frame{Frame: f})
	}
	recorded, err := contract.OfTape(recording)
	require.NoError(t, err)
	return recorded
}

// FuzzParse: a file that can be read is the same when it is written anew, and what
// it holds can be compared.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob(filepath.Join(pairsDir, "server-s*.json"))
	require.NoError(f, err)
	for _, file := range files {
		raw, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(raw)
	}
	f.Add(snapshot(f, "revision 2025-11-25", "revision 2026-07-28", "partial prompt", `tool {"name":"t"}`, "unseen tool t a", `prompt {"name":"p"}`).Encode())
	f.Add([]byte(`{"schema":"mcpctl.contract/v1","revisions":["2025-11-25"],"entries":[{"kind":"server","digest":"sha256:","descriptor":{}}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := contract.Parse(raw)
		if err != nil {
			return
		}
		again, err := contract.Parse(s.Encode())
		require.NoError(t, err)
		assert.Equal(t, string(s.Encode()), string(again.Encode()))
		assert.Empty(t, contract.Compare(s, again, contract.Options{Now: today}).Changes)
	})
}
