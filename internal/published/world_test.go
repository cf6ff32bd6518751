//go:build unix

package published_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realoci"
	"github.com/mcpctl/mcpctl/internal/realpackages"
	"github.com/mcpctl/mcpctl/internal/realregistry"
	"github.com/mcpctl/mcpctl/internal/realsigstore"
	"github.com/mcpctl/mcpctl/publish"
	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/packages"
	"github.com/mcpctl/mcpctl/publish/registry"
	"github.com/mcpctl/mcpctl/publish/sign"
)

const (
	name    = "io.github.acme/echo"
	version = "1.0.0"
	npmName = "acme-echo"
	asset   = "echo-mcp.mcpb"
	// The registry takes bundles from releases only.
	bundleURL = "https://github.com/acme/echo/releases/download/v1.0.0/" + asset
)

// world is a release and the real parts that it is published to.
type world struct {
	dir      string
	sigstore *realsigstore.Sigstore
	registry *realregistry.Registry
	behind   *realregistry.Hosts // what the registry sees of packages
	npm      *realpackages.Hosts // where npm's client uploads
	images   *realoci.Registry
	image    string // by tag, at the default host
	digest   string
	tgz      string // file
	route    *route
	signed   int
}

func newWorld(t *testing.T, images func(testing.TB, realoci.Options) *realoci.Registry) *world {
	t.Helper()
	w := &world{dir: t.TempDir(), behind: &realregistry.Hosts{}, sigstore: realsigstore.Start(t), npm: realpackages.Start(t), images: images(t, realoci.Options{})}
	w.registry = realregistry.Start(t, realregistry.Options{Ownership: true, Hosts: w.behind})
	pushed := w.images.Image(t, "acme/echo:1.0.0", map[string]string{"io.modelcontextprotocol.server.name": name})
	_, w.digest, _ = strings.Cut(pushed, "@")
	w.image = "acme/echo:1.0.0@" + w.digest
	w.show(t)
	mcpb := realpackages.Bundle("echo", version)
	w.behind.Asset("acme/echo", "v1.0.0", asset, mcpb)
	w.tgz = w.write(t, "acme-echo-1.0.0.tgz", realpackages.NPM(npmName, version, name))
	w.write(t, "package.json", []byte(`{"name":"acme-echo","version":"1.0.0","mcpName":"io.github.acme/echo"}`))
	w.write(t, "package-lock.json", []byte(`{"name":"acme-echo","version":"1.0.0","lockfileVersion":3,"packages":{"":{"name":"acme-echo","version":"1.0.0"}}}`))
	stdio := map[string]any{"type": "stdio"}
	doc, err := json.MarshalIndent(map[string]any{
		"$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
		"name":    name, "description": "Says again what it hears", "version": version,
		"packages": []any{
			map[string]any{"registryType": "npm", "identifier": npmName, "version": version, "transport": stdio},
			map[string]any{"registryType": "oci", "identifier": w.image, "transport": stdio},
			map[string]any{"registryType": "mcpb", "identifier": bundleURL, "fileSha256": realpackages.SHA256(mcpb), "transport": stdio},
		},
	}, "", "  ")
	require.NoError(t, err)
	w.write(t, "server.json", doc)
	w.route = &route{images: w.images.Host, hosts: w.behind, local: []string{w.images.Host, strings.TrimPrefix(w.registry.URL, "http://")}}
	return w
}

func (w *world) write(t *testing.T, file string, b []byte) string {
	t.Helper()
	path := filepath.Join(w.dir, file)
	require.NoError(t, os.WriteFile(path, b, 0o600))
	return path
}

// show lets the registry see the image as it was pushed.
func (w *world) show(t *testing.T) {
	t.Helper()
	get := func(path string) ([]byte, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+w.images.Host+path, nil)
		require.NoError(t, err)
		r.Header.Set("Accept", "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json, */*")
		answer, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, answer.StatusCode)
		defer func() { _ = answer.Body.Close() }()
		b, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		return b, answer.Header.Get("Content-Type")
	}
	manifest, kind := get("/v2/acme/echo/manifests/" + w.digest)
	var m struct {
		Config struct{ Digest, MediaType string }
	}
	require.NoError(t, json.Unmarshal(manifest, &m))
	config, _ := get("/v2/acme/echo/blobs/" + m.Config.Digest)
	w.behind.Put("/v2/", "application/json", []byte("{}"))
	w.behind.Put("/v2/acme/echo/manifests/"+w.digest, kind, manifest)
	w.behind.Put("/v2/acme/echo/manifests/1.0.0", kind, manifest)
	w.behind.Put("/v2/acme/echo/blobs/"+m.Config.Digest, m.Config.MediaType, config)
}

