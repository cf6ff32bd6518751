package add_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
	"github.com/mcpctl/mcpctl/scaffold"
	"github.com/mcpctl/mcpctl/scaffold/add"
)

func TestNames(t *testing.T) {
	for name, problem := range map[string]string{
		"get_forecast":          "",
		"a":                     "",
		"Admin.tools-2":         "",
		strings.Repeat("n", 64): "",
		strings.Repeat("n", 65): "more than 64",
		"":                      "needs a name",
		"2fa":                   "begin with a letter",
		"_x":                    "begin with a letter",
		"../x":                  "begin with a letter",
		"get forecast":          "a character",
		"a/b":                   "a character",
		"größe":                 "a character",
		"a\x00":                 "a character",
	} {
		_, err := add.New(add.Tool, name)
		if problem == "" {
			assert.NoError(t, err, name)
			continue
		}
		assert.ErrorContains(t, err, problem, name)
	}
}

func TestOneWordIsHintedAt(t *testing.T) {
	one, err := add.New(add.Tool, "forecast")
	require.NoError(t, err)
	assert.Contains(t, one.Notes[0], "a verb and a noun")
	two, err := add.New(add.Tool, "getForecast")
	require.NoError(t, err)
	assert.Empty(t, two.Notes)
}

func TestWords(t *testing.T) {
	for name, want := range map[string][]string{
		"get_forecast": {"get", "forecast"}, "getPet_v2": {"get", "pet", "v2"}, "HTTPProxy": {"http", "proxy"},
		"a.b-C": {"a", "b", "c"}, "__": nil, "ID": {"id"}, "userID": {"user", "id"},
	} {
		assert.Equal(t, want, add.Words(name), name)
	}
}

func TestURIs(t *testing.T) {
	for uri, problem := range map[string]string{
		"docs://manual":                    "",
		"users://{id}/profile{?q}":         "",
		"urn:isbn:1":                       "",
		"manual":                           "absolute",
		"docs://{":                         "a variable that is none",
		"docs://}":                         "without a {",
		"docs://{a b}":                     "is none",
		"docs://{}":                        "is none",
		"docs://{é}":                       "is none",
		"x://" + strings.Repeat("u", 2000): "more than 1024",
	} {
		it, err := add.New(add.Resource, "manual")
		require.NoError(t, err)
		if err = it.SetURI(uri); problem == "" {
			assert.NoError(t, err, uri)
			assert.Equal(t, strings.Contains(uri, "{"), it.Templated())
			continue
		}
		assert.ErrorContains(t, err, problem, uri)
	}
}

func TestArguments(t *testing.T) {
	it, err := add.New(add.Prompt, "review_code")
	require.NoError(t, err)
	require.NoError(t, it.AddArgument("code=what to review = all"))
	require.NoError(t, it.AddArgument("style?"))
	assert.Equal(t, []add.Argument{{Name: "code", Description: "what to review = all", Required: true}, {Name: "style"}}, it.Arguments)
	assert.ErrorContains(t, it.AddArgument("code"), "twice")
	assert.ErrorContains(t, it.AddArgument("a b"), "character")
}

func TestPromptOfASchema(t *testing.T) {
	it, err := add.FromSchemaFile(add.Prompt, "review_code", []byte(`{"title": "Review", "properties": {"code": {"type": "string", "description": "it"}, "style": {}}, "required": ["code"]}`))
	require.NoError(t, err)
	assert.Equal(t, "Review", it.Title)
	assert.Equal(t, []add.Argument{{Name: "code", Description: "it", Required: true}, {Name: "style"}}, it.Arguments)
	_, err = add.FromSchemaFile(add.Prompt, "review_code", []byte(`{"properties": {"n": {"type": "integer"}}}`))
	assert.ErrorContains(t, err, "are strings")
	_, err = add.FromSchemaFile(add.Resource, "manual", []byte(`{"type": "object"}`))
	assert.ErrorContains(t, err, "--uri")
}

func TestSchemas(t *testing.T) {
	nested := strings.Repeat(`{"properties": {"a": `, 40) + "{}" + strings.Repeat("}}", 40)
	for text, problem := range map[string]string{
		`{"type": "object"}`: "",
		`{"type": "object", "properties": {"a": {"default": 1, "type": "integer"}}}`:                         "",
		`{"type": "object", "properties": {"default": {"type": "string"}}}`:                                  "",
		`{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}`:                      "",
		`{"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"type": "string"}}}`: "",
		`{"type": "object", "properties": {"a": {"default": "1", "type": "integer"}}}`:                       "refused by its own schema",
		`{"$schema": "http://json-schema.org/draft-04/schema#", "type": "object"}`:                           "dialect",
		`{"type": "array"}`:                    "must have \"type\": \"object\"",
		`{}`:                                   "must have \"type\": \"object\"",
		`[]`:                                   "not an object",
		`{`:                                    "cannot be read",
		`{"type": "object", "type": "object"}`: "twice",
		`{"type": "object", "properties": {"a": {"$ref": "https://example.com/s"}}}`:                "nothing is fetched",
		`{"type": "object", "properties": {"a": {"$ref": "#/$defs/b"}}}`:                            "leads nowhere",
		`{"type": "object", "properties": {"a": {"pattern": "(?=a)"}}}`:                             "cannot be used",
		`{"type": "object", "properties": {"a": {"type": "sting"}}}`:                                "cannot be used",
		`{"type": "object", "allOf": [` + nested + `]}`:                                             "nested deeper",
		`{"type": "object", "description": "` + strings.Repeat("x", 300<<10) + `"}`:                 "more than 262144",
		`{"type": "object", "description": "` + strings.Repeat("x", 20<<10) + `"}`:                  "",
		`{"inputSchema": {"type": "string"}}`:                                                       "input schema",
		`{"inputSchema": {"type": "object"}, "outputSchema": {"type": "array"}}`:                    "output schema",
		`{"inputSchema": {"type": "object"}, "description": "` + strings.Repeat("x", 20<<10) + `"}`: "more than 16384",
	} {
		it, err := add.FromSchemaFile(add.Tool, "get_forecast", []byte(text))
		short := text[:min(len(text), 120)]
		if problem == "" {
			require.NoError(t, err, short)
			assert.JSONEq(t, text, string(it.Input), short)
			assert.Nil(t, it.Annotations)
			continue
		}
		assert.ErrorContains(t, err, problem, short)
	}
}

