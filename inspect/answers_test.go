package inspect_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func answers(t *testing.T, text string) *inspect.Answers {
	t.Helper()
	a, err := inspect.ReadAnswers([]byte(text))
	require.NoError(t, err)
	return a
}

const sensible = `
elicitation:
  - message: "What is your *?"
    times: 1
    content: {name: Ada, count: 3, from: 2026-01-02, loud: true}
  - mode: url
    url: https://example.com/*
    action: accept
sampling:
  - prompt: Say*
    text: mcptest
    model: by-hand
roots:
  - uri: file:///work
    name: work
`

func TestAnswersAreGiven(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		var h heard
		c := open(t, mcptest.New(), p, inspect.Options{Answers: answers(t, sensible), Tell: h.tell})
		for tool, want := range map[string]string{
			"elicit":     "Hello Ada",
			"elicit_url": "The user went there.",
			"sample":     "The model said: mcptest",
			"roots":      "roots: file:///work",
		} {
			result, err := call(t, c, tool)
			require.NoError(t, err, tool)
			assert.Equal(t, want, text(result))
		}
		assert.Len(t, h.of(inspect.Answered), 3, "roots are no news")
		_, err := call(t, c, "elicit")
		var refused *inspect.Refused
		require.True(t, errors.As(err, &refused), "the rule answers once")
		assert.Len(t, h.of(inspect.Denied), 1)
	})
}

func TestAnswersToRoundsOfAModel(t *testing.T) {
	rules := answers(t, `
sampling:
  - times: 2
    result:
      role: assistant
      model: m
      stopReason: toolUse
      content: [{type: tool_use, id: a, name: word, input: {}}]
  - text: done
`)
	everywhere(t, func(t *testing.T, p place) {
		c := open(t, mcptest.New(), p, inspect.Options{Answers: rules})
		result, err := call(t, c, "sample", "tools=true")
		require.NoError(t, err)
		assert.Equal(t, "The model said: done", text(result))
	})
}

// TestWhatIsNotAnswered: a question without an answer is refused and named; in
// the handshake era the server's result comes along.
func TestWhatIsNotAnswered(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		c := open(t, mcptest.New(), p, inspect.Options{})
		for tool, skeleton := range map[string]string{
			"elicit":     `content: {"name":`,
			"elicit_url": "action: accept",
			"sample":     `prompt: "Say a word."`,
		} {
			result, err := call(t, c, tool)
			var refused *inspect.Refused
			require.True(t, errors.As(err, &refused), "%s: %v", tool, err)
			assert.Contains(t, err.Error(), "no answer was given")
			assert.Contains(t, refused.Skeleton(), skeleton)
			assert.Equal(t, !c.Stateless(), result.Exists())
		}
		result, err := call(t, c, "roots")
		require.NoError(t, err, "no root is a proper answer")
		assert.Equal(t, "roots: ", text(result))
	})
}

func TestSkeletonsAreAnswers(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		c := open(t, mcptest.New(), p, inspect.Options{})
		_, err := call(t, c, "elicit")
		var refused *inspect.Refused
		require.True(t, errors.As(err, &refused))
		again := open(t, mcptest.New(), p, inspect.Options{Answers: answers(t, refused.Skeleton())})
		_, err = call(t, again, "elicit")
		assert.NoError(t, err)
	})
}

func TestAnswersThatDoNotFit(t *testing.T) {
	for rules, want := range map[string]string{
		`elicitation: [{content: {count: 1}}]`:                    "name",
		`elicitation: [{content: {name: Ada, age: 3}}]`:           `nobody asked for "age"`,
		`elicitation: [{content: {name: Ada, colour: pink}}]`:     "/colour",
		`elicitation: [{content: {name: {first: Ada}}}]`:          "/content/name",
		`elicitation: [{message: other, content: {name: Ada}}]`:   "no answer was given",
		`elicitation: [{mode: url, action: accept}]`:              "no answer was given",
		`elicitation: [{url: "https://*", content: {name: Ada}}]`: "no answer was given",
	} {
		everywhere(t, func(t *testing.T, p place) {
			c := open(t, mcptest.New(), p, inspect.Options{Answers: answers(t, rules)})
			_, err := call(t, c, "elicit")
			var refused *inspect.Refused
			require.True(t, errors.As(err, &refused), "%s: %v", rules, err)
			assert.Contains(t, err.Error(), want)
		})
	}
}

func TestRefusalsByRule(t *testing.T) {
	rules := answers(t, `{"elicitation": [{"action": "decline"}], "sampling": [{"refuse": "too dear"}]}`)
	c := open(t, mcptest.New(), place{mcp.Stdio, mcp.Rev20251125}, inspect.Options{Answers: rules})
	result, err := call(t, c, "elicit")
	require.NoError(t, err, "declining is an answer")
	assert.Equal(t, "The user gave no name.", text(result))
	result, err = call(t, c, "sample")
	require.NoError(t, err)
	assert.Contains(t, text(result), "too dear")
	c = open(t, mcptest.New(), place{mcp.Stdio, mcp.Rev20260728}, inspect.Options{Answers: rules})
	_, err = call(t, c, "sample")
	assert.ErrorContains(t, err, "has no way to say")
}

