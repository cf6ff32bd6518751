//go:build unix

package sign_test

import (
	"context"
	"crypto"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/mcpctl/mcpctl/publish/sign"
)

// repository is a TUF repository of its own keys.
type tufRepository struct {
	*httptest.Server
	root []byte
	mu   sync.Mutex
	docs map[string][]byte
	fail int // answers this status, if it is not 0
}

func newTUF(t *testing.T, targets map[string][]byte) *tufRepository {
	t.Helper()
	r := &tufRepository{docs: map[string][]byte{}}
	until := time.Now().Add(24 * time.Hour)
	root, list := metadata.Root(until), metadata.Targets(until)
	snapshot, timestamp := metadata.Snapshot(until), metadata.Timestamp(until)
	for name, data := range targets {
		info, err := metadata.TargetFile().FromBytes(name, data, "sha256")
		require.NoError(t, err)
		list.Signed.Targets[name] = info
		r.docs[fmt.Sprintf("/targets/%x.%s", sha256.Sum256(data), name)] = data
	}
	key := newKey(t, "Ed25519")
	public, err := metadata.KeyFromPublicKey(key.Public())
	require.NoError(t, err)
	for _, role := range []string{"root", "targets", "snapshot", "timestamp"} {
		require.NoError(t, root.Signed.AddKey(public, role))
	}
	signer, err := signature.LoadSigner(key, crypto.Hash(0))
	require.NoError(t, err)
	for path, doc := range map[string]interface {
		Sign(signature.Signer) (*metadata.Signature, error)
		ToBytes(bool) ([]byte, error)
	}{"/1.root.json": root, "/1.targets.json": list, "/1.snapshot.json": snapshot, "/timestamp.json": timestamp} {
		_, err := doc.Sign(signer)
		require.NoError(t, err)
		r.docs[path], err = doc.ToBytes(true)
		require.NoError(t, err)
	}
	r.root = r.docs["/1.root.json"]
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *tufRepository) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	doc, ok := r.docs[req.URL.Path]
	switch {
	case r.fail != 0:
		w.WriteHeader(r.fail)
	case !ok:
		http.NotFound(w, req)
	default:
		_, _ = w.Write(doc)
	}
}

func (r *tufRepository) change(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}

func TestMirror(t *testing.T) {
	config := read(t, sigstore.Get(t).SigningConfig)
	repo := newTUF(t, map[string][]byte{"trusted_root.json": sample(t, "trusted_root.json"), "signing_config.v0.2.json": config})
	mirror := sign.Mirror{URL: repo.URL, Root: repo.root}
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CACHE_HOME", filepath.Join(home, "cache"))

	tr, err := mirror.Trust(soon(t), "")
	require.NoError(t, err)
	_, err = tr.Verify(sample(t, "keyless.sigstore.json"), released())
	require.NoError(t, err)
	got, err := mirror.Services(soon(t), "")
	require.NoError(t, err)
	assert.Equal(t, services(t), got)
	require.NotEmpty(t, files(t, home))
	for _, file := range files(t, home) {
		assert.True(t, strings.HasPrefix(file, "cache/mcpctl/sigstore/") || strings.HasPrefix(file, "Library/Caches/mcpctl/sigstore/"), file)
	}

	elsewhere := t.TempDir()
	before := files(t, home)
	_, err = mirror.Trust(soon(t), elsewhere)
	require.NoError(t, err)
	assert.Equal(t, before, files(t, home), "a folder that was named is the only one that is written to")
	assert.NotEmpty(t, files(t, elsewhere))

	t.Run("what is kept still serves when the mirror has gone", func(t *testing.T) {
		repo.change(func() { repo.fail = http.StatusServiceUnavailable })
		defer repo.change(func() { repo.fail = 0 })
		_, err := mirror.Trust(soon(t), elsewhere)
		require.NoError(t, err)
	})
	for name, c := range map[string]struct {
		mirror sign.Mirror
		fault  func()
	}{
		"gone":            {mirror, func() { repo.fail = http.StatusServiceUnavailable }},
		"another root":    {sign.Mirror{URL: repo.URL, Root: newTUF(t, nil).root}, func() {}},
		"no root":         {sign.Mirror{URL: repo.URL}, func() {}},
		"nobody":          {sign.Mirror{URL: "http://127.0.0.1:1", Root: repo.root}, func() {}},
		"a forged target": {mirror, func() { forge(repo.docs) }},
	} {
		t.Run(name, func(t *testing.T) {
			repo.change(c.fault)
			defer repo.change(func() { repo.fail = 0 })
			_, err := c.mirror.Trust(soon(t), t.TempDir())
			refused(t, err, "trust-unreachable")
		})
	}
	t.Run("a target that is not there", func(t *testing.T) {
		empty := newTUF(t, nil)
		_, err := sign.Mirror{URL: empty.URL, Root: empty.root}.Services(soon(t), t.TempDir())
		refused(t, err, "trust-unreachable")
	})
	t.Run("a target that is something else", func(t *testing.T) {
		odd := newTUF(t, map[string][]byte{"trusted_root.json": []byte("{"), "signing_config.v0.2.json": []byte("{}")})
		m := sign.Mirror{URL: odd.URL, Root: odd.root}
		_, err := m.Trust(soon(t), t.TempDir())
		refused(t, err, "trust-unreadable")
		_, err = m.Services(soon(t), t.TempDir())
		refused(t, err, "services-unreadable")
	})
}

// The public good instance is the default, and its root is compiled in; a context
// that has ended keeps the test from asking it.
func TestPublicInstanceWithoutANetwork(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := sign.PublicTrust(ended, t.TempDir())
	refused(t, err, "trust-unreachable")
	assert.ErrorIs(t, err, context.Canceled)
	assert.ErrorContains(t, err, "tuf-repo-cdn.sigstore.dev")
	_, err = sign.PublicServices(ended, t.TempDir())
	refused(t, err, "trust-unreachable")
}

func forge(docs map[string][]byte) {
	for path := range docs {
		if strings.HasSuffix(path, "trusted_root.json") {
			docs[path] = []byte(`{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}`)
		}
	}
}

// files are all files below a folder, by their paths in it.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, path)
		}
		return err
	}))
	return all
}
