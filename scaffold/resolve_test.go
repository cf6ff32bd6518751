package scaffold_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold"
)

func TestResolveFeatures(t *testing.T) {
	for name, tc := range map[string]struct {
		given scaffold.Given
		on    []string
		asked map[string]string // who pulled what in
	}{
		"the default profile":   {scaffold.Given{}, []string{"base", "cache", "scripts"}, map[string]string{"base": "cache"}},
		"an empty profile":      {scaffold.Given{Profile: "lean"}, nil, nil},
		"one more":              {scaffold.Given{Profile: "lean", With: []string{"scripts"}}, []string{"scripts"}, nil},
		"one less":              {scaffold.Given{Without: []string{"scripts"}}, []string{"base", "cache"}, map[string]string{"base": "cache"}},
		"pulled over two steps": {scaffold.Given{Profile: "lean", With: []string{"redis"}}, []string{"base", "cache", "redis"}, map[string]string{"cache": "redis", "base": "cache"}},
		"asked for twice":       {scaffold.Given{With: []string{"cache", "cache"}}, []string{"base", "cache", "scripts"}, map[string]string{"base": "cache"}},
		"out, and not in":       {scaffold.Given{Profile: "lean", Without: []string{"cache"}}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			a := resolve(t, small(t), tc.given)
			assert.Equal(t, tc.on, a.Features)
			assert.Equal(t, tc.asked, a.Pulled)
			assert.Equal(t, a, resolve(t, small(t), a.Given()), "answers resolve to themselves")
		})
	}
}

func TestEarlierSourcesGoFirst(t *testing.T) {
	flags := scaffold.Given{From: "the flags", Name: "one", With: []string{"scripts"}}
	env := scaffold.Given{From: "the environment", Name: "two", Profile: "lean", Without: []string{"scripts"}, Values: map[string]string{"owner": "env"}}
	file := scaffold.Given{From: "a file", Profile: "production", With: []string{"memory"}, Values: map[string]string{"owner": "file", "holder": "File Ltd"}}
	a, err := small(t).Resolve(flags, env, file)
	require.NoError(t, err)
	assert.Equal(t, "one", a.Name)
	assert.Equal(t, "lean", a.Profile)
	assert.Equal(t, []string{"base", "cache", "memory", "scripts"}, a.Features)
	assert.Equal(t, map[string]string{
		"owner": "env", "holder": "File Ltd", "module": "example.com/one", "registry_name": "io.github.env/one", "tone": "warm",
	}, a.Values)
}

func TestContradictions(t *testing.T) {
	for name, tc := range map[string]struct {
		given scaffold.Given
		want  string
	}{
		"with and without":  {scaffold.Given{From: "the flags", With: []string{"cache"}, Without: []string{"cache"}}, "about cache: it is wanted both with and without by the flags"},
		"conflict":          {scaffold.Given{From: "the flags", With: []string{"memory", "redis"}}, "about memory: it cannot be together with redis (memory by the flags, redis by the flags)"},
		"requires, wanted":  {scaffold.Given{From: "the flags", Profile: "lean", With: []string{"redis"}, Without: []string{"cache"}}, "about cache: it is left out by the flags, but required by redis, which is on by the flags;"},
		"requires, profile": {scaffold.Given{From: "the flags", Without: []string{"base"}}, "about base: it is left out by the flags, but required by cache, which is on by profile production;"},
		"requires, deep":    {scaffold.Given{From: "the flags", Profile: "lean", With: []string{"redis"}, Without: []string{"base"}}, "but required by cache, which is on by feature redis; leave cache out too, or keep base"},
	} {
		t.Run(name, func(t *testing.T) {
			tc.given.Name = "x"
			_, err := small(t).Resolve(tc.given)
			var contradiction *scaffold.ContradictionError
			require.True(t, errors.As(err, &contradiction), "%v", err)
			assert.ErrorContains(t, err, tc.want)
		})
	}
}

