package cli

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/report"
	"github.com/mcpctl/mcpctl/publish/serverjson"
	"github.com/mcpctl/mcpctl/publish/surface"

	"github.com/mcpctl/mcpctl/mcp"
)

const (
	demoEntry   = "io.modelcontextprotocol.anonymous/" + demoName // a namespace that needs no account
	demoVersion = "1.0.0"
	// demoAddress is where the bundle of a real release would lie. The demo plays
	// that host and asks it nothing.
	demoAddress = "https://github.com/example/" + demoName + "/releases/download/v" + demoVersion + "/" + demoName + ".mcpb"
)

// demoRelease is what the demo publishes: a folder with the bundle, server.json
// and what is attested, and a key that nobody else has.
type demoRelease struct {
	app    *app
	dir    string
	bundle []byte
}

func (r *demoRelease) path(name string) string { return filepath.Join(r.dir, name) }

// write makes a file that only this user can read, as keys have to be.
func (r *demoRelease) write(name string, body []byte) error {
	if err := os.WriteFile(r.path(name), body, 0o600); err != nil {
		return &Error{Code: ExitEnvironment, Err: fmt.Errorf("writing the demo's %s: %w", name, err)}
	}
	return nil
}

// demoPack makes a release of the program: an MCPB bundle, its server.json, its
// bill of materials, the judge's report and a snapshot of what it offers.
func (a *app) demoPack(ctx context.Context, dir string, server demoServer, judged *conformance.Report) (*demoRelease, error) {
	began := time.Now()
	r := &demoRelease{app: a, dir: dir}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, &Error{Code: ExitEnvironment, Err: fmt.Errorf("making room for the release: %w", err)}
	}
	var err error
	if r.bundle, err = server.bundle(); err != nil {
		return nil, err
	}
	var told bytes.Buffer
	if err := report.JSON(&told, judged, report.Options{}); err != nil {
		return nil, err
	}
	snapshot, err := surface.Take(ctx, mcp.Target{Name: demoName, Command: server.command})
	if err != nil {
		return nil, err
	}
	offered, err := json.Marshal(snapshot)
	if err != nil {
		return nil, fmt.Errorf("writing the snapshot: %w", err)
	}
	for _, file := range []struct {
		name string
		body []byte
	}{{demoName + ".mcpb", r.bundle}, {"server.json", demoServerJSON(r.bundle)}, {"report.json", told.Bytes()}, {"surface.json", offered}} {
		if err := r.write(file.name, file.body); err != nil {
			return nil, err
		}
	}
	if err := r.keys(); err != nil {
		return nil, err
	}
	if _, err := r.run(ctx, "sbom", r.path(demoName+".mcpb"), "--out", r.path("sbom.cdx.json")); err != nil {
		return nil, err
	}
	bill, err := demoSaid[struct {
		Components int `json:"components"`
	}](r.run(ctx, "sbom", "--sbom-file", r.path("sbom.cdx.json"), "--format", "json"))
	if err != nil {
		return nil, err
	}
	a.step("sbom", began, "%s in a bundle of %.1f MB", counted(bill.Components, "component"), float64(len(r.bundle))/1e6)
	return r, nil
}

// keys makes a signing key.
func (r *demoRelease) keys() error {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return fmt.Errorf("making a key: %w", err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return fmt.Errorf("writing the key: %w", err)
	}
	known, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return fmt.Errorf("writing the public key: %w", err)
	}
	return errors.Join(
		r.write("key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})),
		r.write("key.pub", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: known})))
}

func demoServerJSON(bundle []byte) []byte {
	sum := sha256.Sum256(bundle)
	b, _ := indented(map[string]any{ // strings and lists: nothing that cannot be written
		"$schema": serverjson.SchemaURL(serverjson.Current), "name": demoEntry, "version": demoVersion,
		"description": "The server of mcpctl's demo.",
		"packages": []any{map[string]any{
			"registryType": "mcpb", "identifier": demoAddress, "fileSha256": hex.EncodeToString(sum[:]),
			"transport": map[string]string{"type": "stdio"},
		}},
	})
	return b
}
