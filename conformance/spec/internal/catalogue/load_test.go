package catalogue

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const folder = "../.."

func TestTheCataloguesLoad(t *testing.T) {
	c, err := Load(os.DirFS(folder))
	require.NoError(t, err)
	require.Len(t, c.Books, 2)
	for _, b := range c.Books {
		assert.NotEmpty(t, b.Entries, b.Era)
	}
}

// TestLoadNamesEachFault spoils one entry of the real stateless catalogue, or
// of the handshake one, and expects the loader to say what is wrong.
func TestLoadNamesEachFault(t *testing.T) {
	const handshake, stateless = "requirements-handshake.yaml", "requirements-stateless.yaml"
	for name, c := range map[string]struct{ file, old, spoilt, complaint string }{
		"level":          {stateless, "level: MUST\n", "level: WILL\n", `level "WILL" is not one of MUST,`},
		"area":           {stateless, "area: base\n", "area: cellar\n", `area "cellar"`},
		"transport":      {stateless, "transports: [stdio, http]", "transports: [stdio, sse]", `transports "sse"`},
		"no transport":   {handshake, "transports: [stdio, http, sse]", "transports: []", "transports is empty"},
		"testability":    {handshake, "testability: passive", "testability: easy", `testability "easy"`},
		"basis":          {handshake, "basis: text", "basis: keyword", `basis "keyword"`},
		"requires":       {stateless, "requires: none", "requires: luck", `requires "luck"`},
		"empty probe":    {stateless, "probe: Check on every", "probe: ''\n  note: Check on every", "probe is empty"},
		"id form":        {stateless, "id: base.jsonrpc.version-field", "id: Base", "dotted lower-case words"},
		"id taken":       {stateless, "id: base.jsonrpc.response-shape", "id: base.jsonrpc.version-field", "the id is taken"},
		"unknown since":  {handshake, `since: "2025-03-26"`, `since: "2025-03-27"`, `"2025-03-27" is no known revision`},
		"empty since":    {stateless, `since: "2026-07-28"`, `since: ""`, `"" is no known revision`},
		"era":            {handshake, `until: "2025-11-25"`, `until: "2026-07-28"`, "not of the handshake era"},
		"open handshake": {handshake, `until: "2025-11-25"`, `until: null`, "until is missing"},
		"turned span":    {handshake, `since: "2025-03-26"` + "\n  until: \"2025-11-25\"", `since: "2025-03-26"` + "\n  until: \"2024-11-05\"", "comes before"},
		"citation":       {stateless, "basic/index.mdx § Messages", "basic/index.mdx § Massages", "basic/index#massages"},
		"field":          {stateless, "  testability: passive", "  testable: passive", "testable"},
		"page":           {"anchors.yaml", "  server/tools:", "  server/toolz:", "knows no server/tools"},
		"revision":       {"anchors.yaml", "'2026-07-28':", "'2027-07-28':", "no pages for revision 2026-07-28"},
		"new revision":   {"anchors.yaml", "'2026-07-28':", "'2027-07-28': {index: []}\n'2026-07-28':", `does not know revision "2027-07-28"`},
	} {
		t.Run(name, func(t *testing.T) {
			files := fstest.MapFS{}
			for _, file := range []string{handshake, stateless, "anchors.yaml"} {
				data, err := os.ReadFile(folder + "/" + file)
				require.NoError(t, err)
				text := string(data)
				if file == c.file {
					require.Contains(t, text, c.old)
					text = strings.Replace(text, c.old, c.spoilt, 1)
				}
				files[file] = &fstest.MapFile{Data: []byte(text)}
			}
			_, err := Load(files)
			assert.ErrorContains(t, err, c.complaint)
		})
	}
}

func TestLoadNamesAMissingFile(t *testing.T) {
	_, err := Load(fstest.MapFS{})
	assert.ErrorContains(t, err, "anchors.yaml")
}
