package registry_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/registry"
)

func TestPublishSendsTheBytesOnce(t *testing.T) {
	d := serve(t, answers(200, echoPage))
	e, err := d.client(t, registry.Options{}).Publish(t.Context(), []byte(echo), "a.b.c")
	require.NoError(t, err)
	assert.Equal(t, "io.github.acme/echo", e.Name())
	assert.Equal(t, []seen{{"POST", "/v0.1/publish", "", "Bearer a.b.c", "application/json", echo}}, d.requests())
}

// What was sent and not answered may have happened: only reading back can tell.
func TestPublishInTheDark(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"broken off": func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_ = conn.Close()
			}
		},
		"hangs":           func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"its own trouble": answers(500, problem("oops")),
		"a proxy's":       answers(504, "<html>"),
		"no JSON":         answers(200, "fine"),
		"another entry":   answers(200, strings.Replace(echoPage, "1.0.0", "1.0.1", 1)),
		"cut off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, "{")
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := serve(t, h)
			_, err := d.client(t, registry.Options{Timeout: 200 * time.Millisecond}).Publish(t.Context(), []byte(echo), "a.b.c")
			assert.Equal(t, refusal.Environment, refused(t, err, "publish-unknown").Kind)
			assert.Len(t, d.requests(), 1, "it is sent once")
		})
	}
}

func TestPublishIsRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		body   string
		code   string
		why    string
		mend   string
	}{
		{"duplicate", 400, problem("Failed to publish server", "invalid version: cannot publish duplicate version: io.github.acme/echo@1.0.0 already exists"), "duplicate-version", "already exists", "raise the version"},
		{"conflict", 409, "", "duplicate-version", "409", "raise the version"},
		{"ownership", 400, problem("Failed to publish server", "registry validation failed for package 0: not yours"), "rejected", "Failed to publish server: registry validation failed for package 0: not yours", "publish check"},
		{"forbidden", 403, problem("You do not have permission to publish this server"), "forbidden", "permission", "somebody who may"},
		{"another's error", 403, `{"error":"computer says no"}`, "forbidden", "computer says no", "somebody who may"},
		{"expired", 401, problem("Invalid or expired Registry JWT token", "failed to parse token: token has invalid claims: token is expired"), "token-expired", "expired", "Log in again"},
		{"never good", 401, problem("Invalid or expired Registry JWT token", "signature is invalid"), "token-refused", "signature is invalid", "Log in with"},
		{"slow down", 429, "", "rate-limited", "429", "later"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := serve(t, answers(c.status, c.body))
			_, err := d.client(t, registry.Options{}).Publish(t.Context(), []byte(echo), "a.b.c")
			r := refused(t, err, c.code)
			assert.Contains(t, r.Error(), c.why)
			assert.Contains(t, r.Mend, c.mend)
			assert.Len(t, d.requests(), 1)
		})
	}
	_, err := serve(t, answers(200, echoPage)).client(t, registry.Options{}).Publish(t.Context(), []byte(echo), "")
	assert.Equal(t, refusal.Consent, refused(t, err, "token-missing").Kind)
	_, err = serve(t, answers(200, echoPage)).client(t, registry.Options{}).Publish(t.Context(), []byte(`{}`), "a.b.c")
	refused(t, err, "rejected")
}

// The garbled places of the registry's framework become the members they mean.
func TestRejectionsAreSaidPerField(t *testing.T) {
	body := `{"title":"Unprocessable Entity","status":422,"detail":"validation failed","errors":[
	 {"message":"expected length <= 100","location":"body._meta.io.modelcontextprotocol.description","value":"hunter2"},
	 {"message":"expected string","location":"body.packages[0].identifier"},
	 {"message":"expected object","location":"body._meta.io.modelcontextprotocol.registry/publisher-provided"},
	 {"message":"expected url","location":"body._meta.io.modelcontextprotocol.packages[1].transport.url"},
	 {"message":"expected required property name to be present","location":"body"}]}`
	_, err := serve(t, answers(422, body)).client(t, registry.Options{}).Publish(t.Context(), []byte(echo), "a.b.c")
	refused(t, err, "rejected")
	var p registry.Problem
	require.True(t, errors.As(err, &p))
	assert.Equal(t, []registry.Field{
		{Where: "description", Message: "expected length <= 100"},
		{Where: "packages[0].identifier", Message: "expected string"},
		{Where: "_meta.io.modelcontextprotocol.registry/publisher-provided", Message: "expected object"},
		{Where: "packages[1].transport.url", Message: "expected url"},
		{Message: "expected required property name to be present"},
	}, p.Fields)
	assert.ErrorContains(t, err, "description: expected length <= 100; packages[0].identifier: expected string")
	assert.NotContains(t, err.Error(), "hunter2", "what was sent is not quoted")
}

// Where the registry only says "call /validate", that is done.
func TestValidationIsAskedForDetails(t *testing.T) {
	d := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v0.1/validate" {
			answers(200, `{"valid":false,"issues":[{"type":"semantic","path":"version","message":"must be a specific version","severity":"error"},{"path":"$schema","message":"old","severity":"warning"}]}`)(w, r)
			return
		}
		answers(422, problem("Failed to publish server, invalid schema: call /validate for details"))(w, r)
	})
	_, err := d.client(t, registry.Options{}).Publish(t.Context(), []byte(echo), "a.b.c")
	assert.ErrorContains(t, refused(t, err, "rejected"), "version: must be a specific version")
	assert.NotContains(t, err.Error(), "$schema")
	assert.Empty(t, d.requests()[1].auth, "validation needs no token")

	// If that fails too, the first words stand.
	d = serve(t, answers(422, problem("call /validate for details")))
	_, err = d.client(t, registry.Options{}).Publish(t.Context(), []byte(echo), "a.b.c")
	assert.ErrorContains(t, refused(t, err, "rejected"), "call /validate")
}

