package sign

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/encrypted"
	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/sigstore/sigstore/pkg/signature/options"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// KeyOptions say how to sign with a key.
type KeyOptions struct {
	// File holds a private key: one of cosign's, which are encrypted, or a PEM
	// of the kinds PKCS #8, EC and RSA. Nobody but its owner may read it.
	File string
	// Passphrase gets the passphrase of an encrypted key; nil is an empty one.
	Passphrase Secret
	// Load, if it is set, gets the key instead of File, such as from a key
	// management service.
	Load func(context.Context) (signature.SignerVerifier, error)
	// Services may name Timestamps and Logs that are to take part.
	Services Services
	// Timeout bounds what each service may take, retries included; 0 is 30 s.
	Timeout time.Duration
}

// Key signs with a key, which is read and encrypted once, here.
func Key(ctx context.Context, o KeyOptions) (Signer, error) {
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	logged := len(o.Services.Logs) > 0
	load := o.Load
	if load == nil {
		load = func(ctx context.Context) (signature.SignerVerifier, error) { return loadKey(ctx, o, logged) }
	}
	sv, err := load(ctx)
	if err != nil {
		return nil, err
	}
	// Also refuses what is too weak: it knows no algorithm for it.
	pair, err := newKeypair(ctx, sv, logged)
	if err != nil {
		return nil, keyUnreadable(o.File, err)
	}
	return keyed{sealer{o.Services, o.Timeout}, pair}, nil
}

type keyed struct {
	sealer sealer
	pair   *keypair
}

func (k keyed) Sign(ctx context.Context, statement []byte) ([]byte, error) {
	return k.sealer.seal(ctx, statement, holder{keypair: k.pair})
}

func (k keyed) Who(context.Context) (Identity, error) {
	return Identity{Key: k.pair.fingerprint()}, nil
}

// CheckKey refuses a file that Key cannot use, as far as that shows without its
// passphrase, so that a plan need not fail at its first signature. Refusals:
// key-permissions, key-unreadable.
func CheckKey(file string) error {
	block, err := readKey(file)
	if err == nil && !isCosign(block) {
		if _, failed := parseKey(block); failed != nil {
			err = keyUnreadable(file, failed)
		}
	}
	return err
}

// readKey reads a file with a private key.
func readKey(file string) (*pem.Block, error) {
	data, _, open, err := readPrivate(file)
	switch {
	case open:
		return nil, &refusal.Refusal{Kind: refusal.Consent, Code: "key-permissions", Doing: "reading the key " + file,
			Why: err.Error() + ", so that others can read it", Mend: "Make it readable by its owner only: chmod 600 " + file}
	case err != nil:
		return nil, keyUnreadable(file, err)
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, keyUnreadable(file, errors.New("it is not PEM"))
	}
	return block, nil
}

// isCosign reports one of cosign's keys, which need a passphrase. They are read
// with the library that cosign itself reads them with: the package that has both
// is a megabyte more in every mcpctl.
func isCosign(block *pem.Block) bool {
	return block.Type == "ENCRYPTED COSIGN PRIVATE KEY" || block.Type == "ENCRYPTED SIGSTORE PRIVATE KEY"
}

// loadKey reads the private key in o.File.
func loadKey(ctx context.Context, o KeyOptions, logged bool) (signature.SignerVerifier, error) {
	block, err := readKey(o.File)
	if err != nil {
		return nil, err
	}
	// The log takes Ed25519 signatures of a digest only; elsewhere the plain
	// variant is the one that all verifiers know.
	var load []signature.LoadOption
	if logged {
		load = append(load, options.WithED25519ph())
	}
	if isCosign(block) {
		return loadEncrypted(ctx, o, block, load)
	}
	key, err := parseKey(block)
	if err != nil {
		return nil, keyUnreadable(o.File, err)
	}
	sv, err := signature.LoadDefaultSignerVerifier(key, load...)
	if err != nil {
		return nil, keyUnreadable(o.File, err)
	}
	return sv, nil
}

// loadEncrypted deciphers one of cosign's keys, which takes about half a second.
func loadEncrypted(ctx context.Context, o KeyOptions, block *pem.Block, load []signature.LoadOption) (signature.SignerVerifier, error) {
	passphrase := []byte{}
	if o.Passphrase != nil {
		var err error
		if passphrase, err = o.Passphrase(ctx); err != nil {
			return nil, &refusal.Refusal{Kind: refusal.Consent, Code: "passphrase-missing", Doing: "getting the passphrase of the key " + o.File,
				Err: err, Mend: "Put the passphrase where you said it is."}
		}
	}
	plain, err := encrypted.Decrypt(block.Bytes, passphrase)
	if err != nil {
		return nil, &refusal.Refusal{Kind: refusal.Consent, Code: "passphrase-wrong", Doing: "deciphering the key " + o.File,
			Err: err, Mend: "Give the passphrase of this key by reference."}
	}
	key, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil {
		return nil, keyUnreadable(o.File, err)
	}
	sv, err := signature.LoadDefaultSignerVerifier(key, load...)
	if err != nil {
		return nil, keyUnreadable(o.File, err)
	}
	return sv, nil
}

func parseKey(block *pem.Block) (crypto.PrivateKey, error) {
	switch block.Type {
	case "RSA PRIVATE KEY":
		return x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		return x509.ParseECPrivateKey(block.Bytes)
	case "PRIVATE KEY":
		return x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	return nil, fmt.Errorf("it holds a %q, which is no private key that can be used here", block.Type)
}

func keyUnreadable(file string, err error) error {
	mend := "Give a key of cosign's, or a PEM with an ECDSA, Ed25519 or RSA key."
	if errors.Is(err, os.ErrNotExist) {
		mend = "Check the path of the key."
	}
	return &refusal.Refusal{Kind: refusal.Usage, Code: "key-unreadable", Doing: "reading the key " + file, Err: err, Mend: mend}
}
