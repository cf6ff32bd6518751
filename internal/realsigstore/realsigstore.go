//go:build unix

// Package realsigstore starts the real services of Sigstore on the loopback
// interface: the certificate authority Fulcio, the transparency log Rekor and
// the timestamp authority, with stand-ins for the identity providers. Nothing
// leaves the machine. Only tests import it.
package realsigstore

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/mcpctl/mcpctl/testservers/loopback"
)

// Sigstore is one running instance. Its fields are not to be changed.
type Sigstore struct {
	Fulcio    string // URL of the certificate authority
	Rekor     string // URL of the log, version 2
	Timestamp string // URL of the timestamp authority, with path
	People    string // URL of an identity provider that asks people; see Issuers

	// TrustedRoot and SigningConfig are files, as Sigstore's clients take them.
	TrustedRoot   string
	SigningConfig string

	issuers *issuers
	dir     string
	stops   []func()
}

// Start starts an instance that ends with the test.
func Start(t testing.TB) *Sigstore {
	t.Helper()
	s, err := New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// Shared is one instance for all tests of a package, started by the first that
// asks for it:
//
//	var sigstore realsigstore.Shared
//
//	func TestMain(m *testing.M) { os.Exit(sigstore.Main(m)) }
//
// The zero value is ready.
type Shared struct {
	once sync.Once
	s    *Sigstore
	err  error
}

// Get answers the instance. It may be called from several tests at once.
func (s *Shared) Get(t testing.TB) *Sigstore {
	t.Helper()
	s.once.Do(func() { s.s, s.err = New() })
	if s.err != nil {
		t.Fatal(s.err)
	}
	return s.s
}

// Main runs a package's tests, stops the instance and answers the exit code.
func (s *Shared) Main(m *testing.M) (code int) {
	defer func() {
		s.once.Do(func() {}) // nobody asked
		if s.s != nil {
			s.s.Close()
		}
	}()
	return m.Run()
}

// Close stops the services and removes what they wrote.
func (s *Sigstore) Close() {
	for i := len(s.stops) - 1; i >= 0; i-- {
		s.stops[i]()
	}
}

// New is Start for who shares an instance, or has no test: it has to be closed.
func New() (*Sigstore, error) {
	// A short path: the socket in it has a limit.
	dir, err := os.MkdirTemp("", "sigstore-")
	if err != nil {
		return nil, err
	}
	s := &Sigstore{dir: dir, stops: []func(){func() { _ = os.RemoveAll(dir) }}}
	for _, step := range []func() error{s.startIssuers, s.startFulcio, s.startRekor, s.startTimestamp, s.writeTrust} {
		if err := step(); err != nil {
			s.Close()
			return nil, fmt.Errorf("starting Sigstore's services: %w", err)
		}
	}
	return s, nil
}

func (s *Sigstore) startIssuers() error {
	issuers, stop, err := startIssuers(s.dir)
	if err != nil {
		return err
	}
	s.issuers, s.People, s.stops = issuers, issuers.people, append(s.stops, stop)
	return nil
}

func (s *Sigstore) startFulcio() error {
	dir, err := s.folder("fulcio")
	if err != nil {
		return err
	}
	config := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(config, s.issuers.config(), 0o600); err != nil {
		return err
	}
	ports, err := loopback.FreePorts(context.Background(), 3)
	if err != nil {
		return err
	}
	p, err := start("fulcio", dir, loopback.Attributes(),
		[]string{"HTTPS_PROXY=" + s.issuers.proxy, "SSL_CERT_FILE=" + s.issuers.authority}, "serve",
		"--host", "127.0.0.1", "--port", ports[0], "--grpc-host", "127.0.0.1", "--grpc-port", ports[1],
		"--metrics-port", ports[2], "--legacy-unix-domain-socket", filepath.Join(dir, "f.sock"),
		"--ca", "ephemeralca", "--ct-log-url", "", "--config-path", config)
	if err != nil {
		return err
	}
	s.stops = append(s.stops, p.Stop)
	s.Fulcio = "http://127.0.0.1:" + ports[0]
	return p.Await(context.Background(), answers(s.Fulcio+"/api/v2/trustBundle"))
}

func (s *Sigstore) startRekor() error {
	dir, err := s.folder("rekor")
	if err != nil {
		return err
	}
	key := filepath.Join(dir, "key.pem")
	if err := s.writeLogKey(key); err != nil {
		return err
	}
	ports, err := loopback.FreePorts(context.Background(), 3)
	if err != nil {
		return err
	}
	p, err := start("rekor", dir, loopback.Attributes(), nil, "serve",
		"--http-address", "127.0.0.1", "--http-port", ports[0], "--grpc-address", "127.0.0.1", "--grpc-port", ports[1],
		"--http-metrics-port", ports[2], "--hostname", "127.0.0.1", "--storage-dir", filepath.Join(dir, "log"),
		"--signer-filepath", key, "--checkpoint-interval", "100ms", "--batch-max-age", "20ms")
	if err != nil {
		return err
	}
	s.stops = append(s.stops, p.Stop)
	s.Rekor = "http://127.0.0.1:" + ports[0]
	return p.Await(context.Background(), answers(s.Rekor+"/healthz"))
}

func (s *Sigstore) startTimestamp() error {
	dir, err := s.folder("tsa")
	if err != nil {
		return err
	}
	address, stop, err := startTimestamp(dir)
	if err != nil {
		return err
	}
	s.Timestamp, s.stops = address+"/api/v1/timestamp", append(s.stops, stop)
	return nil
}

func (s *Sigstore) folder(name string) (string, error) {
	dir := filepath.Join(s.dir, name)
	return dir, os.Mkdir(dir, 0o700)
}
