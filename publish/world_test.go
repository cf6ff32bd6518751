package publish_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realoci"
	"github.com/mcpctl/mcpctl/internal/realpackages"
	"github.com/mcpctl/mcpctl/publish"
	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/desk"
	"github.com/mcpctl/mcpctl/publish/packages"
	"github.com/mcpctl/mcpctl/publish/registry"
	"github.com/mcpctl/mcpctl/publish/sign"
)

const (
	serverName  = "io.github.acme/echo"
	imageLabel  = "io.modelcontextprotocol.server.name"
	description = "Says again what it hears"
)

// world is all that publishing talks to, on this machine: a registry, a folder
// that is one, a registry of images, a host of bundles, and a key. Its parts
// outlive a run, as those outside do.
type world struct {
	t       testing.TB
	dir     string // the project
	wire    *wire
	oci     *realoci.Registry
	hosts   *realpackages.Hosts
	store   *desk.Store // behind the HTTP registry
	folder  *desk.Store
	url     string
	image   string // with its digest
	bundle  string // address of the MCPB
	key     string // file
	public  []byte // PEM
	counted *counted
	login   func(context.Context, *registry.Client) (registry.Token, error)
	serve   func(http.Handler) http.Handler
	// patience bounds each request.
	patience time.Duration
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), patience: 20 * time.Second, wire: &wire{counts: map[string]int{}}, counted: &counted{times: map[string]int{}}}
	w.oci = realoci.WithReferrers(t, realoci.Options{})
	w.image = w.oci.Image(t, "acme/echo:1.0.0", map[string]string{imageLabel: serverName})
	w.hosts = realpackages.Start(t)
	mcpb := realpackages.Bundle("echo", "1.0.0")
	w.bundle = w.hosts.AddFile("/acme/echo/releases/download/v1.0.0/echo.mcpb", mcpb)
	w.write("echo.mcpb", mcpb)
	var err error
	w.store, err = desk.Create(filepath.Join(t.TempDir(), "registry"))
	require.NoError(t, err)
	w.folder, err = desk.Create(filepath.Join(t.TempDir(), "folder"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = w.store.Close(); _ = w.folder.Close() })
	inner := desk.Handler(w.store, desk.Options{AnyNamespace: true})
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if w.serve != nil {
			w.serve(inner).ServeHTTP(rw, r)
			return
		}
		inner.ServeHTTP(rw, r)
	}))
	t.Cleanup(server.Close)
	w.url = server.URL
	w.login = func(ctx context.Context, c *registry.Client) (registry.Token, error) {
		return c.Login(ctx, registry.None{})
	}
	w.makeKey()
	w.server(nil)
	return w
}

func (w *world) makeKey() {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(w.t, err)
	b, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(w.t, err)
	w.key = filepath.Join(w.t.TempDir(), "key.pem")
	require.NoError(w.t, os.WriteFile(w.key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: b}), 0o600))
	b, err = x509.MarshalPKIXPublicKey(public)
	require.NoError(w.t, err)
	w.public = pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: b})
}

func (w *world) write(name string, b []byte) string {
	path := filepath.Join(w.dir, name)
	require.NoError(w.t, os.WriteFile(path, b, 0o644))
	return path
}

// server writes server.json, with an image and a bundle; change may alter it.
func (w *world) server(change func(map[string]any)) {
	w.t.Helper()
	doc := map[string]any{
		"$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
		"name":    serverName, "description": description, "version": "1.0.0",
		"packages": []any{
			map[string]any{"registryType": "oci", "identifier": w.image, "transport": map[string]any{"type": "stdio"}},
			map[string]any{"registryType": "mcpb", "identifier": w.bundle, "fileSha256": realpackages.SHA256(realpackages.Bundle("echo", "1.0.0")), "transport": map[string]any{"type": "stdio"}},
		},
	}
	if change != nil {
		change(doc)
	}
	b, err := json.MarshalIndent(doc, "", "  ")
	require.NoError(w.t, err)
	w.write("server.json", append(b, '\n'))
}

// inputs are those of a run in the world.
func (w *world) inputs() publish.Inputs {
	raw, err := os.ReadFile(filepath.Join(w.dir, "server.json"))
	require.NoError(w.t, err)
	return publish.Inputs{
		File: "server.json", Raw: raw, Folder: os.DirFS(w.dir), Build: attest.BuildFromEnv(func(string) string { return "" }),
		Now: time.Now(), Settings: publish.Settings{State: filepath.Join(w.dir, ".mcpctl"), Out: filepath.Join(w.dir, "dist")},
	}
}

