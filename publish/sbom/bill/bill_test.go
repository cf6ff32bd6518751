package bill_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/sbom/bill"
)

func TestExpression(t *testing.T) {
	for declared, want := range map[string]string{
		"MIT":                                  "MIT",
		"MIT or Apache-2.0":                    "MIT OR Apache-2.0",
		"(MIT AND (BSD-3-Clause OR GPL-2.0+))": "(MIT AND (BSD-3-Clause OR GPL-2.0+))",
		"GPL-2.0-only WITH Classpath-exception-2.0": "GPL-2.0-only WITH Classpath-exception-2.0",
		"":                             "",
		"mit":                          "",
		"MIT Apache-2.0":               "",
		"MIT OR":                       "",
		"(MIT":                         "",
		"MIT)":                         "",
		"MIT WITH MIT":                 "",
		"Classpath-exception-2.0":      "",
		"SEE LICENSE IN LICENSE.txt":   "",
		"MIT\nOR\nISC":                 "MIT OR ISC",
		strings.Repeat("(", 1000):      "",
		strings.Repeat("MIT OR ", 999): "",
	} {
		got, ok := bill.Expression(declared)
		assert.Equal(t, want, got, "%.80q", declared)
		assert.Equal(t, want != "", ok, "%.80q", declared)
	}
}

func TestPURLs(t *testing.T) {
	for want, got := range map[string]string{
		"pkg:golang/github.com/spf13/cobra@v1.10.2":                                  bill.GoPURL("github.com/spf13/cobra", "v1.10.2"),
		"pkg:golang/stdlib@1.26.0":                                                   bill.GoPURL("stdlib", "1.26.0"),
		"pkg:golang/go.yaml.in/yaml/v3@v3.0.6":                                       bill.GoPURL("go.yaml.in/yaml/v3", "v3.0.6"),
		"pkg:npm/%40scope/name@1.0.0":                                                bill.NpmPURL("@scope/name", "1.0.0", nil),
		"pkg:npm/name@1.0.0?vcs_url=git%2Bssh:%2F%2Fgit%40host.example%2Fa%2Fb%23c":  bill.NpmPURL("name", "1.0.0", bill.Qualifiers{"vcs_url": "git+ssh://git@host.example/a/b#c"}),
		"pkg:pypi/typing-extensions@4.0":                                             bill.PyPURL("Typing_Extensions", "4.0", nil),
		"pkg:cargo/serde@1.0.0":                                                      bill.CargoPURL("serde", "1.0.0", nil),
		"pkg:oci/server@sha256:ab?repository_url=host.example%2Fme%2Fserver&tag=1.0": bill.OCIPURL("Server", "sha256:ab", bill.Qualifiers{"tag": "1.0", "repository_url": "host.example/me/server"}),
		"pkg:generic/bundle@1.0":                                                     bill.GenericPURL("bundle", "1.0", nil),
		"":                                                                           bill.NpmPURL("", "1.0", nil),
	} {
		assert.Equal(t, want, got)
	}
}

