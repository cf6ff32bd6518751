package cli_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/packages"
	"github.com/mcpctl/mcpctl/publish/sign"
	"github.com/mcpctl/mcpctl/publish/surface"
)

// verifyFixtures are files of a signed release, and of its spoilt copies.
const verifyFixtures = "testdata/verify"

// TestVerifyFixtures makes the fixtures anew and compares; -update writes them.
// Keys come from fixed seeds, and ed25519 signs the same text the same each time.
func TestVerifyFixtures(t *testing.T) {
	made := verifyFixtureFiles(t)
	if *update {
		require.NoError(t, os.RemoveAll(verifyFixtures))
		for name, data := range made {
			path := filepath.Join(verifyFixtures, filepath.FromSlash(name))
			require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
			require.NoError(t, os.WriteFile(path, data, 0o644))
		}
	}
	there := 0
	require.NoError(t, fs.WalkDir(os.DirFS(verifyFixtures), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		there++
		data, err := os.ReadFile(filepath.Join(verifyFixtures, filepath.FromSlash(name)))
		assert.True(t, bytes.Equal(made[name], data), "%s is not what the test makes: go test ./internal/cli -run TestVerifyFixtures -update", name)
		return err
	}))
	assert.Len(t, made, there)
}

// verifyFixtureFiles are a release of com.acme/echo, and what others made of it.
func verifyFixtureFiles(t *testing.T) map[string][]byte {
	made := map[string][]byte{}
	acme, acmePublic := fixtureSigner(t, 1)
	mallory, malloryPublic := fixtureSigner(t, 2)
	made["acme.pub"], made["mallory.pub"] = acmePublic, malloryPublic

	r := newFixture("1.0.0", "console.log('hello')\n")
	good := r.bundles(t, acme)
	r.write(made, "release", good)
	r.write(made, "mallory", r.bundles(t, mallory))
	r.write(made, "unsigned", nil)
	made["sbom.cdx.json"] = r.bill
	made["other.cdx.json"] = bytes.Replace(r.bill, []byte(`"1.6"`), []byte(`"1.5"`), 1)
	made["pointed/server.json"], made["pointed/statements.jsonl"] = r.pointed(t, good)

	// Spoilt copies: one part is another each time, the signatures are the old ones.
	spoilt := *r
	spoilt.server = bytes.Replace(r.server, []byte("hears"), []byte("stole"), 1)
	spoilt.write(made, "tampered-server", good)
	spoilt = *r
	spoilt.tarball = fixtureTarball("1.0.0", "console.log('stolen')\n")
	spoilt.write(made, "tampered-package", good)
	r.write(made, "tampered-sbom", [][]byte{good[0], rewritten(t, good[1], `"1.6"`, `"1.5"`), good[2], good[3]})
	r.write(made, "no-sbom", [][]byte{good[0], good[2], good[3]})
	spoilt = *r
	spoilt.server = bytes.Replace(r.server, []byte(`/echo"`), []byte("/echo\u202e\\u001b[2J\""), 1)
	spoilt.write(made, "hostile", spoilt.bundles(t, acme))

	// The next version, by the same and by another, and the same one made again.
	next := newFixture("1.1.0", "console.log('hello')\n")
	next.write(made, "next", next.bundles(t, acme))
	next.write(made, "next-mallory", next.bundles(t, mallory))
	again := newFixture("1.0.0", "console.log('rebuilt')\n")
	again.write(made, "rebuilt", again.bundles(t, acme))
	return made
}

// verifyFixture is a release before it is signed.
type verifyFixture struct {
	version               string
	server, tarball, bill []byte
}

func newFixture(version, content string) *verifyFixture {
	return &verifyFixture{
		version: version,
		server: fmt.Appendf(nil, `{
  "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
  "name": "com.acme/echo",
  "description": "Says again what it hears",
  "version": %q,
  "packages": [
    { "registryType": "npm", "identifier": "@acme/echo", "version": %q, "transport": { "type": "stdio" } }
  ]
}
`, version, version),
		tarball: fixtureTarball(version, content),
		bill:    fmt.Appendf(nil, `{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{"component":{"type":"application","name":"echo","version":%q}}}`+"\n", version),
	}
}

