package attest_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	intoto "github.com/in-toto/attestation/go/v1"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// subjects are the canonical server.json and a file of each type of package.
func subjects(t testing.TB) []attest.Subject {
	t.Helper()
	server, err := attest.ServerSubject(read(t, "canonical/full.json"))
	require.NoError(t, err)
	all := []attest.Subject{server}
	for _, p := range packages() {
		all = append(all, p.Subject())
	}
	return all
}

func packages() []attest.Package {
	digest := map[string]string{"sha256": hash}
	return []attest.Package{
		{Type: "npm", Identifier: "@acme/echo", Version: "1.2.0", Digest: map[string]string{"sha512": hash + hash}},
		{Type: "npm", Identifier: "echo", Version: "1.2.0", Digest: digest},
		{Type: "pypi", Identifier: "Acme_Echo", Version: "1.2.0", File: "acme_echo-1.2.0-py3-none-any.whl", Digest: digest},
		{Type: "pypi", Identifier: "Acme_Echo", Version: "1.2.0", File: "acme_echo-1.2.0.tar.gz", Digest: digest},
		{Type: "cargo", Identifier: "acme-echo", Version: "1.2.0", Digest: digest},
		{Type: "nuget", Identifier: "Acme.Echo", Version: "1.2.0", Digest: digest},
		{Type: "oci", Identifier: "127.0.0.1:5000/acme/echo:1.2.0", Digest: digest},
		{Type: "oci", Identifier: "acme/echo@sha256:" + hash, Digest: digest},
		{Type: "mcpb", Identifier: "https://acme.example/echo.mcpb", Version: "1.2.0", Digest: digest},
	}
}

func TestSubjectsAreNamedByPurl(t *testing.T) {
	want := []string{
		"pkg:npm/%40acme/echo@1.2.0",
		"pkg:npm/echo@1.2.0",
		"pkg:pypi/acme-echo@1.2.0?file_name=acme_echo-1.2.0-py3-none-any.whl",
		"pkg:pypi/acme-echo@1.2.0?file_name=acme_echo-1.2.0.tar.gz",
		"pkg:cargo/acme-echo@1.2.0",
		"pkg:nuget/Acme.Echo@1.2.0",
		"pkg:oci/echo@sha256:" + hash + "?repository_url=127.0.0.1:5000%2Facme%2Fecho",
		"pkg:oci/echo@sha256:" + hash + "?repository_url=acme%2Fecho",
		"https://acme.example/echo.mcpb",
	}
	for i, p := range packages() {
		assert.Equal(t, want[i], p.Subject().Name)
		assert.Equal(t, p.Digest, p.Subject().Digest)
	}
}

func TestNewIsDeterministicAndIsInToto(t *testing.T) {
	release := attest.Release{Name: "io.github.acme/echo", Version: "1.2.0", Packages: packages(),
		Remotes: []string{"https://acme.example/mcp"}, Registries: []string{"https://registry.modelcontextprotocol.io"}}
	b, err := attest.New(subjects(t), attest.TypeRelease, release)
	require.NoError(t, err)
	golden(t, "release.statement.json", append(b, '\n'))

	// Neither the order of the subjects nor a repetition makes another statement.
	turned := append(subjects(t), subjects(t)[0])
	slices.Reverse(turned)
	again, err := attest.New(turned, attest.TypeRelease, release)
	require.NoError(t, err)
	assert.Equal(t, string(b), string(again))

	var theirs intoto.Statement
	require.NoError(t, protojson.Unmarshal(b, &theirs))
	require.NoError(t, theirs.Validate())

	s, err := attest.Parse(b)
	require.NoError(t, err)
	assert.Equal(t, attest.TypeRelease, s.PredicateType)
	assert.ElementsMatch(t, subjects(t), s.Subject)
	var back attest.Release
	require.NoError(t, json.Unmarshal(s.Predicate, &back))
	assert.Equal(t, release, back)
}

func TestNewKeepsRawPredicates(t *testing.T) {
	b, err := attest.New(subjects(t)[:1], attest.TypeCycloneDX, json.RawMessage(`{ "z": "<&>", "a": 1.0 }`))
	require.NoError(t, err)
	s, err := attest.Parse(b)
	require.NoError(t, err)
	assert.Equal(t, `{"z":"<&>","a":1.0}`, string(s.Predicate))
}

