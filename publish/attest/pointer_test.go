package attest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

var hash = strings.Repeat("ab", 32)

func pointer() attest.Pointer {
	return attest.Pointer{Subject: "sha256:" + hash, URL: "https://acme.example/echo.sigstore.jsonl", SHA256: hash}
}

// The rest of the text stays as it is, and the pointer is laid out like it.
func TestWithPointerKeepsTheLayout(t *testing.T) {
	short := attest.Pointer{Subject: "sha256:" + hash}
	written := `"io.github.mcpctl/attestations"`
	for _, c := range []struct{ name, text, want string }{
		{"no _meta", "{\n  \"name\": \"a/b\"\n}\n",
			"{\n  \"name\": \"a/b\",\n  \"_meta\": {\n    \"io.modelcontextprotocol.registry/publisher-provided\": {\n      " + written + ": {\n        \"subject\": \"S\"\n      }\n    }\n  }\n}\n"},
		{"tabs", "{\n\t\"name\": \"a/b\"\n}",
			"{\n\t\"name\": \"a/b\",\n\t\"_meta\": {\n\t\t\"io.modelcontextprotocol.registry/publisher-provided\": {\n\t\t\t" + written + ": {\n\t\t\t\t\"subject\": \"S\"\n\t\t\t}\n\t\t}\n\t}\n}"},
		{"another system's line breaks", "{\r\n  \"_meta\": {}\r\n}",
			"{\r\n  \"_meta\": {\r\n    \"io.modelcontextprotocol.registry/publisher-provided\": {\r\n      " + written + ": {\r\n        \"subject\": \"S\"\r\n      }\r\n    }\r\n  }\r\n}"},
		{"compact", `{"name":"a/b"}`,
			`{"name":"a/b","_meta":{"io.modelcontextprotocol.registry/publisher-provided":{` + written + `:{"subject":"S"}}}}`},
		{"on one line", `{"name": "a/b", "_meta": {"x": 1}}`,
			`{"name": "a/b", "_meta": {"x": 1, "io.modelcontextprotocol.registry/publisher-provided": {` + written + `:{"subject":"S"}}}}`},
		{"_meta is null", "{\n  \"_meta\": null,\n  \"name\": \"a/b\"\n}",
			"{\n  \"_meta\": {\n    \"io.modelcontextprotocol.registry/publisher-provided\": {\n      " + written + ": {\n        \"subject\": \"S\"\n      }\n    }\n  },\n  \"name\": \"a/b\"\n}"},
		{"a block of others", "{\n  \"_meta\": {\"io.modelcontextprotocol.registry/publisher-provided\": {\n     \"com.acme\": {} } }\n}",
			"{\n  \"_meta\": {\"io.modelcontextprotocol.registry/publisher-provided\": {\n     \"com.acme\": {},\n     " + written + ": {\n       \"subject\": \"S\"\n     } } }\n}"},
		{"an old pointer", `{"_meta":{"io.modelcontextprotocol.registry/publisher-provided":{` + written + `: {"oci": [1]} , "z":1}}}`,
			`{"_meta":{"io.modelcontextprotocol.registry/publisher-provided":{` + written + `: {"subject":"S"} , "z":1}}}`},
		{"nothing", ` {} `, ` {"_meta":{"io.modelcontextprotocol.registry/publisher-provided":{` + written + `:{"subject":"S"}}}} `},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := attest.WithPointer([]byte(c.text), short)
			require.NoError(t, err)
			assert.Equal(t, strings.ReplaceAll(c.want, `"S"`, `"`+short.Subject+`"`), string(got))
		})
	}
}

