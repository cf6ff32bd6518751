package openapi_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold/add/openapi"
)

// doc is a description whose one operation, GET or POST /pets/{id}, is given.
func doc(version, operation string) string {
	return "openapi: " + version + "\ninfo: {title: The Pet API}\nservers: [{url: 'https://pets.example.com/v1/'}]\n" +
		"components:\n  schemas:\n    Pet: {type: object, required: [id, name], properties: {id: {type: integer, readOnly: true}, name: {type: string}, secret: {type: string, writeOnly: true}, next: {$ref: '#/components/schemas/Pet'}}}\n" +
		"    Loop: {$ref: '#/components/schemas/Loop'}\n" +
		"paths:\n  /pets/{id}:\n    parameters: [{name: id, in: path, required: true, schema: {type: string}}]\n" + operation
}

func read(t *testing.T, text, id string) (*openapi.Operation, error) {
	t.Helper()
	d, err := openapi.Read([]byte(text))
	if err != nil {
		return nil, err
	}
	return d.Operation(id)
}

func mustRead(t *testing.T, text, id string) *openapi.Operation {
	t.Helper()
	o, err := read(t, text, id)
	require.NoError(t, err)
	return o
}

func TestParametersAndAnswer(t *testing.T) {
	o := mustRead(t, doc("3.0.3", `    get:
      operationId: getPet
      summary: Get a pet
      parameters:
        - {name: id, in: query, description: the other id, schema: {type: array, items: {type: integer}}, explode: false}
        - {name: X-Trace, in: header, schema: {type: string, nullable: true, enum: [a]}}
        - {name: accept, in: header, schema: {type: string}}
        - {name: filter, in: query, style: deepObject, schema: {type: object}}
        - {name: session, in: cookie, schema: {type: string}}
      responses:
        default: {description: no}
        "200": {description: yes, content: {"application/json; charset=utf-8": {schema: {$ref: "#/components/schemas/Pet"}}}}
`), "getPet")
	assert.Equal(t, []openapi.Parameter{
		{Argument: "id", Name: "id", In: "path", Joined: true},
		{Argument: "id_query", Name: "id", In: "query", Joined: true},
		{Argument: "X-Trace", Name: "X-Trace", In: "header", Joined: true},
	}, o.Parameters)
	assert.Equal(t, "GET /pets/{id} Get a pet pet https://pets.example.com/v1", strings.Join([]string{o.Method, o.Path, o.Description, o.Service, o.Server}, " "))
	assert.JSONEq(t, `{"type": "object", "required": ["id"], "additionalProperties": false, "properties": {
		"id": {"type": "string"},
		"id_query": {"type": "array", "items": {"type": "integer"}, "description": "the other id"},
		"X-Trace": {"type": ["string", "null"], "enum": ["a", null]}}}`, string(o.Input))
	assert.JSONEq(t, `{"type": "object", "required": ["id", "name"],
		"properties": {"id": {"type": "integer", "readOnly": true}, "name": {"type": "string"}, "next": {"$ref": "#/$defs/Pet"}},
		"$defs": {"Pet": {"type": "object", "required": ["id", "name"],
			"properties": {"id": {"type": "integer", "readOnly": true}, "name": {"type": "string"}, "next": {"$ref": "#/$defs/Pet"}}}}}`, string(o.Output))
	assert.Len(t, o.Notes, 2, "%v", o.Notes)
}