// services go over the wire, where tests watch and break off.
func (w *world) services() publish.Services {
	client, err := registry.New(w.url, registry.Options{Transport: w.wire, Pause: time.Millisecond, Timeout: w.patience})
	require.NoError(w.t, err)
	images := attach.Options{Transport: w.wire, Pause: time.Millisecond, Anonymous: true, Patience: w.patience}
	return publish.Services{
		Packages: &packages.Checker{Env: w.hosts.Env(), Images: labels{images}, HTTP: &http.Client{Transport: w.wire}, Timeout: w.patience},
		Images:   publish.OCI{Options: images},
		Targets: []publish.Target{
			{Name: w.url, Registry: client, Login: func(ctx context.Context) (registry.Token, error) { return w.login(ctx, client) }},
			{Name: "folder", Registry: w.folder},
		},
		Signer: func(ctx context.Context) (sign.Signer, error) {
			made, err := sign.Key(ctx, sign.KeyOptions{File: w.key})
			w.counted.Signer = made
			return w.counted, err
		},
		Download: func(ctx context.Context, url string, most int64) ([]byte, error) { return w.get(ctx, url, most) },
	}
}

func (w *world) get(ctx context.Context, url string, most int64) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	answer, err := w.wire.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return nil, errors.New(answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, most))
}

// labels reads images for the proofs.
type labels struct{ attach.Options }

func (l labels) Image(ctx context.Context, ref string) (map[string]string, string, error) {
	return attach.Config(ctx, ref, l.Options)
}

// plan makes a plan as a run does.
func (w *world) plan(ctx context.Context, change func(*publish.Inputs, *publish.Options)) (*publish.Plan, error) {
	in, o := w.inputs(), publish.Options{Pause: time.Millisecond, Wait: 10 * time.Second}
	if change != nil {
		change(&in, &o)
	}
	s := w.services()
	r, err := publish.Gather(ctx, in, s)
	if err != nil {
		return nil, err
	}
	return publish.NewPlan(ctx, r, s, o)
}

// run plans and applies.
func (w *world) run(ctx context.Context, change func(*publish.Inputs, *publish.Options)) (*publish.Plan, error) {
	p, err := w.plan(ctx, change)
	if err != nil {
		return nil, err
	}
	return p, p.Apply(ctx)
}

// settled asserts that everything is as a release has to end, however often it
// was broken off.
func (w *world) settled(statements int) {
	w.t.Helper()
	t := w.t
	raw, err := os.ReadFile(filepath.Join(w.dir, "server.json"))
	require.NoError(t, err)
	want, err := attest.Digest(raw)
	require.NoError(t, err)
	trust := sign.NoTrust()
	for _, store := range []*desk.Store{w.store, w.folder} {
		e, err := store.Get(t.Context(), serverName, "1.0.0")
		require.NoError(t, err)
		got, err := attest.Digest(e.Server)
		require.NoError(t, err)
		require.Equal(t, want, got)
		pointer, ok, err := attest.PointerOf(e.Server)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, want, pointer.Subject)
		lines, err := store.Attestations(t.Context(), pointer.SHA256)
		require.NoError(t, err)
		bundles, err := attach.ParseLines(lines)
		require.NoError(t, err)
		require.Len(t, bundles, statements)
		for _, b := range bundles {
			_, err := trust.Verify(b, sign.Policy{Key: w.public})
			require.NoError(t, err)
		}
		require.Equal(t, []string{w.image}, pointer.OCI)
		there, err := attach.Fetch(t.Context(), w.image, attach.Options{Anonymous: true})
		require.NoError(t, err)
		require.ElementsMatch(t, bundles, there, "what is attached is what the pointer leads to, each once")
	}
	for statement, n := range w.counted.times {
		require.Equal(t, 1, n, "signed twice: %.80s", statement)
	}
	require.Len(t, w.counted.times, statements)
	dist, err := os.ReadFile(filepath.Join(w.dir, "dist", publish.LinesName(serverName, "1.0.0")))
	require.NoError(t, err)
	require.NotEmpty(t, dist)
}