// TestPagesToVisitFirst: the error of 2025-11-25 that names pages is a question.
func TestPagesToVisitFirst(t *testing.T) {
	c := open(t, mcptest.New(), place{mcp.HTTP, mcp.Rev20251125}, inspect.Options{Answers: answers(t, sensible)})
	_, err := call(t, c, "elicit_url", "refuse=true")
	var refused *inspect.Refused
	require.True(t, errors.As(err, &refused), "%v", err)
	assert.Contains(t, err.Error(), "https://example.com/visit")
}

// wrongAnswers are files that must not be taken, and why.
var wrongAnswers = map[string]string{
	"elicitation: [{mesage: x, action: accept}]":        "field mesage not found",
	"elicitations: []":                                  "field elicitations not found",
	"elicitation: [{message: x}]":                       `action "" is none of`,
	"elicitation: [{action: maybe}]":                    `action "maybe" is none of`,
	"elicitation: [{mode: from, action: accept}]":       "neither form nor url",
	"elicitation: [{action: decline, content: {a: 1}}]": "goes with accept only",
	"elicitation: [{action: accept, content: [1]}]":     "mapping of fields",
	"elicitation: [{action: accept, times: -1}]":        "counts from 1",
	"elicitation: [{content: {a: .nan}}]":               "JSON has no number",
	"elicitation: [{content: {a: 1, a: 2}}]":            "there twice",
	"elicitation: [{content: {[a]: 1}}]":                "plain text",
	"sampling: [{prompt: x}]":                           "give one of",
	"sampling: [{text: x, refuse: y}]":                  "give one of",
	"sampling: [{refuse: x, model: y}]":                 "go with text",
	"sampling: [{result: [x]}]":                         "must be a mapping",
	"sampling: [{text: x, times: -2}]":                  "counts from 1",
	"roots: [{uri: /work}]":                             "file://",
	"roots: [{name: work}]":                             "file://",
	"[]":                                                "cannot unmarshal",
	"a: [":                                              "reading the answers",
	"roots: []\n---\nroots: []":                         "more than one document",
}

func TestAnswerFilesThatAreWrong(t *testing.T) {
	for text, want := range wrongAnswers {
		_, err := inspect.ReadAnswers([]byte(text))
		assert.ErrorContains(t, err, want, text)
	}
	_, err := inspect.ReadAnswers(make([]byte, inspect.MaxAnswers+1))
	assert.ErrorContains(t, err, "larger than")
	_, err = inspect.ReadAnswers([]byte("x: &a [1,1,1,1,1,1,1,1,1,1]\nelicitation: [{content: {a: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]}}]"))
	assert.Error(t, err)
	deep := "elicitation: [{content: {a: " + strings.Repeat("[", 200) + strings.Repeat("]", 200) + "}}]"
	_, err = inspect.ReadAnswers([]byte(deep))
	assert.ErrorContains(t, err, "nested too deep")
	empty, err := inspect.ReadAnswers(nil)
	require.NoError(t, err)
	assert.Empty(t, empty.Elicitation)
}

// TestAnswerSchema: the published schema takes what the reader takes, and
// refuses what it refuses, as far as a schema can.
func TestAnswerSchema(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "docs", "answers.schema.json"))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("answers.schema.json", strings.NewReader(string(raw))))
	by, err := compiler.Compile("answers.schema.json")
	require.NoError(t, err)
	judge := func(text string) error {
		var v any
		if err := yaml.Unmarshal([]byte(strings.ReplaceAll(text, "2026-01-02", `"2026-01-02"`)), &v); err != nil {
			return err
		}
		data, err := json.Marshal(v)
		if err != nil {
			return err
		}
		require.NoError(t, json.Unmarshal(data, &v))
		return by.Validate(v)
	}
	require.NoError(t, judge(sensible))
	require.NoError(t, judge(`{"elicitation": [{"action": "decline"}], "sampling": [{"refuse": "too dear"}]}`))
	for text := range wrongAnswers {
		if strings.Contains(text, "[a]") || strings.Contains(text, "---") {
			continue // YAML, which no schema sees
		}
		assert.Error(t, judge(text), text)
	}
}

// FuzzAnswers: no file panics, and one that is read answers with proper JSON.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte(sensible))
	for text := range wrongAnswers {
		f.Add([]byte(text))
	}
	f.Add([]byte("elicitation: [{content: &a {x: 1, y: {<<: *a}}}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := inspect.ReadAnswers(data)
		if err != nil {
			return
		}
		for _, rule := range a.Elicitation {
			require.Contains(t, []string{"accept", "decline", "cancel"}, rule.Action)
		}
		for _, root := range a.Roots {
			require.True(t, strings.HasPrefix(root.URI, "file://"))
		}
	})
}
