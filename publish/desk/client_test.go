//go:build unix

package desk_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realregistry"
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/desk"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// shelf is a registry, whether over HTTP or in a folder.
type shelf interface {
	Get(ctx context.Context, name, version string) (*registry.Entry, error)
	Versions(ctx context.Context, name string) ([]registry.Entry, error)
	Search(ctx context.Context, q registry.Query) (registry.Page, error)
	Publish(ctx context.Context, server []byte, token string) (*registry.Entry, error)
	Status(ctx context.Context, name, version, status, message, token string) error
	Attestations(ctx context.Context, sum string) ([]byte, error)
	PutAttestations(ctx context.Context, jsonl []byte, token string) error
}

// shelves are the official registry and the two forms of a desk, each with a
// token that may do everything.
func shelves(t *testing.T) map[string]struct {
	shelf
	token string
} {
	t.Helper()
	official := realregistry.Start(t, realregistry.Options{})
	embedded, _ := theDesk(t, desk.Options{AnyNamespace: true})
	folder, err := desk.Create(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, folder.Close()) })
	client := func(base string) *registry.Client {
		c, err := registry.New(base, registry.Options{})
		require.NoError(t, err)
		return c
	}
	deskClient := client(embedded.url)
	token, err := deskClient.Login(t.Context(), registry.None{})
	require.NoError(t, err)
	assert.True(t, token.May(registry.ActionPublish, "com.example/any"))
	assert.WithinDuration(t, time.Now().Add(5*time.Minute), token.Expires, time.Minute)
	return map[string]struct {
		shelf
		token string
	}{
		"the official registry": {client(official.URL), official.Publisher("com.example/*")},
		"the desk":              {deskClient, token.Reveal()},
		"a folder":              {folder, ""},
	}
}

func server(name, version string) []byte {
	return []byte(strings.NewReplacer("NAME", name, "SCHEMA", schema).Replace(doc(version, pkg(stdio), `"title":"<Echo> & more"`)))
}

// TestClientsSeeNoDifference does the same through the client, and in a folder.
func TestClientsSeeNoDifference(t *testing.T) {
	for what, r := range shelves(t) {
		t.Run(what, func(t *testing.T) {
			behavesLikeARegistry(t, r, r.token)
			keepsAttestations(t, r, r.token, what != "the official registry")
		})
	}
}

func behavesLikeARegistry(t *testing.T, r shelf, token string) {
	t.Helper()
	const name = "com.example/echo"
	ctx := t.Context()
	_, err := r.Get(ctx, name, "")
	assert.Equal(t, "not-found", refusal.Code(err))
	_, err = r.Versions(ctx, name)
	assert.Equal(t, "not-found", refusal.Code(err))
	assert.Equal(t, "not-found", refusal.Code(r.Status(ctx, name, "1.0.0", "deleted", "", token)))

	first, err := r.Publish(ctx, server(name, "1.0.0"), token)
	require.NoError(t, err)
	assert.True(t, first.IsLatest)
	assert.Equal(t, registry.Active, first.Status)
	_, err = r.Publish(ctx, server(name, "1.0.0"), token)
	assert.Equal(t, "duplicate-version", refusal.Code(err))
	_, err = r.Publish(ctx, bytes.Replace(server(name, "1.0.1"), []byte("A server"), bytes.Repeat([]byte("x"), 101), 1), token)
	assert.Equal(t, "rejected", refusal.Code(err))
	assert.ErrorContains(t, err, "description")
	_, err = r.Publish(ctx, server(name, "^1.0.0"), token)
	assert.Equal(t, "rejected", refusal.Code(err))
	_, err = r.Publish(ctx, server(name, "2.0.0"), token)
	require.NoError(t, err)

	require.NoError(t, r.Status(ctx, name, "2.0.0", registry.Deleted, "It leaks", token))
	require.NoError(t, r.Status(ctx, name, "2.0.0", registry.Deleted, "It leaks", token), "twice is as once")
	assert.Equal(t, "bad-status", refusal.Code(r.Status(ctx, name, "2.0.0", "gone", "", token)))
	latest, err := r.Get(ctx, name, "")
	require.NoError(t, err)
	assert.Equal(t, "1.0.0", latest.Version())
	deleted, err := r.Get(ctx, name, "2.0.0")
	require.NoError(t, err)
	assert.Equal(t, [2]string{registry.Deleted, "It leaks"}, [2]string{deleted.Status, deleted.StatusMessage})
	assert.True(t, deleted.StatusChanged.After(deleted.PublishedAt))
	all, err := r.Versions(ctx, name)
	require.NoError(t, err)
	assert.Len(t, all, 2)

	page, err := r.Search(ctx, registry.Query{Text: "echo"})
	require.NoError(t, err)
	assert.Len(t, page.Entries, 1)
	page, err = r.Search(ctx, registry.Query{IncludeDeleted: true, Limit: 1})
	require.NoError(t, err)
	assert.Equal(t, name+":1.0.0", page.Next)
	page, err = r.Search(ctx, registry.Query{UpdatedSince: deleted.PublishedAt, Cursor: page.Next})
	require.NoError(t, err)
	assert.Len(t, page.Entries, 1)
	_, err = r.Search(ctx, registry.Query{Text: "ab"})
	assert.Equal(t, "bad-query", refusal.Code(err))

	require.NoError(t, r.Status(ctx, name, "", registry.Deprecated, "Use another", token))
	latest, err = r.Get(ctx, name, "latest")
	require.NoError(t, err)
	assert.Equal(t, "2.0.0", latest.Version())

	// What comes back is canonically what was sent.
	sent, err := attest.Digest(server(name, "1.0.0"))
	require.NoError(t, err)
	got, err := attest.Digest(first.Server)
	require.NoError(t, err)
	assert.Equal(t, sent, got)
}

// keepsAttestations is what the desk does in addition.
func keepsAttestations(t *testing.T, r shelf, token string, kept bool) {
	t.Helper()
	ctx := t.Context()
	jsonl := []byte("{\"a\":1}\n{\"b\":2}\n")
	err := r.PutAttestations(ctx, jsonl, token)
	_, absent := r.Attestations(ctx, sumOf([]byte("others")))
	if !kept {
		assert.Equal(t, "attestations-unsupported", refusal.Code(err))
		assert.Equal(t, "attestations-unsupported", refusal.Code(absent))
		return
	}
	require.NoError(t, err)
	require.NoError(t, r.PutAttestations(ctx, jsonl, token), "twice is as once")
	assert.Equal(t, "not-found", refusal.Code(absent))
	got, err := r.Attestations(ctx, sumOf(jsonl))
	require.NoError(t, err)
	assert.Equal(t, jsonl, got)
	for _, bad := range []string{"", "text\n", "{\"a\":1}\n\n", "{\"a\":", "[1]\n", "{}\n" + strings.Repeat(" ", desk.MaxAttestations)} {
		assert.Equal(t, "rejected", refusal.Code(r.PutAttestations(ctx, []byte(bad), token)), "%.20q", bad)
	}
}