func TestUnknownWords(t *testing.T) {
	for name, tc := range map[string]struct {
		given scaffold.Given
		want  scaffold.UnknownError
	}{
		"feature with":    {scaffold.Given{With: []string{"cahce"}}, scaffold.UnknownError{What: "feature", Word: "cahce"}},
		"feature without": {scaffold.Given{Without: []string{"cahce"}}, scaffold.UnknownError{What: "feature", Word: "cahce"}},
		"profile":         {scaffold.Given{Profile: "prod"}, scaffold.UnknownError{What: "profile", Word: "prod"}},
		"question":        {scaffold.Given{Values: map[string]string{"ownr": "x"}}, scaffold.UnknownError{What: "question", Word: "ownr"}},
	} {
		t.Run(name, func(t *testing.T) {
			tc.given.Name = "x"
			_, err := small(t).Resolve(tc.given)
			var unknown *scaffold.UnknownError
			require.True(t, errors.As(err, &unknown), "%v", err)
			assert.Equal(t, tc.want.What, unknown.What)
			assert.Equal(t, tc.want.Word, unknown.Word)
			assert.NotEmpty(t, unknown.Known)
			assert.ErrorContains(t, err, "template small has no "+tc.want.What)
		})
	}
}

func TestNames(t *testing.T) {
	for name, tc := range map[string]struct{ language, near string }{
		"":                {"go", "mcpctl new weather"},
		"My_Server":       {"go", "Try my-server."},
		"MyServer":        {"go", "Try my-server."},
		"./weather":       {"go", "Try weather."},
		"../../etc":       {"go", "Try etc."},
		"two words":       {"go", "Try two-words."},
		"2fast":           {"go", "Try fast."},
		"a--b":            {"go", "Try a-b."},
		"a-":              {"go", "Try a."},
		"--yes":           {"go", "Try yes."},
		"wetter-für-alle": {"go", "Try wetter-f-r-alle."},
		"con":             {"go", "Try con-server."},
		"lpt1":            {"python", "Try lpt1-server."},
		"Vendor":          {"go", "Try vendor-server."}, // nor is vendor itself a name
		"node_modules":    {"typescript", "Try node-modules."},
		"favicon.ico":     {"typescript", "Try favicon-ico."},
		"__main__":        {"python", "Try main."},
		"a\x00b":          {"go", "Try a-b."},
		"日本":              {"go", ""},
		"a23456789-123456789-123456789-123456789-123456789-1": {"go", ""},
	} {
		err := scaffold.CheckName(tc.language, name)
		var answer *scaffold.AnswerError
		if assert.True(t, errors.As(err, &answer), "%q", name) {
			assert.Contains(t, answer.Advice, tc.near, "%q", name)
			assert.Equal(t, tc.near == "", answer.Advice == "", "%q: %s", name, answer.Advice)
		}
	}
	for name, language := range map[string]string{"weather": "go", "a": "go", "a2a-b-3": "go", "http": "go", "func": "python", "json": "typescript"} {
		assert.NoError(t, scaffold.CheckName(language, name), name)
	}
}

