//go:build unix

package registry_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realregistry"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// The official registry itself takes the tokens and proofs that the client
// sends, and its refusals become the client's. GitHub is played by a stand-in.
func TestTheOfficialRegistry(t *testing.T) {
	hosts := &realregistry.Hosts{}
	official := realregistry.Start(t, realregistry.Options{Hosts: hosts})
	c, err := registry.New(official.URL, registry.Options{Pause: time.Millisecond})
	require.NoError(t, err)
	named := func(name string) []byte { return []byte(strings.Replace(echo, "io.github.acme/echo", name, 1)) }

	t.Run("a GitHub token", func(t *testing.T) {
		hosts.Put("/user", "application/json", []byte(`{"login":"alice","id":1}`))
		hosts.Put("/user/memberships/orgs", "application/json", []byte(`[
		 {"state":"active","role":"admin","organization":{"login":"acme","id":2}},
		 {"state":"active","role":"member","organization":{"login":"other","id":3}}]`))
		got, err := c.Login(t.Context(), registry.GitHubToken{Token: "ghp_1"})
		require.NoError(t, err)
		assert.Equal(t, "alice", got.Subject)
		assert.Equal(t, "github-at", got.Method)
		assert.WithinDuration(t, time.Now().Add(5*time.Minute), got.Expires, time.Minute)
		assert.True(t, got.May(registry.ActionPublish, "io.github.acme/echo"))
		assert.False(t, got.May(registry.ActionPublish, "io.github.other/echo"))
		_, err = c.Publish(t.Context(), named("io.github.acme/echo"), got.Reveal())
		require.NoError(t, err)
		_, err = c.Publish(t.Context(), named("io.github.other/echo"), got.Reveal())
		assert.Contains(t, refused(t, err, "forbidden").Mend, "publish io.github.alice/*, publish io.github.acme/*")
		_, err = c.Publish(t.Context(), named("io.github.ACME/echo"), got.Reveal())
		assert.Contains(t, refused(t, err, "forbidden").Mend, "the case of letters")

		hosts.Fail("/user", 401)
		_, err = c.Login(t.Context(), registry.GitHubToken{Token: "ghp_hunter2"})
		refused(t, err, "login-refused")
		assert.NotContains(t, err.Error(), "hunter2")
	})

	t.Run("logins that it refuses", func(t *testing.T) {
		key, err := registry.ParseKey([]byte(strings.Repeat("07", 32)))
		require.NoError(t, err)
		_, err = c.Login(t.Context(), registry.HTTP{Domain: "nobody.invalid", Key: key})
		refused(t, err, "login-refused")
		_, err = c.Login(t.Context(), registry.DNS{Domain: "nobody.invalid", Key: key})
		assert.Contains(t, refused(t, err, "login-refused").Mend, key.Record())
		late, err := registry.New(official.URL, registry.Options{Now: func() time.Time { return time.Now().Add(-time.Minute) }})
		require.NoError(t, err)
		_, err = late.Login(t.Context(), registry.DNS{Domain: "nobody.invalid", Key: key})
		assert.ErrorContains(t, refused(t, err, "login-refused"), "timestamp")
		_, err = c.Login(t.Context(), registry.OIDC{Token: "a.b.c"})
		assert.Contains(t, []string{"login-refused", "login-unsupported"}, refusal.Code(err))
		_, err = c.Login(t.Context(), registry.GitHubDevice{Prompt: func(registry.DevicePrompt) {}})
		refused(t, err, "login-unsupported") // it has no app at GitHub
	})

	t.Run("tokens that it refuses", func(t *testing.T) {
		everything := realregistry.Permission{Action: "publish", Resource: "*"}
		_, err := c.Publish(t.Context(), named("com.example/a"), official.MintFor(-time.Minute, everything))
		refused(t, err, "token-expired")
		_, err = c.Publish(t.Context(), named("com.example/a"), official.MintForeign(everything))
		refused(t, err, "token-refused")
		_, err = c.Publish(t.Context(), named("com.example/a"), "hunter2")
		refused(t, err, "token-refused")
		err = c.Status(t.Context(), "io.github.acme/echo", "1.0.0", registry.Deleted, "", official.MintFor(-time.Minute, everything))
		refused(t, err, "token-expired")
		err = c.Status(t.Context(), "io.github.acme/echo", "1.0.0", registry.Deleted, "", official.Publisher("com.example/*"))
		refused(t, err, "forbidden")
	})

	t.Run("documents that it refuses", func(t *testing.T) {
		publish := func(document string) error {
			_, err := c.Publish(t.Context(), []byte(document), official.Publisher("com.example/*"))
			return err
		}
		meta := `"_meta":{"io.modelcontextprotocol.registry/publisher-provided":{"a.b/c":1}},`
		with := func(before, name, description, version string) string {
			return fmt.Sprintf(`{%s"$schema":"https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json","name":%q,"description":%q,"version":%q}`, before, name, description, version)
		}
		// Whatever garbles the places there, the members are named here.
		err := publish(with(meta, "com.example/a", strings.Repeat("x", 101), "1.0.0"))
		refused(t, err, "rejected")
		assert.Regexp(t, `(: |; )description: `, err.Error())
		// The first answer says "call /validate": the words are from there.
		err = publish(with("", "com.example/a", "d", "^1.0.0"))
		refused(t, err, "rejected")
		assert.Regexp(t, `(: |; )version: `, err.Error())
	})
}
