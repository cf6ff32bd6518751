//go:build unix

package published_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realoci"
	"github.com/mcpctl/mcpctl/internal/realpackages"
	"github.com/mcpctl/mcpctl/internal/realregistry"
	"github.com/mcpctl/mcpctl/internal/realsigstore"
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// anonymous is the namespace that the official registry gives to nobody.
const anonymous = "io.modelcontextprotocol.anonymous/echo"

// The program itself publishes keyless to the official registry: it is killed
// when the registry has taken the entry, before the answer reaches it, and the
// next run finds that out.
func TestTheProgramIsKilled(t *testing.T) {
	var pushes atomic.Int32
	sigstore, packages, images := realsigstore.Start(t), realpackages.Start(t), realoci.WithReferrers(t, realoci.Options{Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet && r.Method != http.MethodHead {
				pushes.Add(1)
			}
			next.ServeHTTP(w, r)
		})
	}})
	killer := newKiller(t, realregistry.Start(t, realregistry.Options{}).URL)
	dir := t.TempDir()
	image := images.Image(t, "acme/echo:1.0.0", map[string]string{"io.modelcontextprotocol.server.name": anonymous})
	files := map[string][]byte{
		"acme-echo-1.0.0.tgz": realpackages.NPM("acme-echo", "1.0.0", anonymous),
		"package.json":        []byte(`{"name":"acme-echo","version":"1.0.0","mcpName":"` + anonymous + `"}`),
		"package-lock.json":   []byte(`{"name":"acme-echo","version":"1.0.0","lockfileVersion":3,"packages":{"":{"name":"acme-echo","version":"1.0.0"}}}`),
		"server.json": []byte(`{"$schema":"https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
			"name":"` + anonymous + `","description":"Says again what it hears","version":"1.0.0","packages":[
			{"registryType":"npm","identifier":"acme-echo","version":"1.0.0","transport":{"type":"stdio"}},
			{"registryType":"oci","identifier":"` + image + `","transport":{"type":"stdio"}}]}`),
	}
	for name, b := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), b, 0o600))
	}
	program := filepath.Join(t.TempDir(), "mcpctl")
	build, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "github.com/mcpctl/mcpctl/cmd/mcpctl").CombinedOutput()
	require.NoError(t, err, "%s", build)
	run := func(args ...string) (out, talk string, err error) {
		cmd := exec.CommandContext(t.Context(), program, append([]string{"publish", "--registry", killer.url, "--format", "json"}, args...)...)
		cmd.Dir = dir
		cmd.Env = append(packages.Env(), "HOME="+t.TempDir(), "MCPCTL_CREDENTIALS=file", "MCPCTL_CONFIG_DIR="+t.TempDir(),
			"IDENTITY="+sigstore.MailToken("person@example.org"), "GITHUB_ACTIONS=")
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		require.NoError(t, cmd.Start())
		killer.watch(cmd.Process)
		err = cmd.Wait()
		return stdout.String(), stderr.String(), err
	}
	flags := []string{"--artifact", "npm=acme-echo-1.0.0.tgz", "--upload", "--auth", "none", "--identity-token-env", "IDENTITY",
		"--signing-config", sigstore.SigningConfig, "--trusted-root", sigstore.TrustedRoot, "--out", "dist"}

	out, talk, err := run(append(flags, "--dry-run")...)
	require.NoError(t, err, talk)
	assert.Equal(t, "planned", outcome(t, out))
	assert.Empty(t, killer.written(), "a dry run only reads")
	assert.Zero(t, pushes.Load())
	require.NotEmpty(t, packages.Asked())
	for _, asked := range packages.Asked() {
		assert.Regexp(t, "^(GET|HEAD) ", asked)
	}
	for _, name := range []string{".mcpctl", "dist"} {
		assert.NoDirExists(t, filepath.Join(dir, name))
	}

	_, talk, err = run(append(flags, "--yes")...)
	require.Error(t, err)
	require.True(t, killer.killed, talk)
	journal := filepath.Join(dir, ".mcpctl", "publish", "io.modelcontextprotocol.anonymous--echo@1.0.0", "release.sigstore.json")
	before, err := os.ReadFile(journal)
	require.NoError(t, err)

	out, talk, err = run(append(flags, "--yes")...)
	require.NoError(t, err, talk)
	assert.Contains(t, []string{"published", "unchanged"}, outcome(t, out))
	after, err := os.ReadFile(journal)
	require.NoError(t, err)
	assert.Equal(t, before, after, "nothing is signed again")
	assert.Len(t, killer.written(), 2, "one login, one entry: %v", killer.written())

	client, err := registry.New(killer.url, registry.Options{})
	require.NoError(t, err)
	e, err := client.Get(t.Context(), anonymous, "1.0.0")
	require.NoError(t, err)
	pointer, ok, err := attest.PointerOf(e.Server)
	require.NoError(t, err)
	require.True(t, ok)
	assert.Equal(t, []string{image}, pointer.OCI)
	want, err := attest.Digest(files["server.json"])
	require.NoError(t, err)
	assert.Equal(t, want, pointer.Subject)
}

func outcome(t *testing.T, out string) string {
	t.Helper()
	var r struct{ Schema, Outcome string }
	require.NoError(t, json.Unmarshal([]byte(out), &r), out)
	require.Equal(t, "mcpctl.publish/v1", r.Schema)
	return r.Outcome
}

// killer stands before a registry. Once, when an entry has been taken, it kills
// the process that has sent it instead of answering.
type killer struct {
	url string

	mu     sync.Mutex
	victim *os.Process
	writes []string
	killed bool
}

func newKiller(t *testing.T, address string) *killer {
	t.Helper()
	there, err := url.Parse(address)
	require.NoError(t, err)
	k := &killer{}
	proxy := httputil.NewSingleHostReverseProxy(there)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		k.mu.Lock()
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			k.writes = append(k.writes, r.Method+" "+r.URL.Path)
		}
		kill := !k.killed && strings.HasSuffix(r.URL.Path, "/publish")
		k.mu.Unlock()
		if !kill {
			proxy.ServeHTTP(w, r)
			return
		}
		answer := httptest.NewRecorder()
		proxy.ServeHTTP(answer, r)
		k.mu.Lock()
		k.killed = answer.Code == http.StatusOK
		_ = k.victim.Kill() // it is told by how it ends
		k.mu.Unlock()
		panic(http.ErrAbortHandler)
	}))
	t.Cleanup(server.Close)
	k.url = server.URL
	return k
}

func (k *killer) watch(p *os.Process) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.victim = p
}

func (k *killer) written() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.writes
}