// A name that a language or what the project needs has taken is refused, and
// one that is not is given.
func TestTakenNames(t *testing.T) {
	for why, taken := range map[string]map[string][]string{
		"it is a keyword":      {"go": {"func", "select", "fall-through"}, "python": {"lambda", "async", "yield"}},
		"the go command":       {"go": {"internal", "vendor"}},
		"Node.js has a module": {"typescript": {"http", "fs", "wasi"}},
		"Python has a module":  {"python": {"json", "test", "site", "sqlite3", "py-compile", "annotationlib"}},
		"the server needs a":   {"typescript": {"zod", "lru-cache"}, "python": {"mcp", "pydantic-settings", "yaml", "pip"}},
		"the project has a":    {"python": {"tests", "docs"}},
		"a command that":       {"typescript": {"npm", "node"}, "python": {"uv", "python3"}},
	} {
		for language, names := range taken {
			for _, name := range names {
				err := scaffold.CheckName(language, name)
				var answer *scaffold.AnswerError
				if assert.True(t, errors.As(err, &answer), "%s: %s", language, name) {
					assert.Contains(t, err.Error(), "has another use for it: "+why)
					assert.Equal(t, "Try "+name+"-server.", answer.Advice)
					assert.NoError(t, scaffold.CheckName(language, name+"-server"))
				}
			}
		}
	}
	for language, names := range map[string][]string{
		"go": {"http", "json", "zod", "lambda"}, "typescript": {"json", "func", "mcp", "tests"}, "python": {"func", "fs", "js-on", "zod"},
	} {
		for _, name := range names {
			assert.NoError(t, scaffold.CheckName(language, name), "%s: %s", language, name)
		}
	}
}

func TestRules(t *testing.T) {
	for rule, tc := range map[string]struct{ good, bad []string }{
		"text":          {[]string{"Acme Ltd", "O'Brien & Söhne"}, []string{" x", "x ", "a\nb", `a"b`, "a`b", "${{ x }}", "a\u202eb", "a\\b", "<b>"}},
		"word":          {[]string{"a", "a-b"}, []string{"A", "a_b"}},
		"github-owner":  {[]string{"octocat", "Octo-Cat"}, []string{"-a", "a--b", "a b", "a/b"}},
		"go-module":     {[]string{"example.com/x", "go.example.org/a/v2"}, []string{"net/http", "/x", "example.com/../x", "example.com/x y", "https://example.com/x"}},
		"npm-name":      {[]string{"x", "@acme/x"}, []string{"X", ".x", "@acme", "a/b"}},
		"pypi-name":     {[]string{"x", "X.y_z-1"}, []string{"-x", "x-", "a/b"}},
		"registry-name": {[]string{"io.github.x/y", "com.example/a_b.c"}, []string{"x/y", "io.github.x", "io.github.x/y/z", "io..x/y"}},
	} {
		q := scaffold.Question{Name: "q", Rule: rule}
		for _, v := range tc.good {
			assert.NoError(t, q.Check(v), "%s: %q", rule, v)
		}
		for _, v := range append(tc.bad, "") {
			assert.Error(t, q.Check(v), "%s: %q", rule, v)
		}
	}
	assert.Len(t, scaffold.Rules(), 7, "each rule is tested here")
	_, err := small(t).Resolve(scaffold.Given{Name: "x", Values: map[string]string{"tone": "hot"}})
	assert.ErrorContains(t, err, `the tone "hot" cannot be used: it must be one of warm, cool`)
}

func TestReadGiven(t *testing.T) {
	for name, in := range map[string]string{
		"YAML":           "name: x\nwith: [cache]\nowner: octocat\n",
		"JSON":           `{"name": "x", "with": ["cache"], "owner": "octocat"}`,
		"an mcpctl.yaml": "servers: {x: {command: y}}\ntemplate: {id: go}\nanswers: {name: x, with: [cache], owner: octocat}\n",
	} {
		g, err := scaffold.ReadGiven([]byte(in), "file")
		require.NoError(t, err, name)
		assert.Equal(t, scaffold.Given{From: "file", Name: "x", With: []string{"cache"}, Values: map[string]string{"owner": "octocat"}}, g, name)
	}
	for name, in := range map[string]string{"no mapping": "- x", "no YAML": "a: [", "a nested answer": "owner: {a: b}", "an alias bomb": "a: &a [x]\nwith: *b"} {
		_, err := scaffold.ReadGiven([]byte(in), "file")
		assert.ErrorContains(t, err, "reading the answers of file", name)
	}
	empty, err := scaffold.ReadGiven(nil, "file")
	require.NoError(t, err)
	assert.Equal(t, scaffold.Given{From: "file"}, empty)
}
