//go:build unix

package realsigstore

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	prototrustroot "github.com/sigstore/protobuf-specs/gen/pb-go/trustroot/v1"
	"github.com/sigstore/sigstore-go/pkg/root"
)

// writeLogKey makes the log's key, which ends up in the trusted root as well.
func (s *Sigstore) writeLogKey(path string) error {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600)
}

// writeTrust assembles the trusted root from what the services say of
// themselves, and the signing configuration.
func (s *Sigstore) writeTrust() error {
	since := time.Now().Add(-time.Hour)
	ca, err := s.fulcioCA(since)
	if err != nil {
		return fmt.Errorf("asking Fulcio for its certificates: %w", err)
	}
	tsa, err := s.timestampCA(since)
	if err != nil {
		return fmt.Errorf("asking the timestamp authority for its certificates: %w", err)
	}
	log, err := s.log(since)
	if err != nil {
		return fmt.Errorf("reading the log's key: %w", err)
	}
	trusted, err := root.NewTrustedRoot(root.TrustedRootMediaType01, []root.CertificateAuthority{ca}, nil,
		[]root.TimestampingAuthority{tsa}, map[string]*root.TransparencyLog{fmt.Sprintf("%x", log.ID): log})
	if err != nil {
		return err
	}
	s.TrustedRoot = filepath.Join(s.dir, "trusted_root.json")
	if err := write(s.TrustedRoot, trusted); err != nil {
		return err
	}
	service := func(url string, version uint32) root.Service {
		return root.Service{URL: url, MajorAPIVersion: version, ValidityPeriodStart: since, Operator: "test"}
	}
	any := root.ServiceConfiguration{Selector: prototrustroot.ServiceSelector_ANY}
	config, err := root.NewSigningConfig(root.SigningConfigMediaType02,
		[]root.Service{service(s.Fulcio, 1)}, []root.Service{service(s.People, 1)},
		[]root.Service{service(s.Rekor, 2)}, any, []root.Service{service(s.Timestamp, 1)}, any)
	if err != nil {
		return err
	}
	s.SigningConfig = filepath.Join(s.dir, "signing_config.json")
	return write(s.SigningConfig, config)
}

func (s *Sigstore) fulcioCA(since time.Time) (*root.FulcioCertificateAuthority, error) {
	body, err := get(context.Background(), s.Fulcio+"/api/v2/trustBundle")
	if err != nil {
		return nil, err
	}
	var answer struct {
		Chains []struct {
			Certificates []string `json:"certificates"`
		} `json:"chains"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	if len(answer.Chains) != 1 {
		return nil, fmt.Errorf("it has %d chains", len(answer.Chains))
	}
	chain, err := certificates([]byte(strings.Join(answer.Chains[0].Certificates, "\n")))
	if err != nil {
		return nil, err
	}
	last := len(chain) - 1
	return &root.FulcioCertificateAuthority{Root: chain[last], Intermediates: chain[:last], ValidityPeriodStart: since, URI: s.Fulcio}, nil
}

func (s *Sigstore) timestampCA(since time.Time) (*root.SigstoreTimestampingAuthority, error) {
	body, err := get(context.Background(), s.Timestamp+"/certchain")
	if err != nil {
		return nil, err
	}
	chain, err := certificates(body)
	if err != nil {
		return nil, err
	}
	last := len(chain) - 1
	return &root.SigstoreTimestampingAuthority{Root: chain[last], Intermediates: chain[1:last], Leaf: chain[0], ValidityPeriodStart: since, URI: s.Timestamp}, nil
}

// log describes the log. Its id is the digest of its origin and its key, as
// checkpoints (C2SP signed notes) have it.
func (s *Sigstore) log(since time.Time) (*root.TransparencyLog, error) {
	data, err := os.ReadFile(filepath.Join(s.dir, "rekor", "key.pem"))
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New("it is not PEM")
	}
	private, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	public := private.(ed25519.PrivateKey).Public().(ed25519.PublicKey)
	id := sha256.Sum256(append([]byte("127.0.0.1\n\x01"), public...))
	return &root.TransparencyLog{
		BaseURL: s.Rekor, ID: id[:], ValidityPeriodStart: since,
		HashFunc: crypto.SHA256, PublicKey: public, SignatureHashFunc: crypto.SHA512,
	}, nil
}

// certificates reads a chain, leaf first.
func certificates(data []byte) ([]*x509.Certificate, error) {
	var chain []*x509.Certificate
	for {
		block, rest := pem.Decode(data)
		if block == nil {
			break
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		chain, data = append(chain, cert), rest
	}
	if len(chain) == 0 {
		return nil, errors.New("it has no certificates")
	}
	return chain, nil
}

func write(path string, v json.Marshaler) error {
	data, err := v.MarshalJSON()
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}