func TestHashes(t *testing.T) {
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	h, err := bill.PrefixedHash("sha256:" + strings.ToUpper(empty))
	require.NoError(t, err)
	assert.Equal(t, bill.Hash{Algorithm: "SHA-256", Value: empty}, h)
	h, err = bill.GoSum("h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
	require.NoError(t, err)
	assert.Equal(t, empty, h.Value)
	assert.NotEmpty(t, h.Over)
	all, err := bill.Integrity("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk= sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=?option")
	require.NoError(t, err)
	require.Len(t, all, 2)
	assert.Equal(t, "SHA-1", all[0].Algorithm)

	for _, wrong := range []string{"sha256", "sha256:ab", "sha256:zz", "crc32:00000000", "sha512:" + empty} {
		_, err := bill.PrefixedHash(wrong)
		assert.Error(t, err, wrong)
	}
	for _, wrong := range []string{"sha512", "sha512-!", "sha512-YWI=", "xyz-YWI="} {
		_, err := bill.Integrity(wrong)
		assert.Error(t, err, wrong)
	}
	_, err = bill.GoSum("h2:xx")
	assert.ErrorContains(t, err, "not like h1:")
}

// A way is as light as its lightest step, a component as weighty as its
// weightiest way; what nothing leads to stays what it was.
func TestScopes(t *testing.T) {
	b := bill.New(bill.Component{Name: "root"}, bill.PreBuild)
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		b.Add(bill.Component{Ref: name, Name: name})
	}
	b.Add(bill.Component{Ref: "alone", Scope: bill.Development})
	root := b.Root.Ref
	b.Need(root, "a", bill.Development)
	b.Need("a", "b", bill.Required)
	b.Need(root, "c", bill.Optional)
	b.Need("c", "b", bill.Required)
	b.Need("c", "d", bill.Development)
	b.Need(root, "e", bill.Optional)
	b.Need(root, "e", bill.Required)
	b.Need("e", "e", bill.Required)
	b.Need("b", "c", bill.Required) // a circle
	b.Need("b", "nowhere", bill.Required)
	b.Settle()
	got := map[string]string{}
	for _, c := range b.Components() {
		got[c.Ref] = c.Scope.String()
	}
	assert.Equal(t, map[string]string{"a": "development", "b": "optional", "c": "optional", "d": "development", "e": "required", "alone": "development"}, got)
	assert.Empty(t, b.Needs("e"))
	assert.Len(t, b.Needs("b"), 1)
}

func TestGatherReachesEverything(t *testing.T) {
	b := bill.New(bill.Component{Name: "root"}, bill.PostBuild)
	for _, name := range []string{"free", "below", "circle1", "circle2"} {
		b.Add(bill.Component{Ref: name})
	}
	b.Need("free", "below", bill.Required)
	b.Need("circle1", "circle2", bill.Required)
	b.Need("circle2", "circle1", bill.Required)
	b.Gather()
	var needed []string
	for _, e := range b.Needs(b.Root.Ref) {
		needed = append(needed, e.To)
	}
	assert.Equal(t, []string{"circle1", "circle2", "free"}, needed)
}

// What is found twice is one component with what both say.
func TestAddMerges(t *testing.T) {
	b := bill.New(bill.Component{}, bill.PreBuild)
	b.Need(b.Root.Ref, "x", bill.Required)
	b.Add(bill.Component{Ref: "x", Name: "x", Opaque: true, Scope: bill.Development, Licences: []string{"MIT"}, Artifacts: []bill.Artifact{{Name: "f"}}})
	b.Add(bill.Component{Ref: "x", Name: "x", Supplier: "me", Licences: []string{"MIT", "ISC"}, Hashes: []bill.Hash{{Algorithm: "MD5", Value: "00"}}, Artifacts: []bill.Artifact{{Name: "f", Hashes: []bill.Hash{{Value: "1"}}}}})
	b.SetRoot(bill.Component{Name: "named later"})
	b.Settle()
	require.Equal(t, 1, b.Len())
	c := b.Component("x")
	assert.Equal(t, []string{"ISC", "MIT"}, b.Components()[0].Licences)
	assert.Equal(t, "me", c.Supplier)
	assert.False(t, c.Opaque)
	assert.Equal(t, bill.Required, c.Scope)
	assert.Len(t, c.Artifacts, 1)
	assert.Len(t, c.Artifacts[0].Hashes, 1)
	assert.Len(t, b.Needs(b.Root.Ref), 1, "edges follow the root's new name")
}

func FuzzExpression(f *testing.F) {
	f.Add("MIT OR (Apache-2.0 AND GPL-2.0-only WITH Classpath-exception-2.0)")
	f.Fuzz(func(t *testing.T, declared string) {
		expression, ok := bill.Expression(declared)
		if !ok {
			return
		}
		again, ok := bill.Expression(expression)
		assert.True(t, ok)
		assert.Equal(t, expression, again)
	})
}
