package inspect_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/mcp"
)

func query(t *testing.T, expression, input string) ([]string, error) {
	t.Helper()
	q, err := inspect.ParseQuery(expression)
	require.NoError(t, err)
	var all []string
	ctx, cancel := context.WithTimeout(t.Context(), time.Second) // for those without end
	defer cancel()
	err = q.Run(ctx, []byte(input), func(s string, _ bool) error { all = append(all, s); return nil })
	return all, err
}

func TestQuery(t *testing.T) {
	const input = `{"tools": [{"name": "a"}, {"name": "b", "n": 12345678901234567890}]}`
	for expression, want := range map[string][]string{
		".tools[].name": {"a", "b"},
		".tools[1].n":   {"12345678901234567890"},
		".tools|length": {"2"},
		"empty":         nil,
		"halt":          nil,
		".tools[0]":     {`{"name":"a"}`},
		"env|length":    {"0"},
	} {
		got, err := query(t, expression, input)
		require.NoError(t, err, expression)
		assert.Equal(t, want, got, expression)
	}
	for expression, want := range map[string]string{
		".tools.name":           "jq: expected an object",
		`error("no")`:           "jq: error: no",
		`"a" | halt_error`:      "jq: ",
		"last(range(infinite))": "took longer",
	} {
		_, err := query(t, expression, input)
		assert.ErrorContains(t, err, want, expression)
	}
	q, err := inspect.ParseQuery("range(2000000)")
	require.NoError(t, err)
	assert.ErrorContains(t, q.Run(t.Context(), []byte("null"), func(string, bool) error { return nil }), "more than")
	for _, wrong := range []string{".[", "nothing", `import "a" as $a; 1`, "$__loc", "input", "get_search_list"} {
		q, err := inspect.ParseQuery(wrong)
		if err == nil {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second) // for those without end
			defer cancel()
			err = q.Run(ctx, []byte("{}"), func(string, bool) error { return nil })
		}
		assert.Error(t, err, wrong)
	}
}

func TestSafeJSON(t *testing.T) {
	for raw, want := range map[string]string{
		`{"a": "b"}`:                         `{"a": "b"}`,
		"\"Grüße, 世界, 👍\"":                   "\"Grüße, 世界, 👍\"",
		"\"\u009b2J\u202e\u200b\ufeff\x7f\"": `"\u009b2J\u202e\u200b\ufeff\u007f"`,
		"\"\U000e0041\"":                     `"\udb40\udc41"`,
		"\"\xff\"":                           `"\ufffd"`,
	} {
		got := string(inspect.SafeJSON([]byte(raw)))
		assert.Equal(t, want, got)
		assert.Equal(t, got, term.Safe(got))
		var a, b any
		require.NoError(t, json.Unmarshal([]byte(raw), &a))
		require.NoError(t, json.Unmarshal([]byte(got), &b))
		assert.Equal(t, a, b, "it means the same")
	}
	assert.Equal(t, "{\n  \"a\": 1\n}", string(inspect.IndentJSON([]byte(`{"a":1}`))))
	deep := strings.Repeat("[", 5000) + strings.Repeat("]", 5000)
	assert.Len(t, inspect.IndentJSON([]byte(deep)), len(deep), "deep JSON is not blown up")
	assert.Equal(t, "{\n  \"a\": \"[[\\\"[\"\n}", string(inspect.IndentJSON([]byte(`{"a":"[[\"["}`))))
}

func TestParts(t *testing.T) {
	result := mcp.MustParse(`{"content": [
		{"type": "text", "text": "hello"},
		{"type": "image", "mimeType": "image/png", "data": "aGk="},
		{"type": "audio", "mimeType": "audio/wav", "data": "%%%"},
		{"type": "resource", "resource": {"uri": "a://b", "text": "in full"}},
		{"type": "resource", "resource": {"uri": "a://c", "blob": "aGk="}},
		{"type": "resource_link", "uri": "a://d", "name": "d", "mimeType": "text/plain"},
		{"type": "hologram"}, 7]}`)
	var got []string
	for _, p := range inspect.ContentParts(result) {
		got = append(got, p.Summary()+p.Text)
	}
	assert.Equal(t, []string{
		"[text]hello", "[image image/png 2 B]", "[audio audio/wav unreadable: illegal base64 data at input byte 0]",
		"[resource a://b]in full", "[resource a://c 2 B]", "[link d a://d text/plain]", "[hologram]", "[]",
	}, got)
	assert.Len(t, inspect.ResourceParts(mcp.MustParse(`{"contents": [{"uri": "a:b", "text": "x"}, {"uri": "a:b", "blob": "aGk="}]}`)), 2)
}
