package sign

import (
	"context"
	"fmt"
	"time"

	"github.com/sigstore/sigstore-go/pkg/root"
	sigstore "github.com/sigstore/sigstore-go/pkg/sign"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Services are the addresses that take part in signing. An empty member means
// that this service is not used.
type Services struct {
	// Fulcio turns an identity token into a certificate.
	Fulcio string
	// Logs are the transparency logs that a signature is entered in.
	Logs []Log
	// Timestamps are timestamp authorities (RFC 3161): full URLs with path.
	Timestamps []string
	// Issuer is the identity provider for people, for the interactive flows.
	Issuer string
}

// Log is one Rekor instance.
type Log struct {
	URL string
	// Version is the major version of its API: 2, which is also the meaning of
	// zero, or 1.
	Version int
}

// LoadServices reads a Sigstore signing configuration (v0.2) from a file.
func LoadServices(path string) (Services, error) {
	data, err := readBounded(path, maxConfig)
	if err != nil {
		return Services{}, configUnreadable(path, err)
	}
	services, err := parseServices(data, time.Now())
	if err != nil {
		return Services{}, configUnreadable(path, err)
	}
	return services, nil
}

// PublicServices asks the public good instance for its current services,
// through TUF; see Mirror.
func PublicServices(ctx context.Context, cacheDir string) (Services, error) {
	return Mirror{}.Services(ctx, cacheDir)
}

// parseServices selects from a signing configuration as it says it wants to be
// selected from, at the time now.
func parseServices(data []byte, now time.Time) (Services, error) {
	config, err := root.NewSigningConfigFromJSON(data)
	if err != nil {
		return Services{}, err
	}
	var s Services
	if all := config.FulcioCertificateAuthorityURLs(); len(all) > 0 {
		fulcio, err := root.SelectService(all, sigstore.FulcioAPIVersions, now)
		if err != nil {
			return Services{}, fmt.Errorf("selecting a certificate authority: %w", err)
		}
		s.Fulcio = fulcio.URL
	}
	if all := config.RekorLogURLs(); len(all) > 0 {
		logs, err := root.SelectServices(all, config.RekorLogURLsConfig(), sigstore.RekorAPIVersions, now)
		if err != nil {
			return Services{}, fmt.Errorf("selecting a transparency log: %w", err)
		}
		for _, l := range logs {
			s.Logs = append(s.Logs, Log{URL: l.URL, Version: int(l.MajorAPIVersion)})
		}
	}
	if all := config.TimestampAuthorityURLs(); len(all) > 0 {
		tsas, err := root.SelectServices(all, config.TimestampAuthorityURLsConfig(), sigstore.TimestampAuthorityAPIVersions, now)
		if err != nil {
			return Services{}, fmt.Errorf("selecting a timestamp authority: %w", err)
		}
		for _, t := range tsas {
			s.Timestamps = append(s.Timestamps, t.URL)
		}
	}
	if all := config.OIDCProviderURLs(); len(all) > 0 {
		issuer, err := root.SelectService(all, []uint32{1}, now)
		if err != nil {
			return Services{}, fmt.Errorf("selecting an identity provider: %w", err)
		}
		s.Issuer = issuer.URL
	}
	return s, nil
}

func configUnreadable(path string, err error) error {
	return &refusal.Refusal{
		Kind: refusal.Usage, Code: "services-unreadable", Doing: "reading the signing configuration " + path, Err: err,
		Mend: "Give a Sigstore signing configuration of version 0.2 (signing_config.v0.2.json).",
	}
}
