package auth_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp/auth"
)

func TestParseChallenges(t *testing.T) {
	type params = []auth.Param
	tests := map[string]struct {
		values []string
		want   []auth.Challenge
		fault  string
	}{
		"none":             {nil, nil, ""},
		"a scheme":         {[]string{"Bearer"}, []auth.Challenge{{Scheme: "Bearer"}}, ""},
		"two schemes":      {[]string{"Bearer, Basic"}, []auth.Challenge{{Scheme: "Bearer"}, {Scheme: "Basic"}}, ""},
		"parameters":       {[]string{`Bearer realm="a b", scope=x`}, []auth.Challenge{{Scheme: "Bearer", Params: params{{"realm", "a b"}, {"scope", "x"}}}}, ""},
		"spaces":           {[]string{"Bearer  a = b ,\tc = \"d\" ,,"}, []auth.Challenge{{Scheme: "Bearer", Params: params{{"a", "b"}, {"c", "d"}}}}, ""},
		"quotes":           {[]string{`Bearer a="\"x, y=\\\"", b=c`}, []auth.Challenge{{Scheme: "Bearer", Params: params{{"a", `"x, y=\"`}, {"b", "c"}}}}, ""},
		"a token":          {[]string{"Negotiate YWJj==, Bearer a=b"}, []auth.Challenge{{Scheme: "Negotiate", Token: "YWJj=="}, {Scheme: "Bearer", Params: params{{"a", "b"}}}}, ""},
		"two headers":      {[]string{"Basic realm=x", "Bearer a=b"}, []auth.Challenge{{Scheme: "Basic", Params: params{{"realm", "x"}}}, {Scheme: "Bearer", Params: params{{"a", "b"}}}}, ""},
		"no end":           {[]string{`Bearer a="b`}, []auth.Challenge{{Scheme: "Bearer"}}, "does not end"},
		"no end, escaped":  {[]string{`Bearer a="b\`}, []auth.Challenge{{Scheme: "Bearer"}}, "does not end"},
		"no value":         {[]string{`Bearer a=, b=c`}, []auth.Challenge{{Scheme: "Bearer", Token: "a="}}, "a token and parameters"},
		"no value, later":  {[]string{`Bearer a=b, c=, d=e`}, []auth.Challenge{{Scheme: "Bearer", Params: params{{"a", "b"}}}}, "value is missing at character 15"},
		"no comma":         {[]string{`Bearer a=b c=d`}, []auth.Challenge{{Scheme: "Bearer", Params: params{{"a", "b"}}}}, "comma is missing"},
		"no scheme":        {[]string{`"x"`}, nil, "a word is missing at character 1"},
		"controls":         {[]string{"Bearer \x1b[2J"}, []auth.Challenge{{Scheme: "Bearer"}}, "a word is missing"},
		"more than enough": {[]string{strings.Repeat("x", 20<<10)}, nil, "longer than"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := auth.ParseChallenges(test.values)
			assert.Equal(t, test.want, got)
			if test.fault == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.fault)
		})
	}
}

func TestBearer(t *testing.T) {
	c, ok := auth.Bearer(http.Header{"Www-Authenticate": {`Basic realm="x"`, `bearer Scope="a b", scope="c"`}})
	require.True(t, ok)
	assert.Equal(t, "a b", c.Param("scope"))
	assert.Empty(t, c.Param("realm"))
	_, ok = auth.Bearer(http.Header{"Www-Authenticate": {`Basic realm="x"`}})
	assert.False(t, ok)
}

// Whatever comes, parsing ends, and what it understood can be written and read
// again.
func FuzzParseChallenges(f *testing.F) {
	for _, seed := range []string{"", "Bearer", `Bearer resource_metadata="https://a/b", scope="c d", error=insufficient_scope`, "Negotiate YQ==, Basic realm=x", `a b="\"\\", c="`, "=,=", "A  b=\t\"\""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		all, err := auth.ParseChallenges([]string{value})
		if err != nil {
			return
		}
		again, err := auth.ParseChallenges([]string{written(all)})
		require.NoError(t, err, "%q", written(all))
		assert.Equal(t, all, again)
	})
}

func written(all []auth.Challenge) string {
	var words []string
	for _, c := range all {
		word := c.Scheme
		if c.Token != "" {
			word += " " + c.Token
		}
		for i, p := range c.Params {
			word += map[bool]string{true: " ", false: ", "}[i == 0] + p.Name + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(p.Value) + `"`
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}