func TestToolOfAListing(t *testing.T) {
	it, err := add.FromSchemaFile(add.Tool, "get_forecast", []byte(`{"name": "other", "title": "T", "description": "D",
		"inputSchema": {"type": "object"}, "outputSchema": {"type": "object"}, "annotations": {"title": "A", "readOnlyHint": true, "openWorldHint": "no"}}`))
	require.NoError(t, err)
	assert.Equal(t, "get_forecast T D", strings.Join([]string{it.Name, it.Title, it.Description}, " "))
	assert.Equal(t, &add.Annotations{Title: "A", ReadOnly: new(true)}, it.Annotations)
	assert.JSONEq(t, `{"type": "object"}`, string(it.Output))
}

// A tool of the reference server, over the wire, in the era of the handshake
// and in the other.
func TestLive(t *testing.T) {
	target := mcptest.New().Target(t, mcp.HTTP)
	options := mcp.Options{Limits: mcp.DefaultLimits()}
	it, err := add.FromLive(t.Context(), target, options, "say_again", "echo")
	require.NoError(t, err)
	assert.Equal(t, add.FromServer, it.Source)
	assert.Equal(t, "say_again", it.Name)
	assert.NotEmpty(t, it.Description)
	var schema map[string]any
	require.NoError(t, json.Unmarshal(it.Input, &schema))
	assert.Equal(t, "object", schema["type"])

	_, err = add.FromLive(t.Context(), target, options, "say_again", "ecko")
	var unknown *scaffold.UnknownError
	require.ErrorAs(t, err, &unknown)
	assert.Contains(t, unknown.Known, "echo")

	broken := mcptest.New()
	broken.Faults = mcptest.Refuse("tools/list", mcp.CodeInternalError, "the list is lost")
	_, err = add.FromLive(t.Context(), broken.Target(t, mcp.HTTP), options, "say_again", "echo")
	assert.ErrorContains(t, err, "the list is lost")

	endless := mcptest.New()
	endless.Faults = mcptest.SetIn("tools/list", "/nextCursor", "again")
	_, err = add.FromLive(t.Context(), endless.Target(t, mcp.HTTP), options, "say_again", "none")
	assert.Error(t, err)
}

func TestOperationHints(t *testing.T) {
	const doc = `{openapi: 3.1.0, info: {title: T}, servers: [{url: "https://a.example"}], paths: {/x: {get: {}, put: {}, post: {}, patch: {}, delete: {}}}}`
	for method, want := range map[string]add.Annotations{
		"GET":    {ReadOnly: new(true), Destructive: new(false), Idempotent: new(true), OpenWorld: new(true)},
		"PUT":    {ReadOnly: new(false), Destructive: new(true), Idempotent: new(true), OpenWorld: new(true)},
		"DELETE": {ReadOnly: new(false), Destructive: new(true), Idempotent: new(true), OpenWorld: new(true)},
		"PATCH":  {ReadOnly: new(false), Destructive: new(true), Idempotent: new(false), OpenWorld: new(true)},
		"POST":   {ReadOnly: new(false), Destructive: new(false), Idempotent: new(false), OpenWorld: new(true)},
	} {
		it, err := add.FromOperation("do_it", []byte(doc), method+" /x")
		require.NoError(t, err)
		assert.Equal(t, &want, it.Annotations, method)
	}
	_, err := add.FromOperation("do_it", []byte(doc), "HEAD /x")
	var unknown *scaffold.UnknownError
	require.ErrorAs(t, err, &unknown)
	assert.Equal(t, []string{"GET /x", "PUT /x", "POST /x", "DELETE /x", "PATCH /x"}, unknown.Known)
}

func FuzzSchema(f *testing.F) {
	for _, seed := range []string{`{"type": "object"}`, `{"inputSchema": {"type": "object"}}`, `{"type": "object", "properties": {"a": {"$ref": "#"}}}`, `{"type":"object","properties":{"a":{"enum":["x"],"default":"y"}}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		it, err := add.FromSchemaFile(add.Tool, "get_forecast", data)
		if err == nil && !json.Valid(it.Input) {
			t.Errorf("accepted %q and made %q of it", data, it.Input)
		}
	})
}
