//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/mcpctl/mcpctl/internal/realpackages"
	"github.com/mcpctl/mcpctl/internal/realsigstore"
	"github.com/mcpctl/mcpctl/publish/attest"
)

const (
	name       = "io.github.acme/echo"
	serverJSON = `{"$schema":"https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
"name":"` + name + `","description":"Says again what it hears","version":"1.0.0",
"packages":[{"registryType":"npm","identifier":"acme-echo","version":"1.0.0","transport":{"type":"stdio"}}]}`
)

// proof is a signed release in a folder, and what verifies it offline.
type proof struct {
	dir       string // server.json, the package and the statements
	root      string // file with the root of trust
	bundle    string // file with the statement of the release alone
	predicate string // its type
	canonical string // file with the canonical server.json, which is its subject
}

// identity are the flags that say whom to believe, by the names that they have.
func (r proof) identity(root, issuer, subject string) []string {
	return []string{root, r.root, issuer, realsigstore.GitHub, subject, "https://github.com/acme/echo/.github/workflows/release.yml@refs/tags/v1.0.0"}
}

// signed makes a release with mcpctl itself. The services are gone when it
// returns: nobody needs them to verify.
func signed(ctx context.Context, scratch, mcpctl string) (proof, error) {
	r := proof{dir: filepath.Join(scratch, "release"), root: filepath.Join(scratch, "root.json"), bundle: filepath.Join(scratch, "release.sigstore.json"),
		predicate: attest.TypeRelease, canonical: filepath.Join(scratch, "canonical.json")}
	services, err := realsigstore.New()
	if err != nil {
		return r, err
	}
	defer services.Close()
	root, err := os.ReadFile(services.TrustedRoot)
	if err != nil {
		return r, err
	}
	canonical, err := attest.Canonical([]byte(serverJSON))
	if err != nil {
		return r, err
	}
	tarball := filepath.Join(r.dir, "acme-echo-1.0.0.tgz")
	for path, b := range map[string][]byte{
		filepath.Join(r.dir, "server.json"): []byte(serverJSON),
		tarball:                             realpackages.NPM("acme-echo", "1.0.0", name),
		r.root:                              root,
		r.canonical:                         canonical,
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return r, err
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			return r, err
		}
	}
	env := []string{"HOME=" + scratch, "IDENTITY=" + services.GitHubToken("acme/echo", "release.yml", "refs/tags/v1.0.0"),
		"npm_config_registry=http://127.0.0.1:9"} // nobody is asked: the package is at hand
	_, err = run(ctx, scratch, env, []string{mcpctl, "sign", r.dir, "--artifact", "npm=" + tarball, "--out", r.dir, "--sbom", "none", "--yes",
		"--identity-token-env", "IDENTITY", "--signing-config", services.SigningConfig, "--trusted-root", services.TrustedRoot})
	if err != nil {
		return r, err
	}
	lines, err := os.ReadFile(filepath.Join(r.dir, "io.github.acme.echo-1.0.0.sigstore.jsonl"))
	if err != nil {
		return r, err
	}
	first, _, found := bytes.Cut(lines, []byte("\n"))
	if !found {
		return r, fmt.Errorf("the statements stand on %d bytes without a line", len(lines))
	}
	return r, os.WriteFile(r.bundle, first, 0o600)
}
