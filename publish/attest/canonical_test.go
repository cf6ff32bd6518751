package attest_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares bytes with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(file, got, 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got))
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return b
}

// authored are files of authors; beside each lies what the structs of the
// registry (release 1.8.7) make of it when it is published and read back.
var authored = []string{"accepted", "full", "empty-blocks", "meta-dropped"}

func TestCanonicalIsTheSameForTheAuthorAndTheRegistry(t *testing.T) {
	for _, name := range authored {
		t.Run(name, func(t *testing.T) {
			mine, err := attest.Canonical(read(t, "canonical/"+name+".json"))
			require.NoError(t, err)
			theirs, err := attest.Canonical(read(t, "canonical/"+name+".registry.json"))
			require.NoError(t, err)
			assert.Equal(t, string(theirs), string(mine))
			golden(t, "canonical/"+name+".canonical", mine)

			again, err := attest.Canonical(mine)
			require.NoError(t, err)
			assert.Equal(t, string(mine), string(again), "the canonical form is its own")
		})
	}
}

// Every change that a reader would notice changes the digest.
func TestDigestNoticesChanges(t *testing.T) {
	full := string(read(t, "canonical/full.json"))
	want, err := attest.Digest([]byte(full))
	require.NoError(t, err)
	assert.Regexp(t, "^sha256:[0-9a-f]{64}$", want)
	for old, new := range map[string]string{
		`"1.2.0"`:            `"1.2.1"`,
		`"isRequired": true`: `"isRequired": false`,
		`{"type": "positional", "value": "", "isRequired": false, "isRepeated": false},`: `{"type": "positional", "valueHint": ""},`,
		`"port": {"description": "", "isSecret": false}, `:                               ``,
		`"tenant": {}`:           `"tenants": {}`,
		`"choices": ["", "a"]`:   `"choices": ["a"]`,
		`"none": null, `:         ``,
		`1.50`:                   `1.51`,
		`"title": "Echo"`:        `"titel": "Echo"`,
		`"@acme/echo"`:           `"@acme/Echo"`,
		`"headers": []}`:         `"headers": ["x"]}`,
		`"registryType": "npm",`: `"registryType": "npm", "unknown": 1,`,
	} {
		require.Contains(t, full, old)
		got, err := attest.Digest([]byte(strings.Replace(full, old, new, 1)))
		require.NoError(t, err)
		assert.NotEqual(t, want, got, "%s → %s", old, new)
	}
}

func TestCanonicalRefusesWhatCanBeReadInTwoWays(t *testing.T) {
	wide := `{"a":{`
	for i := range 1001 {
		wide += `"k` + strings.Repeat("i", i) + `":1,`
	}
	for _, c := range []struct {
		name, text, why string
		readable        bool // as far as the pointer goes
	}{
		{"empty", "", "no JSON", false},
		{"an array", "[]", "no JSON object", false},
		{"a string", `"x"`, "no JSON object", false},
		{"two documents", "{} {}", "no JSON", false},
		{"a name twice", `{"name": "a", "name": "b"}`, `"name" stands twice`, false},
		{"a name twice, escaped, below", `{"packages": [{"x": 1}, {"a": 1, "\u0061": 2}]}`, `"a" stands twice`, false},
		{"not UTF-8", "{\"name\": \"\xff\"}", "not UTF-8", false},
		{"a byte order mark", "\uFEFF{}", "byte order mark", false},
		{"half a pair", `{"name": "\ud83d"}`, "surrogate", false},
		{"the second half", `{"name": "\ude00"}`, "surrogate", false},
		{"a half and another escape", `{"name": "\ud83d\u0041"}`, "surrogate", false},
		{"a half and the end", `{"name": "\ud83d\\"}`, "surrogate", false},
		{"a number beyond a double", `{"_meta": {"io.modelcontextprotocol.registry/publisher-provided": {"a": 1e400}}}`, "out of range", true},
		{"too long", `{"a": "` + strings.Repeat("x", attest.MaxServer) + `"}`, "longer than", false},
		{"too deep", strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000), "depth", false},
		{"deeper than is worth while", strings.Repeat(`{"a":`, 101) + "1" + strings.Repeat("}", 101), "nested deeper", true},
		{"too wide", wide + `"z":1}}`, "more than 1000 members", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := attest.Canonical([]byte(c.text))
			require.ErrorContains(t, err, c.why)
			assert.Equal(t, "server-json-unreadable", refusal.Code(err))
			_, err = attest.Digest([]byte(c.text))
			assert.Error(t, err)
			_, _, err = attest.PointerOf([]byte(c.text))
			if !c.readable {
				assert.Equal(t, "server-json-unreadable", refusal.Code(err))
			}
		})
	}
	pair, err := attest.Canonical([]byte(`{"name": "\ud83d\ude00 \\ud83d \u00e9"}`))
	require.NoError(t, err)
	assert.Equal(t, `{"name":"😀 \\ud83d é"}`, string(pair))
}