func TestBodies(t *testing.T) {
	body := func(required, schema string) string {
		return doc("3.1.0", "    post:\n      requestBody: {required: "+required+", content: {application/json: {schema: "+schema+"}}}\n      responses: {201: {content: {application/problem+json: {schema: {type: array, items: {type: string}}}}}}\n")
	}
	pet := "{$ref: '#/components/schemas/Pet'}"
	o := mustRead(t, body("true", pet), "POST /pets/{id}")
	assert.Equal(t, openapi.SpreadBody, o.Body, "no argument is lost: the read-only id of the body is not sent")

	for name, tc := range map[string]struct {
		schema, required string
		body             openapi.Body
		properties       string
	}{
		"spread":          {"{type: object, required: [a], properties: {a: {type: string}, b: {example: 1}}}", "true", openapi.SpreadBody, `{"id": {"type": "string"}, "a": {"type": "string"}, "b": {"examples": [1]}}`},
		"optional":        {"{type: object, properties: {a: {}}}", "false", openapi.WholeBody, `{"id": {"type": "string"}, "body": {"type": "object", "properties": {"a": {}}}}`},
		"a list":          {"{type: array}", "true", openapi.WholeBody, `{"id": {"type": "string"}, "body": {"type": "array"}}`},
		"name taken":      {"{type: object, properties: {id: {}}}", "true", openapi.WholeBody, `{"id": {"type": "string"}, "body": {"type": "object", "properties": {"id": {}}}}`},
		"more than that":  {"{type: object, minProperties: 1, properties: {a: {}}}", "true", openapi.WholeBody, `{"id": {"type": "string"}, "body": {"type": "object", "minProperties": 1, "properties": {"a": {}}}}`},
		"3.1 bounds stay": {"{type: integer, exclusiveMinimum: 3}", "true", openapi.WholeBody, `{"id": {"type": "string"}, "body": {"type": "integer", "exclusiveMinimum": 3}}`},
	} {
		t.Run(name, func(t *testing.T) {
			o := mustRead(t, body(tc.required, tc.schema), "POST /pets/{id}")
			var got struct{ Properties json.RawMessage }
			require.NoError(t, json.Unmarshal(o.Input, &got))
			assert.JSONEq(t, tc.properties, string(got.Properties))
			assert.Equal(t, tc.body, o.Body)
			assert.True(t, o.Wrapped)
			assert.JSONEq(t, `{"type": "object", "properties": {"result": {"type": "array", "items": {"type": "string"}}}, "required": ["result"]}`, string(o.Output))
		})
	}
}

func TestSchemasOfOld(t *testing.T) {
	o := mustRead(t, doc("3.0.1", "    get: {operationId: x, parameters: [{name: a, in: query, schema: {type: integer, minimum: 1, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false, x-y: 1, xml: {}}}]}\n"), "x")
	assert.Contains(t, string(o.Input), `"a":{"type":"integer","maximum":9,"exclusiveMinimum":1}`)
	assert.Nil(t, o.Output)
}

func TestServer(t *testing.T) {
	for servers, want := range map[string]string{
		"[]":                                     "",
		"[{url: /}]":                             "",
		"[{url: 'ftp://a'}, {url: 'http://b/'}]": "http://b",
		"[{url: 'https://{h}.example', variables: {h: {default: x}}}]":           "https://x.example",
		"[{url: 'https://user:secret@a.example'}, {url: 'https://a.example?x'}]": "",
	} {
		o := mustRead(t, "{openapi: 3.1.0, info: {title: '§§'}, servers: "+servers+", paths: {/x: {get: {}}}}", "GET /x")
		assert.Equal(t, want, o.Server, servers)
		assert.Equal(t, "upstream", o.Service)
		assert.Equal(t, want == "", len(o.Notes) == 1)
	}
	o := mustRead(t, "{openapi: 3.1.0, security: [{key: []}], servers: [{url: 'https://a.example'}], paths: {/x: {get: {}, put: {security: []}}}}", "GET /x")
	assert.Contains(t, o.Notes[0], "credentials (key)")
}

