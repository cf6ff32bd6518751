package sign

import (
	"context"
	"crypto/x509"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/sigstore/sigstore-go/pkg/fulcio/certificate"
	sigstore "github.com/sigstore/sigstore-go/pkg/sign"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// KeylessOptions say how to sign without a lasting key.
type KeylessOptions struct {
	// Services takes part. It needs Fulcio, and for signatures that outlive the
	// certificate also Timestamps, or a log of version 1.
	Services Services
	// Token gets the identity token; it is called once a run, unless the run
	// outlives the token.
	Token Token
	// Audience is whom the token has to be for; "" is the constant Audience.
	Audience string
	// Timeout bounds what each service may take, retries included; 0 is 30 s.
	Timeout time.Duration
	// Trust, if it is set, has to verify each bundle before it is given out.
	Trust *Trust
}

// Keyless signs with a key that lives in memory only, and a certificate of some
// minutes which the certificate authority issues for an identity token. Both
// are made at the first signature and serve all statements of the run.
func Keyless(o KeylessOptions) (Signer, error) {
	if o.Services.Fulcio == "" {
		return nil, &refusal.Refusal{Kind: refusal.Usage, Code: "services-missing", Doing: "preparing to sign without a key",
			Why: "no certificate authority (Fulcio) is named", Mend: "Name one, or use the public good instance's services."}
	}
	if o.Token == nil {
		return nil, tokenMissing("no source was named")
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.Audience == "" {
		o.Audience = Audience
	}
	return &keyless{o: o, sealer: sealer{o.Services, o.Timeout}}, nil
}

type keyless struct {
	o      KeylessOptions
	sealer sealer

	mu      sync.Mutex
	current *certified
	token   string // kept from Who to Sign, so that a person is asked once
	claims  claims
}

// certified is a key with its certificate.
type certified struct {
	holder
	id    Identity
	until time.Time
}

// soon is how long before its end a certificate is not used any more: it has
// to be valid when the signature is timestamped.
const soon = time.Minute

func (k *keyless) Sign(ctx context.Context, statement []byte) ([]byte, error) {
	if err := signable(statement); err != nil {
		return nil, err
	}
	c, err := k.certified(ctx)
	if err != nil {
		return nil, err
	}
	bundle, err := k.sealer.seal(ctx, statement, c.holder)
	if err != nil || k.o.Trust == nil {
		return bundle, err
	}
	if _, err = k.o.Trust.Verify(bundle, Policy{Issuer: c.id.Issuer, Subject: c.id.Subject}); err != nil {
		return nil, notGivenOut(err)
	}
	return bundle, nil
}

func (k *keyless) Who(ctx context.Context) (Identity, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.current != nil {
		return k.current.id, nil
	}
	if err := k.fetchToken(ctx); err != nil {
		return Identity{}, err
	}
	return k.claims.identity(), nil
}

// certified answers the run's key and certificate, and makes them if there are
// none yet or they are about to end.
func (k *keyless) certified(ctx context.Context) (*certified, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.current != nil && time.Until(k.current.until) > soon {
		return k.current, nil
	}
	if err := k.fetchToken(ctx); err != nil {
		return nil, err
	}
	made, err := k.certify(ctx)
	if err != nil {
		return nil, err
	}
	k.current = made
	return made, nil
}

// fetchToken gets a token, unless the one it has got still serves.
func (k *keyless) fetchToken(ctx context.Context) error {
	if k.token != "" && time.Until(time.Unix(int64(k.claims.Expires), 0)) > soon {
		return nil
	}
	token, c, err := k.o.Token.checked(ctx, k.o.Audience)
	if err != nil {
		return err
	}
	k.token, k.claims = token, c
	return nil
}

func (k *keyless) certify(ctx context.Context) (*certified, error) {
	address := strings.TrimSuffix(k.o.Services.Fulcio, "/")
	refuse := func(err error) error {
		return serviceRefused("fulcio-refused", "asking the certificate authority "+address+" for a certificate", err)
	}
	keypair, err := sigstore.NewEphemeralKeypair(nil)
	if err != nil {
		return nil, refuse(err)
	}
	ctx, cancel := context.WithTimeout(ctx, k.o.Timeout)
	defer cancel()
	fulcio := sigstore.NewFulcio(&sigstore.FulcioOptions{
		BaseURL: address, Timeout: k.o.Timeout, Transport: bound{ctx, http.DefaultTransport},
	})
	der, err := fulcio.GetCertificate(ctx, keypair, &sigstore.CertificateProviderOptions{IDToken: k.token})
	if err != nil {
		return nil, refuse(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, refuse(err)
	}
	summary, err := certificate.SummarizeCertificate(leaf)
	if err != nil {
		return nil, refuse(err)
	}
	return &certified{
		holder: holder{keypair: keypair, certificate: der},
		id:     Identity{Issuer: summary.Issuer, Subject: summary.SubjectAlternativeName},
		until:  leaf.NotAfter,
	}, nil
}

// notGivenOut says of a failed check of our own bundle that it is our own.
func notGivenOut(err error) error {
	var r *refusal.Refusal
	if !errors.As(err, &r) {
		return err
	}
	own := *r
	own.Doing = "checking the new signature against the trust root"
	own.Mend = "Check that the trust root belongs to the services that were used."
	return &own
}
