//go:build unix

package sign_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realsigstore"
	"github.com/mcpctl/mcpctl/publish/sign"
)

func env(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

// signed signs with a token and answers who is in the certificate.
func signed(t *testing.T, token sign.Token) (sign.Identity, error) {
	t.Helper()
	signer, err := sign.Keyless(sign.KeylessOptions{Services: services(t), Token: token})
	require.NoError(t, err)
	foretold, err := signer.Who(soon(t))
	if err != nil {
		return sign.Identity{}, err
	}
	bundle, err := signer.Sign(soon(t), []byte(statement))
	if err != nil {
		return sign.Identity{}, err
	}
	got, err := trust(t).Read(bundle)
	require.NoError(t, err)
	assert.Equal(t, got.Identity, foretold, "who it would be was foretold wrongly")
	return got.Identity, nil
}

func TestTokenSources(t *testing.T) {
	s := sigstore.Get(t)
	file := write(t, "token", []byte(s.MailToken("file@example.org")+"\n"), 0o600)
	for _, c := range []struct {
		name  string
		token sign.Token
		want  sign.Identity
	}{
		{"GitHub Actions", sign.Tokens(env(s.ActionsEnv(repository, workflow, tag))), sign.Identity{Issuer: realsigstore.GitHub, Subject: subject}},
		{"GitLab", sign.Tokens(env(map[string]string{"SIGSTORE_ID_TOKEN": s.GitLabToken("acme/echo", tag)})),
			sign.Identity{Issuer: realsigstore.GitLab, Subject: "https://gitlab.com/acme/echo//.gitlab-ci.yml@refs/tags/v1.0.0"}},
		{"a variable", sign.TokenFrom(sign.SecretEnv(env(map[string]string{"MINE": s.MailToken("env@example.org")}), "MINE")),
			sign.Identity{Issuer: realsigstore.Mail, Subject: "env@example.org"}},
		{"a file", sign.TokenFrom(sign.SecretFile(file)), sign.Identity{Issuer: realsigstore.Mail, Subject: "file@example.org"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := signed(t, c.token)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
	assert.True(t, sign.Ambient(env(s.ActionsEnv(repository, workflow, tag))))
	assert.True(t, sign.Ambient(env(map[string]string{"SIGSTORE_ID_TOKEN": "x"})))
	assert.False(t, sign.Ambient(env(nil)))
}

func TestTokensThatAreRefused(t *testing.T) {
	s := sigstore.Get(t)
	actions := s.ActionsEnv(repository, workflow, tag)
	with := func(name, value string) func(string) string {
		return func(n string) string {
			if n == name {
				return value
			}
			return actions[n]
		}
	}
	mail := map[string]any{"email": "someone@example.org", "email_verified": true}
	and := func(name string, value any) map[string]any {
		all := map[string]any{name: value}
		for k, v := range mail {
			all[k] = v
		}
		return all
	}
	junk := httptest.NewServer(http.HandlerFunc(nonsense))
	defer junk.Close()
	huge := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"value":"` + strings.Repeat("x", 1<<20) + `"}`))
	}))
	defer huge.Close()
	for _, c := range []struct {
		name  string
		token sign.Token
		code  string
	}{
		{"none", sign.Tokens(env(nil)), "token-missing"},
		{"an empty one", given(" \n"), "token-missing"},
		{"an unset variable", sign.TokenFrom(sign.SecretEnv(env(nil), "MINE")), "token-missing"},
		{"no file", sign.TokenFrom(sign.SecretFile("testdata/none")), "token-missing"},
		{"a file that others can read", sign.TokenFrom(sign.SecretFile(write(t, "t", []byte("x"), 0o644))), "token-missing"},
		{"a job without permission", sign.Tokens(with("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "")), "token-missing"},
		{"a token service without an address", sign.Tokens(with("ACTIONS_ID_TOKEN_REQUEST_URL", "%")), "token-missing"},
		{"a token service that is not there", sign.Tokens(with("ACTIONS_ID_TOKEN_REQUEST_URL", "http://127.0.0.1:1/")), "token-missing"},
		{"a token service that talks nonsense", sign.Tokens(with("ACTIONS_ID_TOKEN_REQUEST_URL", junk.URL)), "token-missing"},
		{"a token service that talks too much", sign.Tokens(with("ACTIONS_ID_TOKEN_REQUEST_URL", huge.URL)), "token-missing"},
		{"no JWT", given("x"), "token-unreadable"},
		{"no base64", given("a.!.c"), "token-unreadable"},
		{"no JSON", given("a.YQ.c"), "token-unreadable"},
		{"one that does not end", given("a.e30.c"), "token-unreadable"},
		{"an expired one", given(s.Mint(realsigstore.Mail, and("exp", time.Now().Add(-time.Minute).Unix()))), "token-expired"},
		{"one for somebody else", given(s.Mint(realsigstore.Mail, and("aud", []string{"other", "another"}))), "token-audience"},
		{"one of a stranger", given(s.Mint("https://stranger.example.org", mail)), "fulcio-refused"},
		{"one with a changed claim", given(forged(s.MailToken("someone@example.org"))), "fulcio-refused"},
		{"one without what a workflow's has", given(s.Mint(realsigstore.GitHub, nil)), "fulcio-refused"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := signed(t, c.token)
			refused(t, err, c.code)
		})
	}
	t.Run("several audiences, one of which is right", func(t *testing.T) {
		signer, err := sign.Keyless(sign.KeylessOptions{Services: services(t), Token: given(s.Mint(realsigstore.Mail, and("aud", []string{"other", "sigstore"})))})
		require.NoError(t, err)
		who, err := signer.Who(soon(t))
		require.NoError(t, err)
		assert.Equal(t, "someone@example.org", who.Subject)
	})
}

// No error repeats a token.
func TestTokensStaySecret(t *testing.T) {
	token := sigstore.Get(t).Mint("https://stranger.example.org", nil)
	_, err := signed(t, given(token))
	r := refused(t, err, "fulcio-refused")
	for _, part := range strings.Split(token, ".") {
		assert.NotContains(t, err.Error()+r.Mend, part)
	}
}

// forged is a token with the signature of another.
func forged(token string) string {
	parts := strings.Split(token, ".")
	signature := []byte(parts[2])
	if signature[10]++; signature[10] == 'z'+1 || signature[10] == 'Z'+1 || signature[10] == '9'+1 || signature[10] == '_'+1 || signature[10] == '-'+1 {
		signature[10] = 'b'
	}
	return parts[0] + "." + parts[1] + "." + string(signature)
}

func TestAPersonSignsIn(t *testing.T) {
	issuer := sigstore.Get(t).People
	want := sign.Identity{Issuer: issuer, Subject: realsigstore.Person}

	t.Run("with a browser", func(t *testing.T) {
		told := &browser{t: t}
		got, err := signed(t, sign.Interactive(sign.Person{Issuer: issuer, Tell: told, Wait: 30 * time.Second}))
		require.NoError(t, err)
		assert.Equal(t, want, got)
	})
	t.Run("with a code", func(t *testing.T) {
		var told strings.Builder
		got, err := signed(t, sign.Device(sign.Person{Issuer: issuer, Tell: &told, Wait: 30 * time.Second}))
		require.NoError(t, err)
		assert.Equal(t, want, got)
		assert.Contains(t, told.String(), "ABCD-EFGH")
		assert.Contains(t, told.String(), issuer+"/activate")
	})
	t.Run("and does not", func(t *testing.T) {
		var told strings.Builder
		_, err := signed(t, sign.Interactive(sign.Person{Issuer: issuer, Tell: &told, Wait: 300 * time.Millisecond}))
		r := refused(t, err, "token-missing")
		assert.Contains(t, r.Why, "nobody")
	})
	t.Run("where there is no provider", func(t *testing.T) {
		away := httptest.NewServer(http.RedirectHandler(issuer+"/.well-known/openid-configuration", http.StatusFound))
		defer away.Close()
		for _, bad := range []string{"", "http://127.0.0.1:1", "not a URL", issuer + "/other", away.URL} {
			_, err := signed(t, sign.Device(sign.Person{Issuer: bad, Tell: &strings.Builder{}, Wait: 10 * time.Second}))
			refused(t, err, "token-missing")
		}
	})
	t.Run("and somebody else knocks first", func(t *testing.T) {
		told := &browser{t: t, first: func(callback string) {
			for _, query := range []string{"", "?state=guess&code=code-1", "?code=code-1"} {
				code, _ := fetch(t, callback+query)
				assert.Equal(t, http.StatusBadRequest, code)
			}
		}}
		_, err := signed(t, sign.Interactive(sign.Person{Issuer: issuer, Tell: told, Wait: 30 * time.Second}))
		require.NoError(t, err)
	})
	t.Run("and the provider says no", func(t *testing.T) {
		told := &browser{t: t, instead: func(callback, state string) { fetch(t, callback+"?error=access_denied&state="+state) }}
		_, err := signed(t, sign.Interactive(sign.Person{Issuer: issuer, Tell: told, Wait: 30 * time.Second}))
		refused(t, err, "token-missing")
		assert.ErrorContains(t, err, "access_denied")
	})
}

func fetch(t *testing.T, address string) (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}