func TestRefusals(t *testing.T) {
	get := func(rest string) string { return doc("3.1.0", "    get: {operationId: x, "+rest+"}\n") }
	param := func(rest string) string { return get("parameters: [{" + rest + "}]") }
	var many []string
	for i := range 101 {
		many = append(many, fmt.Sprintf("{name: p%d, in: query, schema: {}}", i))
	}
	for name, tc := range map[string]struct{ text, problem string }{
		"no operation":         {get("summary: s"), ""},
		"Swagger":              {"swagger: '2.0'", "Swagger 2.0"},
		"no version":           {"info: {}", "no OpenAPI description"},
		"a version to come":    {"openapi: 4.0.0", "3.0 and 3.1"},
		"no YAML":              {"a: [", "read the OpenAPI description"},
		"empty":                {"", "empty"},
		"too large":            {strings.Repeat("#", openapi.MaxBytes+1), "more than"},
		"key twice":            {"openapi: 3.1.0\nopenapi: 3.1.0", "twice"},
		"merge key":            {"openapi: 3.1.0\na: &a {b: 1}\nc: {<<: *a}", "merge keys"},
		"a list as key":        {"openapi: 3.1.0\n? [a]\n: b", "no plain text"},
		"not a number":         {"openapi: 3.1.0\na: .inf", "no number"},
		"alias bomb":           {bomb(), "more than 400000 values"},
		"aliases of a text":    {"openapi: 3.1.0\na: &a " + strings.Repeat("x", 1_000_000) + "\nb: [" + strings.Repeat("*a,", 100) + "]", "more than 16777216 bytes"},
		"alias in itself":      {"openapi: 3.1.0\na: &a [*a]", "nested deeper"},
		"deep":                 {"openapi: 3.1.0\na: " + strings.Repeat("[", 200) + strings.Repeat("]", 200), "nested deeper"},
		"file reference":       {param("$ref: other.yaml#/x"), "leads out of the file"},
		"address reference":    {param("$ref: 'https://example.com/x'"), "leads out of the file"},
		"dangling":             {param("$ref: '#/components/parameters/x'"), "leads nowhere"},
		"schema of a file":     {param("name: a, in: query, schema: {$ref: a.json}"), "leads out of the file"},
		"circle of references": {get("requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Loop'}}}}"), "in a circle"},
		"required cookie":      {param("name: a, in: cookie, required: true, schema: {}"), "required, but"},
		"required object":      {param("name: a, in: query, required: true, schema: {type: object}"), "it is an object"},
		"no name":              {param("in: query, schema: {}"), "no name"},
		"foreign path":         {param("name: b, in: path, schema: {}"), "has no {b}"},
		"too many":             {get("parameters: [" + strings.Join(many, ",") + "]"), "more than 100"},
		"unfilled path":        {"{openapi: 3.1.0, paths: {'/x/{y}': {get: {operationId: x}}}}", "no parameter fills"},
		"odd path":             {"{openapi: 3.1.0, paths: {'x?y': {get: {operationId: x}}}}", "no path of an address"},
		"form":                 {get("requestBody: {required: true, content: {multipart/form-data: {}}}"), "no JSON"},
		"dynamic":              {param("name: a, in: query, schema: {$dynamicRef: '#a'}"), "not read"},
		"schema is a number":   {param("name: a, in: query, schema: 7"), "not an object"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(t, tc.text, "x")
			if tc.problem == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tc.problem)
			assert.Less(t, len(err.Error()), 500)
		})
	}
	_, err := read(t, get("summary: s"), "y")
	assert.True(t, errors.Is(err, openapi.ErrNoOperation))
}

// bomb is a few hundred bytes that stand for millions.
func bomb() string {
	text := "openapi: 3.1.0\na0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
	for i := 1; i < 9; i++ {
		text += fmt.Sprintf("a%d: &a%d [%s*a%d]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d,", i-1), 9), i-1)
	}
	return text
}

func TestScalars(t *testing.T) {
	o := mustRead(t, "{openapi: 3.1.0, paths: {/x: {get: {operationId: x, parameters: [{name: a, in: query, schema: {enum: [1, 0x10, 1_000, 1.50, true, null, 2020-01-01, '1', 1e3, 123456789012345678901234567890]}}]}}}}", "x")
	assert.Contains(t, string(o.Input), `[1,16,1000,1.50,true,null,"2020-01-01","1",1e3,123456789012345678901234567890]`)
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(doc("3.0.3", "    get: {operationId: x, parameters: [{name: q, in: query, schema: {$ref: '#/components/schemas/Pet'}}], responses: {200: {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}}}\n")))
	f.Add([]byte(doc("3.1.0", "    post: {operationId: x, requestBody: {required: true, content: {'*/*': {schema: {type: object, properties: {a: {nullable: true}}}}}}}\n")))
	f.Add([]byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := openapi.Read(data)
		if err != nil {
			return
		}
		for _, id := range d.Operations() {
			o, err := d.Operation(id)
			if err == nil && (!json.Valid(o.Input) || o.Output != nil && !json.Valid(o.Output)) {
				t.Errorf("made no JSON of %s: %s %s", id, o.Input, o.Output)
			}
		}
	})
}
