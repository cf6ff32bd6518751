package schema

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
)

func set(t testing.TB, r mcp.Revision) *Set {
	t.Helper()
	s, err := For(r)
	require.NoError(t, err)
	return s
}

func TestProblems(t *testing.T) {
	tests := []struct {
		name string
		in   mcp.Revision
		def  string
		raw  string
		want []string
	}{
		{"valid", mcp.Rev20251125, "ListToolsResult", `{"tools":[{"name":"a","inputSchema":{"type":"object"}}]}`, nil},
		{"not JSON", mcp.Rev20251125, "ListToolsResult", `{"tools":`, []string{"is not JSON: unexpected EOF"}},
		{"two values", mcp.Rev20251125, "ListToolsResult", `{"tools":[]} {}`, []string{"is more than one JSON value"}},
		{"unknown definition", mcp.Rev20241105, "Task", `{}`, []string{"revision 2024-11-05 has no definition Task"}},
		{"part of ours", mcp.Rev20241105, "call", `{}`, []string{"revision 2024-11-05 has no definition call"}},
		{"not an object", mcp.Rev20251125, "ListToolsResult", `[]`, []string{"is a list, must be an object"}},
		{"member of another case", mcp.Rev20251125, "ListToolsResult", `{"Tools":[]}`, []string{`lacks the member "tools"`}},
		{
			"several, in order", mcp.Rev20251125, "ListToolsResult",
			`{"nextCursor":null,"tools":[{"name":1},{"name":"b","inputSchema":{"type":"array"}}]}`,
			[]string{
				"/nextCursor is null, must be a string",
				`/tools/0 lacks the member "inputSchema"`,
				"/tools/0/name is a number, must be a string",
				`/tools/1/inputSchema/type is "array", must be "object"`,
			},
		},
		{
			"the block that was meant", mcp.Rev20251125, "CallToolResult",
			`{"content":[{"type":"text"},{"type":"image","data":1,"mimeType":"image/png"}]}`,
			[]string{`/content/0 lacks the member "text"`, "/content/1/data is a number, must be a string"},
		},
		{
			"a block that the revision does not know", mcp.Rev20241105, "CallToolResult",
			`{"content":[{"type":"audio","data":"","mimeType":""}]}`,
			[]string{`/content/0/type is "audio", must be "text", "image" or "resource"`},
		},
		{
			"a block without type", mcp.Rev20251125, "CallToolResult", `{"content":[{"text":"x"}]}`,
			[]string{`/content/0 lacks the member "type"`},
		},
		{
			"a block that is no object", mcp.Rev20251125, "CallToolResult", `{"content":["x"]}`,
			[]string{"/content/0 is a string, must be an object"},
		},
		{
			"a union of contents", mcp.Rev20251125, "ReadResourceResult", `{"contents":[{"uri":"a:b","text":5}]}`,
			[]string{"/contents/0/text is a number, must be a string"},
		},
		{
			"a message by its method", mcp.Rev20260728, "ClientRequest",
			`{"jsonrpc":"1.0","id":1,"method":"tools/list","params":{}}`,
			[]string{`/jsonrpc is "1.0", must be "2.0"`, `/params lacks the member "_meta"`},
		},
		{
			"fractional id", mcp.Rev20251125, "JSONRPCResultResponse", `{"jsonrpc":"2.0","id":1.5,"result":{}}`,
			[]string{"/id is 1.5, must be a string or an integer"},
		},
		{"1.0 is an integer", mcp.Rev20251125, "JSONRPCResultResponse", `{"jsonrpc":"2.0","id":1.0,"result":{}}`, nil},
		{
			"names in need of escapes", mcp.Rev20260728, "RequestParams",
			`{"_meta":{"io.modelcontextprotocol/protocolVersion":5,"io.modelcontextprotocol/clientCapabilities":{}}}`,
			[]string{"/_meta/io.modelcontextprotocol~1protocolVersion is a number, must be a string"},
		},
		{
			"an enumeration", mcp.Rev20260728, "CacheableResult", `{"resultType":"complete","ttlMs":-1,"cacheScope":"all"}`,
			[]string{`/cacheScope is "all", must be "public" or "private"`, "/ttlMs must be >= 0 but found -1"},
		},
		{
			"both of two", mcp.Rev20260728, "UnsupportedProtocolVersionError",
			`{"jsonrpc":"2.0","error":{"code":-32022,"message":"no","data":{"requested":"x"}}}`,
			[]string{`/error/data lacks the member "supported"`},
		},
		{
			"a number too large for arithmetic", mcp.Rev20251125, "Annotations", `{"priority":1e99999999}`,
			[]string{"/priority must be <= 1 but found 1e400"},
		},
		{"a number too small for arithmetic", mcp.Rev20251125, "RequestId", `1e-99999999`, []string{"is 1e-400, must be a string or an integer"}},
		{"a format is not asserted", mcp.Rev20241105, "Root", `{"uri":"no address"}`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, p := range set(t, tt.in).Validate(tt.def, []byte(tt.raw)) {
				got = append(got, p.String())
				assert.False(t, p.Narrow)
			}
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestNarrow(t *testing.T) {
	s := set(t, mcp.Rev20260728)
	for _, raw := range []string{`{"extensions":{"x":{"a":null}}}`, `{"extensions":{"x":{"a":[0.5]}}}`} {
		problems := s.Validate("ServerCapabilities", []byte(raw))
		require.Len(t, problems, 1, raw)
		assert.True(t, problems[0].Narrow, raw)
	}
	problems := s.Validate("ServerCapabilities", []byte(`{"extensions":{"x":null}}`))
	require.Len(t, problems, 1)
	assert.False(t, problems[0].Narrow, "an extension must be an object in the TypeScript too")
}

func TestManyProblemsAreCapped(t *testing.T) {
	raw := `{"tools":[` + strings.Repeat(`1,`, 500) + `1]}`
	assert.Len(t, set(t, mcp.Rev20251125).Validate("ListToolsResult", []byte(raw)), MaxProblems)
}

func TestDeepValues(t *testing.T) {
	deep := strings.Repeat(`[`, 9000) + strings.Repeat(`]`, 9000)
	s := set(t, mcp.Rev20260728)
	assert.Nil(t, s.Validate("ServerCapabilities", []byte(`{"extensions":{"x":{"a":`+deep+`}}}`)))
	tooDeep := strings.Repeat(`[`, 20000) + strings.Repeat(`]`, 20000)
	assert.NotNil(t, s.Validate("ServerCapabilities", []byte(`{"extensions":{"x":{"a":`+tooDeep+`}}}`)))
	bad := strings.Repeat(`[`, 100) + `null` + strings.Repeat(`]`, 100)
	assert.Len(t, s.Validate("JSONValue", []byte(bad)), 1)
}

func TestForUnknownRevision(t *testing.T) {
	_, err := For("2023-01-01")
	assert.ErrorContains(t, err, "2023-01-01")
}

func TestErrorDefinitions(t *testing.T) {
	old, last, now := set(t, mcp.Rev20241105), set(t, mcp.Rev20251125), set(t, mcp.Rev20260728)
	assert.Equal(t, "JSONRPCError", old.ErrorOf(-32042))
	assert.Equal(t, "URLElicitationRequiredError", last.ErrorOf(-32042))
	assert.Equal(t, "JSONRPCErrorResponse", last.ErrorDef())
	assert.Equal(t, "UnsupportedProtocolVersionError", now.ErrorOf(-32022))
	assert.Equal(t, "JSONRPCErrorResponse", now.ErrorOf(-32601))
}

func TestAnswer(t *testing.T) {
	now := set(t, mcp.Rev20260728)
	def, ok := now.Answer("tools/call", []byte(`{"resultType":"input_required"}`))
	assert.True(t, ok)
	assert.Equal(t, "InputRequiredResult", def)
	for _, result := range []string{`{"resultType":"complete"}`, `{"RESULTTYPE":"input_required"}`, `[]`, ``} {
		def, _ = now.Answer("tools/call", []byte(result))
		assert.Equal(t, "CallToolResult", def, result)
	}
	def, _ = set(t, mcp.Rev20251125).Answer("tools/call", []byte(`{"resultType":"input_required"}`))
	assert.Equal(t, "CallToolResult", def)
	_, ok = now.Answer("tools/unheard-of", nil)
	assert.False(t, ok)
}

func TestConcurrentUse(t *testing.T) {
	src, err := load()
	require.NoError(t, err)
	s := newSet(src, mcp.Rev20251125)
	var wg sync.WaitGroup
	for range 4 {
		for _, def := range []string{"ListToolsResult", "CallToolResult", "ServerNotification", "JSONRPCMessage"} {
			wg.Go(func() { assert.NotNil(t, s.Validate(def, []byte(`{"x":1}`))) })
		}
	}
	wg.Wait()
}

// TestSource holds the notation to itself, without the published schemas: every
// definition compiles in every revision that has it, and spans do not overlap.
func TestSource(t *testing.T) {
	src, err := load()
	require.NoError(t, err)
	for _, r := range mcp.Timeline() {
		s := set(t, r)
		for name, spans := range src.definitions {
			bound := 0
			for _, d := range spans {
				if d.span.Has(r) {
					bound++
					assertMembers(t, name, r, d)
				}
			}
			assert.LessOrEqual(t, bound, 1, "%s is defined twice in %s", name, r)
			if s.Has(name) {
				_, err := s.compile(name)
				assert.NoError(t, err)
			}
		}
	}
}

func assertMembers(t *testing.T, name string, r mcp.Revision, d definition) {
	t.Helper()
	seen := map[string]bool{}
	for _, m := range d.members {
		if m.name != "" && m.span.Has(r) {
			assert.False(t, seen[m.name], "%s.%s is described twice in %s", name, m.name, r)
			seen[m.name] = true
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"  a: string":               "a member outside a definition",
		"A\n  a string":             "a member needs a type",
		"A\n  a:":                   "a type is missing",
		"A\n  a: [string":           "a list is not closed",
		"A\n  a: {b: string":        "an object is not closed",
		"A\n  a: {b}":               `member "b" needs a type`,
		"A\n  a: {* string}":        "* needs a type",
		"A\n  a: {*: string":        "an object is not closed",
		"A\n  a: string string":     `unexpected "string"`,
		"A = string |":              "a type is missing",
		"A\n  a: string since 2020": "no such revision",
		"A B":                       "neither a definition nor a method",
	} {
		s := &source{definitions: map[string][]definition{}}
		assert.ErrorContains(t, s.parse("x", text), want, text)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("A since 2025-11-25\n  a?: {b: [string] ..3, c: \"x\" | 1}\n  +B\nB = {*: A & B}")
	f.Fuzz(func(t *testing.T, text string) {
		s := &source{definitions: map[string][]definition{}}
		if s.parse("fuzz", text) == nil {
			assert.NotContains(t, s.definitions, "\n")
		}
	})
}

func FuzzValidate(f *testing.F) {
	f.Add("CallToolResult", []byte(`{"content":[{"type":"text"}]}`))
	f.Add("ClientRequest", []byte(`{"method":"tools/call","params":{"name":1e999}}`))
	f.Add("ServerCapabilities", []byte(`{"extensions":{"x":{"a":null}}}`))
	f.Fuzz(func(t *testing.T, def string, raw []byte) {
		for _, r := range mcp.Timeline() {
			for _, p := range set(t, r).Validate(def, raw) {
				assert.NotEmpty(t, p.Message)
			}
		}
	})
}

func BenchmarkFirstUse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		src, err := read(wire)
		require.NoError(b, err)
		s := newSet(src, mcp.Rev20251125)
		for _, def := range []string{"InitializeResult", "ListToolsResult", "CallToolResult", "ListResourcesResult", "JSONRPCErrorResponse"} {
			require.NotNil(b, s.Validate(def, []byte(`{}`)))
		}
	}
}

func BenchmarkValidate(b *testing.B) {
	tool := map[string]any{"name": "a", "description": "b", "inputSchema": map[string]any{"type": "object"}}
	raw, err := json.Marshal(map[string]any{"tools": []any{tool, tool, tool, tool, tool, tool, tool, tool, tool, tool}})
	require.NoError(b, err)
	s := set(b, mcp.Rev20251125)
	b.ReportAllocs()
	for b.Loop() {
		require.Nil(b, s.Validate("ListToolsResult", raw))
	}
}