// bundles are release, bill of materials, conformance result and snapshot, signed.
func (f *verifyFixture) bundles(t *testing.T, signer sign.Signer) [][]byte {
	file := filepath.Join(t.TempDir(), "echo.tgz")
	require.NoError(t, os.WriteFile(file, f.tarball, 0o600))
	files, err := packages.Local(file, packages.Package{Type: "npm", Identifier: "@acme/echo", Version: f.version})
	require.NoError(t, err)
	server, err := attest.ServerSubject(f.server)
	require.NoError(t, err)
	subjects := []attest.Subject{server, files[0].Subject()}
	snapshot, err := surface.Take(t.Context(), reference().Target(t, mcp.Stdio))
	require.NoError(t, err)
	var all [][]byte
	for _, one := range []struct {
		kind      string
		predicate any
	}{
		{attest.TypeRelease, attest.Release{Name: "com.acme/echo", Version: f.version, Packages: files}},
		{attest.TypeCycloneDX, json.RawMessage(f.bill)},
		{attest.TypeTestResult, map[string]any{"result": "PASSED", "passedTests": []string{"ping/result/empty"}, "failedTests": []string{}}},
		{attest.TypeSurface, snapshot},
	} {
		statement, err := attest.New(subjects, one.kind, one.predicate)
		require.NoError(t, err)
		bundle, err := signer.Sign(t.Context(), statement)
		require.NoError(t, err)
		all = append(all, bundle)
	}
	return all
}

// write puts the release into a folder.
func (f *verifyFixture) write(made map[string][]byte, folder string, bundles [][]byte) {
	made[folder+"/server.json"] = f.server
	made[folder+"/acme-echo-"+f.version+".tgz"] = f.tarball
	if bundles != nil {
		made[folder+"/echo.sigstore.jsonl"], _ = attach.Lines(bundles)
	}
}

// pointed is server.json with a pointer to its statements on a registry's shelf.
func (f *verifyFixture) pointed(t *testing.T, bundles [][]byte) (server, jsonl []byte) {
	digest, err := attest.Digest(f.server)
	require.NoError(t, err)
	jsonl, sum := attach.Lines(bundles)
	server, err = attest.WithPointer(f.server, attest.Pointer{Subject: digest, SHA256: sum})
	require.NoError(t, err)
	return server, jsonl
}

// fixtureSigner signs with a key that is the same every time.
func fixtureSigner(t *testing.T, seed byte) (sign.Signer, []byte) {
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	pkix, err := x509.MarshalPKIXPublicKey(private.Public())
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "key.pem")
	require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), 0o600))
	signer, err := sign.Key(t.Context(), sign.KeyOptions{File: file})
	require.NoError(t, err)
	return signer, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pkix})
}

// fixtureTarball is a package as npm packs it.
func fixtureTarball(version, content string) []byte {
	var raw bytes.Buffer
	// Not compressed, so that another version of Go writes the same.
	z, _ := gzip.NewWriterLevel(&raw, gzip.NoCompression)
	files := tar.NewWriter(z)
	for _, f := range []struct{ name, body string }{
		{"package/package.json", fmt.Sprintf(`{"name":"@acme/echo","version":%q,"mcpName":"com.acme/echo"}`, version)},
		{"package/index.js", content},
	} {
		// A buffer takes everything.
		_ = files.WriteHeader(&tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.body)), Typeflag: tar.TypeReg})
		_, _ = files.Write([]byte(f.body))
	}
	_ = files.Close()
	_ = z.Close()
	return raw.Bytes()
}

// rewritten changes what a bundle's statement says, and leaves its signature.
func rewritten(t *testing.T, bundle []byte, old, new string) []byte {
	var outer struct {
		DSSE struct{ Payload string } `json:"dsseEnvelope"`
	}
	require.NoError(t, json.Unmarshal(bundle, &outer))
	payload, err := base64.StdEncoding.DecodeString(outer.DSSE.Payload)
	require.NoError(t, err)
	changed := bytes.Replace(payload, []byte(old), []byte(new), 1)
	require.NotEqual(t, payload, changed)
	return bytes.Replace(bundle, []byte(outer.DSSE.Payload), []byte(base64.StdEncoding.EncodeToString(changed)), 1)
}