func TestNewRefuses(t *testing.T) {
	one := subjects(t)[:1]
	for name, try := range map[string]func() ([]byte, error){
		"no subject":    func() ([]byte, error) { return attest.New(nil, attest.TypeRelease, 1) },
		"no type":       func() ([]byte, error) { return attest.New(one, "", 1) },
		"no predicate":  func() ([]byte, error) { return attest.New(one, attest.TypeRelease, nil) },
		"no JSON":       func() ([]byte, error) { return attest.New(one, attest.TypeRelease, make(chan int)) },
		"a broken SBOM": func() ([]byte, error) { return attest.New(one, attest.TypeSPDX, json.RawMessage(`{`)) },
		"a placeholder": func() ([]byte, error) {
			return attest.New([]attest.Subject{{Name: "x", Digest: map[string]string{"sha256": "TODO"}}}, attest.TypeSPDX, 1)
		},
		"too much of it": func() ([]byte, error) {
			return attest.New(one, attest.TypeSPDX, strings.Repeat("x", attest.MaxStatement))
		},
		"no digest": func() ([]byte, error) { return attest.New([]attest.Subject{{Name: "x"}}, attest.TypeSPDX, 1) },
		"a weak digest": func() ([]byte, error) {
			return attest.New([]attest.Subject{{Name: "x", Digest: map[string]string{"sha1": hash[:40]}}}, attest.TypeSPDX, 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := try()
			assert.Equal(t, "statement-unreadable", refusal.Code(err))
		})
	}
}

func TestParseIsStrict(t *testing.T) {
	good := `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"x","digest":{"sha256":"` + hash + `","blake9":"ab"},"uri":"u"}],"predicateType":"t","predicate":{},"future":1}`
	s, err := attest.Parse([]byte(good))
	require.NoError(t, err)
	assert.Equal(t, "x", s.Subject[0].Name)
	for name, edit := range map[string][2]string{
		"an old statement":         {"Statement/v1", "Statement/v0.1"},
		"no type":                  {`"_type"`, `"type"`},
		"no subject":               {`"subject"`, `"Subject"`},
		"no subjects":              {`[{"name"`, `[],"was":[{"name"`},
		"a subject that is null":   {`[{"name"`, `[null,{"name"`},
		"a digest in another case": {`"digest"`, `"Digest"`},
		"a digest twice":           {`"digest"`, `"digest":{"sha256":"` + strings.Repeat("0", 64) + `"},"digest"`},
		"capital digits":           {hash, strings.ToUpper(hash)},
		"a digest too short":       {hash, hash[1:]},
		"only an unknown digest":   {`"sha256":"` + hash + `",`, ``},
		"an empty digest":          {`"ab"`, `""`},
		"no predicate":             {`"predicate":{}`, `"predicate":null`},
		"no predicate type":        {`"predicateType":"t"`, `"predicateType":""`},
		"a number as a name":       {`"name":"x"`, `"name":1`},
		"more behind it":           {`"future":1}`, `"future":1}{}`},
		"too much":                 {`"future":1`, `"future":"` + strings.Repeat("x", attest.MaxStatement) + `"`},
		"too many subjects":        {`[{"name"`, `[` + strings.Repeat(`{"name":"y","digest":{"sha256":"`+hash+`"}},`, 10_000) + `{"name"`},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, good, edit[0])
			_, err := attest.Parse([]byte(strings.Replace(good, edit[0], edit[1], 1)))
			assert.Equal(t, "statement-unreadable", refusal.Code(err))
		})
	}
}

// FuzzParse: what is a statement stays the same statement when it is written anew.
func FuzzParse(f *testing.F) {
	f.Add(read(f, "release.statement.json"))
	f.Add([]byte(`{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha512":"` + hash + hash + `"}}],"predicateType":"t","predicate":[1e99,"\u003c"]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := attest.Parse(raw)
		if err != nil {
			assert.Equal(t, "statement-unreadable", refusal.Code(err))
			return
		}
		b, err := attest.New(s.Subject, s.PredicateType, s.Predicate)
		require.NoError(t, err)
		again, err := attest.Parse(b)
		require.NoError(t, err)
		require.JSONEq(t, string(s.Predicate), string(again.Predicate))
		require.Equal(t, s.PredicateType, again.PredicateType)
		require.Subset(t, s.Subject, again.Subject)
	})
}