// The values are those of RFC 8785, sections 3.2.2 and 3.2.3.
func TestJCS(t *testing.T) {
	got, err := attest.JCS([]byte(`{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
		"\u20ac": "Euro", "\r": "CR", "\ufb33": "Dalet", "1": "One", "\ud83d\ude00": "Smile", "\u0080": "Control", "\u00f6": "o",
		"string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}`))
	require.NoError(t, err)
	assert.Equal(t, "{\"\\r\":\"CR\",\"1\":\"One\",\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"+
		"\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\",\"\u0080\":\"Control\",\"ö\":\"o\",\"€\":\"Euro\",\"😀\":\"Smile\",\"\ufb33\":\"Dalet\"}", string(got))
	_, err = attest.JCS([]byte(`"x"`))
	assert.Error(t, err)
	_, err = attest.JCS([]byte(`{"a":1,"a":1}`))
	assert.Error(t, err)
}

func TestServerSubject(t *testing.T) {
	s, err := attest.ServerSubject(read(t, "canonical/full.json"))
	require.NoError(t, err)
	digest, err := attest.Digest(read(t, "canonical/full.json"))
	require.NoError(t, err)
	assert.Equal(t, attest.Subject{Name: "server.json:io.github.acme/echo@1.2.0", Digest: map[string]string{"sha256": strings.TrimPrefix(digest, "sha256:")}}, s)
	for _, text := range []string{`{}`, `{"name": "a/b"}`, `{"name": 1, "version": "1"}`, `{"Name": "a/b", "Version": "1"}`} {
		_, err := attest.ServerSubject([]byte(text))
		assert.Equal(t, "server-json-unreadable", refusal.Code(err), text)
	}
}

// FuzzCanonical: what has a canonical form has it once and for all, and a pointer
// changes neither it nor another byte of the text.
func FuzzCanonical(f *testing.F) {
	for _, name := range authored {
		f.Add(read(f, "canonical/"+name+".json"))
	}
	f.Add([]byte(`{"variables":{"a":{"variables":null}},"b":[[{"c":""}]],"_meta":null}`))
	f.Add([]byte("{\r\n\t\"a\": \"\\ud83d\\ude00\",\r\n\t\"_meta\": {}\r\n}"))
	f.Add([]byte(` { } `))
	pointer := attest.Pointer{Subject: "sha256:" + strings.Repeat("a", 64)}
	f.Fuzz(func(t *testing.T, raw []byte) {
		once, err := attest.Canonical(raw)
		if err != nil {
			assert.Equal(t, "server-json-unreadable", refusal.Code(err))
			return
		}
		twice, err := attest.Canonical(once)
		require.NoError(t, err)
		require.Equal(t, string(once), string(twice))
		pointed, err := attest.WithPointer(raw, pointer)
		if err != nil {
			return // too big, or _meta is no object
		}
		after, err := attest.Canonical(pointed)
		require.NoError(t, err)
		require.Equal(t, string(once), string(after))
		got, ok, err := attest.PointerOf(pointed)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, pointer, got)
		again, err := attest.WithPointer(pointed, pointer)
		require.NoError(t, err)
		require.Equal(t, string(pointed), string(again))
	})
}
