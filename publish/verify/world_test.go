package verify_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/desk"
	"github.com/mcpctl/mcpctl/publish/packages"
	"github.com/mcpctl/mcpctl/publish/verify"
)

// Who signs in these tests, and what.
const (
	acme    = "io.github.acme/echo"
	release = "https://github.com/acme/echo/.github/workflows/release.yml@refs/tags/v1.0.0"
	github  = "https://token.actions.githubusercontent.com"
)

// signs turns a statement into a bundle; sigstore_test.go and key_test.go have some.
type signs func(t testing.TB, statement []byte) []byte

// world is a release as its publisher made it, which a test then spoils.
type world struct {
	server   map[string]any
	tarball  string // the npm package at hand
	packages []attest.Package
	by       signs

	bill        map[string]any
	result      string // of the conformance tests
	source      string // of the provenance
	provenance  any    // instead of one with that source
	surface     any    // the snapshot; nil for none
	subjects    []attest.Subject
	withRelease func(*attest.Release)
}

func newWorld(t testing.TB, name string, by signs) *world {
	w := &world{by: by, result: "PASSED", source: "https://github.com/acme/echo",
		server: map[string]any{
			"$schema":     "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
			"name":        name,
			"description": "Says again what it hears",
			"version":     "1.0.0",
			"repository":  map[string]any{"url": "https://github.com/acme/echo", "source": "github"},
			"packages": []any{map[string]any{
				"registryType": "npm", "identifier": "@acme/echo", "version": "1.0.0", "transport": map[string]any{"type": "stdio"},
			}},
		},
		bill: map[string]any{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
			"metadata": map[string]any{"component": map[string]any{"type": "application", "name": "echo", "version": "1.0.0"}}},
		tarball: npmTarball(t, "1.0.0", "hello"),
	}
	p := packages.Package{Type: "npm", Identifier: "@acme/echo", Version: "1.0.0"}
	files, err := packages.Local(w.tarball, p)
	require.NoError(t, err)
	w.packages = files
	return w
}

// json is server.json as the publisher wrote it.
func (w *world) json(t testing.TB) []byte {
	raw, err := json.MarshalIndent(w.server, "", "  ")
	require.NoError(t, err)
	return raw
}

// about are the subjects of every statement.
func (w *world) about(t testing.TB) []attest.Subject {
	if w.subjects != nil {
		return w.subjects
	}
	one, err := attest.ServerSubject(w.json(t))
	require.NoError(t, err)
	all := []attest.Subject{one}
	for _, p := range w.packages {
		all = append(all, p.Subject())
	}
	return all
}

// statement is one of the release's.
func (w *world) statement(t testing.TB, predicateType string) []byte {
	var predicate any
	switch predicateType {
	case attest.TypeRelease:
		r := attest.Release{Name: w.server["name"].(string), Version: w.server["version"].(string), Packages: w.packages}
		if w.withRelease != nil {
			w.withRelease(&r)
		}
		predicate = r
	case attest.TypeProvenance:
		if predicate = w.provenance; predicate == nil {
			predicate = attest.Build{Type: "test", Builder: "test", Source: w.source, Commit: strings.Repeat("a", 40)}.Provenance(time.Time{}, time.Time{})
		}
	case attest.TypeCycloneDX:
		predicate = w.bill
	case attest.TypeTestResult:
		predicate = map[string]any{"result": w.result, "passedTests": []string{"ping/result/empty"}, "failedTests": []string{}}
	case attest.TypeSurface:
		predicate = w.surface
	}
	raw, err := attest.New(w.about(t), predicateType, predicate)
	require.NoError(t, err)
	return raw
}

// bundle is one signed statement of the release.
func (w *world) bundle(t testing.TB, predicateType string) []byte {
	return w.by(t, w.statement(t, predicateType))
}

// bundles are all that a full release has.
func (w *world) bundles(t testing.TB) [][]byte {
	types := []string{attest.TypeRelease, attest.TypeProvenance, attest.TypeCycloneDX, attest.TypeTestResult}
	if w.surface != nil {
		types = append(types, attest.TypeSurface)
	}
	var all [][]byte
	for _, kind := range types {
		all = append(all, w.bundle(t, kind))
	}
	return all
}

// request asks for the file at hand with its bundles at hand.
func (w *world) request(t testing.TB) verify.Request {
	return verify.Request{Server: w.json(t), Source: "server.json", Bundles: []verify.Bundles{{From: "echo.sigstore.jsonl", Lines: w.bundles(t)}}}
}

// parts know the package at hand, and nothing of any network.
func (w *world) parts() verify.Parts { return verify.Parts{Packages: atHand{w.tarball}} }

// atHand computes digests from a file.
type atHand struct{ file string }

func (a atHand) Digests(_ context.Context, p packages.Package) ([]attest.Package, error) {
	return packages.Local(a.file, p)
}

// published puts the release into a registry in a folder, with a pointer to its
// statements on the registry's own shelf.
func (w *world) published(t testing.TB) *desk.Store {
	store := emptyDesk(t)
	jsonl, sum := attach.Lines(w.bundles(t))
	require.NoError(t, store.PutAttestations(t.Context(), jsonl, ""))
	w.publish(t, store, attest.Pointer{SHA256: sum})
	return store
}

func emptyDesk(t testing.TB) *desk.Store {
	store, err := desk.Create(filepath.Join(t.TempDir(), "registry"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return store
}

func (w *world) publish(t testing.TB, store *desk.Store, p attest.Pointer) {
	raw := w.json(t)
	if p.Subject == "" {
		digest, err := attest.Digest(raw)
		require.NoError(t, err)
		p.Subject = digest
	}
	raw, err := attest.WithPointer(raw, p)
	require.NoError(t, err)
	_, err = store.Publish(t.Context(), raw, "")
	require.NoError(t, err)
}

// named asks for an entry of a registry.
func (w *world) named(store verify.Registry) (verify.Request, verify.Parts) {
	parts := w.parts()
	parts.Registry = store
	parts.Shelf, _ = store.(verify.Shelf)
	return verify.Request{Name: w.server["name"].(string), Source: "a folder"}, parts
}

// npmTarball is a package as npm packs it.
func npmTarball(t testing.TB, version, content string) string {
	var raw bytes.Buffer
	z := gzip.NewWriter(&raw)
	files := tar.NewWriter(z)
	for _, f := range []struct{ name, body string }{
		{"package/package.json", fmt.Sprintf(`{"name":"@acme/echo","version":%q,"mcpName":"io.github.acme/echo"}`, version)},
		{"package/index.js", content},
	} {
		require.NoError(t, files.WriteHeader(&tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.body)), Typeflag: tar.TypeReg}))
		_, err := files.Write([]byte(f.body))
		require.NoError(t, err)
	}
	require.NoError(t, files.Close())
	require.NoError(t, z.Close())
	path := filepath.Join(t.TempDir(), "acme-echo-"+version+".tgz")
	require.NoError(t, os.WriteFile(path, raw.Bytes(), 0o600))
	return path
}

// line finds the first line of a check, or of a code.
func line(r *verify.Result, name string) verify.Check {
	at := slices.IndexFunc(r.Checks, func(c verify.Check) bool { return c.Code == name || c.Code == "" && c.Check == name })
	if at < 0 {
		return verify.Check{}
	}
	return r.Checks[at]
}

// codes are those of everything that failed or warned.
func codes(r *verify.Result) []string {
	var all []string
	for _, c := range r.Checks {
		if c.Code != "" {
			all = append(all, c.Code)
		}
	}
	return all
}