// services are mcpctl's own, with the world's addresses.
func (w *world) services(t *testing.T) publish.Services {
	t.Helper()
	client, err := registry.New(w.registry.URL, registry.Options{Transport: w.route, Pause: 50 * time.Millisecond})
	require.NoError(t, err)
	images := attach.Options{Transport: w.route, Anonymous: true, Pause: 50 * time.Millisecond}
	return publish.Services{
		Packages: visibly{&packages.Checker{Env: w.npm.Env(), Images: labels{images}, HTTP: &http.Client{Transport: w.route}, Out: io.Discard, Err: io.Discard}, w.behind},
		Images:   publish.OCI{Options: images},
		Targets: []publish.Target{{Name: w.registry.URL, Registry: client, Official: true, How: "a test's own hand", Login: func(context.Context) (registry.Token, error) {
			return registry.ParseToken(w.registry.Publisher("io.github.acme/*"))
		}}},
		Signer: func(ctx context.Context) (sign.Signer, error) {
			services, err := sign.LoadServices(w.sigstore.SigningConfig)
			if err != nil {
				return nil, err
			}
			trust, err := sign.LoadTrust(w.sigstore.TrustedRoot)
			if err != nil {
				return nil, err
			}
			token := w.sigstore.GitHubToken("acme/echo", "release.yml", "refs/tags/v1.0.0")
			made, err := sign.Keyless(sign.KeylessOptions{Services: services, Trust: trust, Token: sign.TokenFrom(func(context.Context) ([]byte, error) { return []byte(token), nil })})
			return counting{made, &w.signed}, err
		},
	}
}

func (w *world) inputs(t *testing.T) publish.Inputs {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(w.dir, "server.json"))
	require.NoError(t, err)
	return publish.Inputs{
		File: "server.json", Raw: raw, Folder: os.DirFS(w.dir), Tag: "v1.0.0", Build: attest.BuildFromEnv(actions),
		Artifacts: []publish.Artifact{{Type: packages.NPM, Path: w.tgz}}, Now: time.Now(),
		Settings: publish.Settings{State: filepath.Join(w.dir, ".mcpctl"), Out: filepath.Join(w.dir, "dist"), Upload: true, AttachTo: []string{w.images.Host + "/acme/echo-release"}},
	}
}

// actions is the environment of a job of GitHub Actions.
func actions(key string) string {
	return map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/echo", "GITHUB_REF": "refs/tags/v1.0.0",
		"GITHUB_SHA": "0123456789012345678901234567890123456789", "GITHUB_RUN_ID": "1", "GITHUB_RUN_ATTEMPT": "1", "RUNNER_ENVIRONMENT": "github-hosted",
		"GITHUB_WORKFLOW_REF": "acme/echo/.github/workflows/release.yml@refs/tags/v1.0.0",
	}[key]
}

// visibly shows the registry what npm's client has uploaded, as if both were one
// host.
type visibly struct {
	*packages.Checker
	behind *realregistry.Hosts
}

func (v visibly) Upload(ctx context.Context, p packages.Package, file string) error {
	err := v.Checker.Upload(ctx, p, file)
	if err == nil {
		v.behind.NPM(npmName, version, name)
	}
	return err
}

type labels struct{ attach.Options }

func (l labels) Image(ctx context.Context, ref string) (map[string]string, string, error) {
	return attach.Config(ctx, ref, l.Options)
}

type counting struct {
	sign.Signer
	n *int
}

func (c counting) Sign(ctx context.Context, statement []byte) ([]byte, error) {
	*c.n++
	return c.Signer.Sign(ctx, statement)
}
