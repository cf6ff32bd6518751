//go:build unix

package realregistry

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/mcpctl/mcpctl/testservers"
	"github.com/mcpctl/mcpctl/testservers/loopback"
)

// Options say what a registry is started with. The zero value takes anything
// that its rules allow, and asks no package host.
type Options struct {
	// Ownership has the registry ask the package hosts who owns a package. It
	// reaches Hosts and nobody else.
	Ownership bool
	// Hosts are what the package hosts serve; nil is a host without documents.
	Hosts *Hosts
	// Env gives more of the registry's variables once its address is known,
	// HOST:PORT, as for other ways to log in.
	Env func(address string) []string
}

// Registry is a running official registry. Its methods may be called from
// several goroutines.
type Registry struct {
	// URL is its base address, without a slash at the end.
	URL string
	// Hosts are the package hosts that it asks, when ownership validation is on.
	Hosts *Hosts

	// Minter makes tokens that it takes.
	Minter

	closes []func()
}

// Start starts a registry, empty, that ends with the test. It fails the test
// when the programs are not installed.
func Start(t testing.TB, o Options) *Registry {
	t.Helper()
	r, err := New(t.Context(), o)
	if err != nil {
		t.Fatalf("starting the official registry: %v", err)
	}
	t.Cleanup(r.Close)
	return r
}

// New is Start for who shares a registry among tests: it has to be closed.
func New(ctx context.Context, o Options) (*Registry, error) {
	r := &Registry{Hosts: o.Hosts}
	if r.Hosts == nil {
		r.Hosts = &Hosts{}
	}
	if err := r.start(ctx, o); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

func (r *Registry) start(ctx context.Context, o Options) error {
	dir, err := os.MkdirTemp("", "mcpctl-registry-")
	if err != nil {
		return err
	}
	r.closes = append(r.closes, func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // PostgreSQL, which root runs as another user, passes through
		return err
	}
	database, stop, err := startPostgres(ctx, filepath.Join(dir, "postgres"))
	if err != nil {
		return err
	}
	r.closes = append(r.closes, stop)
	program, err := testservers.Program("mcp-registry")
	if err != nil {
		return err
	}
	address, err := loopback.FreeAddress(ctx)
	if err != nil {
		return err
	}
	r.URL = "http://" + address
	hosts, err := r.serveHosts(ctx, dir)
	if err != nil {
		return err
	}
	env := append([]string{
		"HOME=" + dir, "TMPDIR=" + dir,
		"MCP_REGISTRY_SERVER_ADDRESS=" + address,
		"MCP_REGISTRY_DATABASE_URL=" + database,
		"MCP_REGISTRY_DATABASE_MAX_CONNECTIONS=10", "MCP_REGISTRY_DATABASE_MIN_CONNECTIONS=1",
		"MCP_REGISTRY_JWT_PRIVATE_KEY=" + r.newKey(),
		"MCP_REGISTRY_ENABLE_ANONYMOUS_AUTH=true", "MCP_REGISTRY_SEED_FROM=",
		"MCP_REGISTRY_ENABLE_REGISTRY_VALIDATION=" + fmt.Sprint(o.Ownership),
	}, hosts...)
	if o.Env != nil {
		env = append(env, o.Env(address)...)
	}
	p, err := loopback.Start(program, dir, loopback.Attributes(), env)
	if err != nil {
		return err
	}
	r.closes = append(r.closes, p.Stop)
	return p.Await(ctx, r.answers)
}

// newKey makes the key of the registry's tokens, and answers its seed as the
// registry reads it.
func (r *Registry) newKey() string {
	seed := make([]byte, ed25519.SeedSize)
	_, _ = rand.Read(seed) // never fails
	r.Minter = NewMinter(seed)
	return hex.EncodeToString(seed)
}

// serveHosts serves the package hosts and answers the variables that lead the
// registry there, whatever it asks for and whether or not it validates.
func (r *Registry) serveHosts(ctx context.Context, dir string) ([]string, error) {
	proxy, authority, stop, err := loopback.Everybody(ctx, r.Hosts)
	if err != nil {
		return nil, err
	}
	r.closes = append(r.closes, stop)
	bundle := filepath.Join(dir, "authority.pem")
	env := []string{"HTTPS_PROXY=" + proxy, "SSL_CERT_FILE=" + bundle, "SSL_CERT_DIR=" + dir}
	return env, os.WriteFile(bundle, authority, 0o600)
}

// answers asks whether the registry serves.
func (r *Registry) answers(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL+"/v0.1/health", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("its health is %s", resp.Status)
	}
	return nil
}

// Close stops the registry and its database and removes what they wrote.
// Closing twice is fine.
func (r *Registry) Close() {
	for i := len(r.closes) - 1; i >= 0; i-- {
		r.closes[i]()
	}
	r.closes = nil
}
