//go:build unix

package attach_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realoci"
	"github.com/mcpctl/mcpctl/publish/attach"
)

func asTheUser() attach.Options {
	o := quick()
	o.Anonymous = false
	return o
}

func TestBasicCredentialsOfTheUsersDocker(t *testing.T) {
	for _, kind := range realoci.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			r := kind.Start(t, realoci.Options{Private: true})
			ref := r.Image(t, "acme/echo:1.0.0", nil)
			dockerConfig(t, `{"auths":{"`+r.Host+`":{"username":"`+realoci.User+`","password":"`+realoci.Password+`"}}}`)
			everything(t, ref, asTheUser())

			dockerConfig(t, `{"auths":{"`+r.Host+`":{"username":"`+realoci.User+`","password":"wrong"}}}`)
			denied(t, ref, asTheUser())
			dockerConfig(t, `{}`)
			denied(t, ref, asTheUser())
		})
	}
}

func TestACredentialHelper(t *testing.T) {
	r := realoci.WithReferrers(t, realoci.Options{Private: true})
	ref := r.Image(t, "acme/echo:1.0.0", nil)
	dockerConfig(t, `{"credHelpers":{"`+r.Host+`":"mcpctl-test"}}`)
	helper := func(script string) {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "docker-credential-mcpctl-test"), []byte("#!/bin/sh\n"+script), 0o700))
		t.Setenv("PATH", dir+string(os.PathListSeparator)+"/usr/bin:/bin")
	}
	helper(`echo '{"Username":"` + realoci.User + `","Secret":"` + realoci.Password + `"}'`)
	everything(t, ref, asTheUser())

	helper("echo broken; exit 1")
	_, err := attach.Fetch(t.Context(), ref, asTheUser())
	refused(t, err, "credentials-unreadable")

	helper("exec sleep 20")
	impatient := asTheUser()
	impatient.Timeout = 100 * time.Millisecond
	began := time.Now()
	_, err = attach.Fetch(t.Context(), ref, impatient)
	refused(t, err, "credentials-unreadable")
	assert.Less(t, time.Since(began), 15*time.Second, "it was waited for")
}

func TestADockerConfigurationThatIsBroken(t *testing.T) {
	r := realoci.WithReferrers(t, realoci.Options{})
	dockerConfig(t, `{`)
	refused(t, attach.MayPush(t.Context(), r.Host+"/acme/echo", asTheUser()), "credentials-unreadable")
	require.NoError(t, attach.MayPush(t.Context(), r.Host+"/acme/echo", quick()), "who asks as nobody needs none")
}

func TestBearerTokensOfATokenServer(t *testing.T) {
	for _, kind := range realoci.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			var scopes []string
			r := kind.Start(t, realoci.Options{Wrap: func(inner http.Handler) http.Handler { return bearer(&scopes, inner) }})
			ref := r.Image(t, "acme/echo:1.0.0", nil)
			dockerConfig(t, `{"auths":{"`+r.Host+`":{"username":"`+realoci.User+`","password":"`+realoci.Password+`"}}}`)
			everything(t, ref, asTheUser())
			for _, want := range []string{"repository:acme/echo:pull", "repository:acme/echo:push,pull", "repository:acme/echo:push,pull,delete"} {
				assert.Contains(t, scopes, want)
			}
			dockerConfig(t, `{}`)
			denied(t, ref, asTheUser())
		})
	}
}

// bearer lets nobody in without a token, which it gives for the password. A
// token is good for the actions that were asked for and no others.
func bearer(scopes *[]string, inner http.Handler) http.Handler {
	needs := func(method string) string {
		switch method {
		case http.MethodGet, http.MethodHead:
			return "pull"
		case http.MethodDelete:
			return "delete"
		}
		return "push"
	}
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path == "/token" {
			user, password, _ := req.BasicAuth()
			if user != realoci.User || password != realoci.Password {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			scope := req.URL.Query().Get("scope")
			*scopes = append(*scopes, scope)
			_ = json.NewEncoder(w).Encode(map[string]string{"token": scope})
			return
		}
		token, _ := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer ")
		actions := strings.Split(token[strings.LastIndex(token, ":")+1:], ",")
		// An upload is broken off by those who may push.
		allowed := slices.Contains(actions, needs(req.Method)) || strings.Contains(req.URL.Path, "/uploads/") && slices.Contains(actions, "push")
		if token == "" || req.URL.Path != "/v2/" && !allowed {
			w.Header().Set("WWW-Authenticate", `Bearer realm="http://`+req.Host+`/token",service="test"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		req.Header.Del("Authorization")
		inner.ServeHTTP(w, req)
	})
}

// everything does all that needs credentials.
func everything(t *testing.T, ref string, o attach.Options) {
	t.Helper()
	require.NoError(t, attach.MayPush(t.Context(), repoOf(ref), o))
	_, err := attach.Resolve(t.Context(), ref, o)
	require.NoError(t, err)
	attached, err := attach.Attach(t.Context(), ref, bundlesOf(t, 2), o)
	require.NoError(t, err)
	_, err = attach.Fetch(t.Context(), ref, o)
	require.NoError(t, err)
	_, err = attach.PushArtifact(t.Context(), repoOf(ref), []byte("{}"), o)
	require.NoError(t, err)
	require.NoError(t, attach.Detach(t.Context(), ref, attached[0].Digest, o))
}

func denied(t *testing.T, ref string, o attach.Options) {
	t.Helper()
	refused(t, attach.MayPush(t.Context(), repoOf(ref), o), "push-denied")
	_, err := attach.Attach(t.Context(), ref, bundlesOf(t, 1), o)
	refused(t, err, "push-denied")
	_, err = attach.PushArtifact(t.Context(), repoOf(ref), []byte("{}"), o)
	refused(t, err, "push-denied")
	refused(t, attach.Detach(t.Context(), ref, missingDigest, o), "push-denied")
	_, err = attach.Resolve(t.Context(), ref, o)
	refused(t, err, "image-denied")
	r := refused(t, second(attach.Fetch(t.Context(), ref, o)), "image-denied")
	assert.NotContains(t, r.Error(), realoci.Password)
}

func second(_ [][]byte, err error) error { return err }