func TestForbiddenSaysWhatTheTokenAllows(t *testing.T) {
	d := serve(t, answers(403, problem("You do not have permission")))
	for resource, want := range map[string]string{
		"io.github.alice/*": "publish io.github.alice/*.",
		"io.github.Acme/*":  "the case of letters",
	} {
		_, err := d.client(t, registry.Options{}).Publish(t.Context(), []byte(echo), token(t, map[string]any{"permissions": []any{map[string]any{"action": "publish", "resource": resource}}}))
		assert.Contains(t, refused(t, err, "forbidden").Mend, want)
	}
}

func TestTokensAreInNoErrorAndNoAddress(t *testing.T) {
	const secret = "aaaa1111.bbbb2222.cccc3333"
	d := serve(t, func(w http.ResponseWriter, r *http.Request) {
		answers(400, problem("you sent "+r.Header.Get("Authorization"), "indeed "+r.Header.Get("Authorization")))(w, r)
	})
	c := d.client(t, registry.Options{})
	_, err := c.Publish(t.Context(), []byte(echo), secret)
	refused(t, err, "rejected")
	assert.NotContains(t, err.Error(), "bbbb2222")
	assert.Contains(t, err.Error(), "[redacted]")
	err = c.Status(t.Context(), "io.github.acme/echo", "", registry.Deleted, "gone", secret)
	refused(t, err, "rejected")
	assert.NotContains(t, err.Error(), "bbbb2222")
	for _, r := range d.requests() {
		assert.NotContains(t, r.path+r.query, "bbbb2222")
	}
	_, err = c.Publish(t.Context(), []byte(echo), "bbbb2222\nX-Evil: 1")
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "bbbb2222")
}

func TestStatus(t *testing.T) {
	d := serve(t, answers(200, echoPage))
	c := d.client(t, registry.Options{})
	require.NoError(t, c.Status(t.Context(), "io.github.acme/echo", "1.0.0", registry.Deprecated, "use 2", "a.b.c"))
	require.NoError(t, c.Status(t.Context(), "io.github.acme/echo", "", registry.Active, "", "a.b.c"))
	assert.Equal(t, []seen{
		{"PATCH", "/v0.1/servers/io.github.acme%2Fecho/versions/1.0.0/status", "", "Bearer a.b.c", "application/json", `{"status":"deprecated","statusMessage":"use 2"}`},
		{"PATCH", "/v0.1/servers/io.github.acme%2Fecho/status", "", "Bearer a.b.c", "application/json", `{"status":"active"}`},
	}, d.requests())

	same := serve(t, answers(400, problem("No changes to apply: status and message are already set to the provided values"))).client(t, registry.Options{})
	require.NoError(t, same.Status(t.Context(), "io.github.acme/echo", "1.0.0", registry.Deleted, "", "a.b.c"))
	other := serve(t, answers(400, problem("Invalid status"))).client(t, registry.Options{})
	refused(t, other.Status(t.Context(), "io.github.acme/echo", "1.0.0", registry.Deleted, "", "a.b.c"), "rejected")
	for _, bad := range [][2]string{{"gone", ""}, {registry.Active, "hello"}, {registry.Deleted, strings.Repeat("ä", 501)}} {
		refused(t, c.Status(t.Context(), "io.github.acme/echo", "1.0.0", bad[0], bad[1], "a.b.c"), "bad-status")
	}
	require.NoError(t, registry.CheckStatus(registry.Deleted, strings.Repeat("ä", 500)))
}

func TestAttestations(t *testing.T) {
	bundles := "{}\n{}\n"
	sum := hex.EncodeToString(func() []byte { s := sha256.Sum256([]byte(bundles)); return s[:] }())
	d := serve(t, answers(200, bundles))
	c := d.client(t, registry.Options{})
	got, err := c.Attestations(t.Context(), sum)
	require.NoError(t, err)
	assert.Equal(t, bundles, string(got))
	require.NoError(t, c.PutAttestations(t.Context(), []byte(bundles), "a.b.c"))
	assert.Equal(t, seen{"PUT", registry.Extension + "/" + sum, "", "Bearer a.b.c", registry.AttestationsType, bundles}, d.requests()[1])

	_, err = c.Attestations(t.Context(), strings.Repeat("0", 64))
	refused(t, err, "registry-broken")
	_, err = c.Attestations(t.Context(), "../../health")
	refused(t, err, "bad-digest")
	for _, missing := range []http.HandlerFunc{http.NotFound, answers(404, problem("Endpoint not found. See /docs")), answers(405, "")} {
		c := serve(t, missing).client(t, registry.Options{})
		_, err = c.Attestations(t.Context(), sum)
		refused(t, err, "attestations-unsupported")
		refused(t, c.PutAttestations(t.Context(), []byte(bundles), "a.b.c"), "attestations-unsupported")
	}
	_, err = serve(t, answers(404, problem("There are no such attestations"))).client(t, registry.Options{}).Attestations(t.Context(), sum)
	refused(t, err, "not-found")
}