// The pointer is no part of what is attested: it never changes the digest.
func TestPointerIsNotInTheCanonicalForm(t *testing.T) {
	for _, name := range authored {
		for _, file := range []string{name + ".json", name + ".registry.json"} {
			before := read(t, "canonical/"+file)
			want, err := attest.Canonical(before)
			require.NoError(t, err)
			_, ok, err := attest.PointerOf(before)
			require.NoError(t, err)
			assert.False(t, ok)

			after, err := attest.WithPointer(before, pointer())
			require.NoError(t, err)
			got, err := attest.Canonical(after)
			require.NoError(t, err)
			assert.Equal(t, string(want), string(got), file)

			found, ok, err := attest.PointerOf(after)
			require.NoError(t, err)
			assert.True(t, ok)
			assert.Equal(t, pointer(), found)
		}
	}
}

func TestWithPointerKeepsToTheRegistrysLimit(t *testing.T) {
	with := func(n int) []byte {
		return []byte(`{"_meta": {"io.modelcontextprotocol.registry/publisher-provided": {"f": "` + strings.Repeat("<", n) + `"}}}`)
	}
	room := attest.MaxPublisherBytes - len(`{"f":"","io.github.mcpctl/attestations":{"subject":"sha256:`+hash+`"}}`)
	// The registry measures what encoding/json writes, six bytes for a <.
	_, err := attest.WithPointer(with(room/6), attest.Pointer{Subject: "sha256:" + hash})
	require.NoError(t, err)
	_, err = attest.WithPointer(with(room/6+1), attest.Pointer{Subject: "sha256:" + hash})
	assert.Equal(t, "pointer-too-big", refusal.Code(err))
	assert.ErrorContains(t, err, "registries take 4096")
}

func TestPointersThatSayNothingAreRefused(t *testing.T) {
	const block = `{"_meta": {"io.modelcontextprotocol.registry/publisher-provided": {"io.github.mcpctl/attestations": %}}}`
	good := `{"subject": "sha256:` + hash + `", "oci": ["127.0.0.1:5000/acme/echo@sha256:` + hash + `"], "future": 1}`
	p, ok, err := attest.PointerOf([]byte(strings.Replace(block, "%", good, 1)))
	require.NoError(t, err)
	require.True(t, ok)
	assert.Equal(t, []string{"127.0.0.1:5000/acme/echo@sha256:" + hash}, p.OCI)

	for name, text := range map[string]string{
		"null":                    `null`,
		"text":                    `"x"`,
		"empty":                   `{}`,
		"a name in another case":  `{"Subject": "sha256:` + hash + `"}`,
		"no digest":               `{"subject": "sha512:` + hash + `"}`,
		"a tag":                   `{"subject": "sha256:` + hash + `", "oci": ["ghcr.io/acme/echo:1"]}`,
		"an argument":             `{"subject": "sha256:` + hash + `", "oci": ["--x/y@sha256:` + hash + `"]}`,
		"a url without a hash":    `{"subject": "sha256:` + hash + `", "url": "https://acme.example/x"}`,
		"a file":                  `{"subject": "sha256:` + hash + `", "url": "file:///etc/passwd", "sha256": "` + hash + `"}`,
		"a password":              `{"subject": "sha256:` + hash + `", "url": "https://a:b@acme.example/", "sha256": "` + hash + `"}`,
		"a hash in another shape": `{"subject": "sha256:` + hash + `", "sha256": "` + strings.ToUpper(hash) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, ok, err := attest.PointerOf([]byte(strings.Replace(block, "%", text, 1)))
			assert.False(t, ok)
			assert.Equal(t, "pointer-unreadable", refusal.Code(err))
		})
	}
	_, err = attest.WithPointer([]byte(`{}`), attest.Pointer{Subject: "sha256:1"})
	assert.Equal(t, "pointer-unreadable", refusal.Code(err))
	_, err = attest.WithPointer([]byte(`{"_meta": []}`), pointer())
	assert.Equal(t, "server-json-unreadable", refusal.Code(err))
	_, err = attest.WithPointer([]byte(`{"_meta": {"io.modelcontextprotocol.registry/publisher-provided": 1}}`), pointer())
	assert.Equal(t, "server-json-unreadable", refusal.Code(err))
}
