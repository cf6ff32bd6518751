package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"

	"github.com/mcpctl/mcpctl/internal/pattern"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Extension is the part of the API that keeps attestations, where a registry has
// it: Extension + "/" + the SHA-256 of the file in hexadecimal digits.
const Extension = "/v0.1/x/io.github.mcpctl/attestations"

// AttestationsType is the media type of a file of bundles, one a line.
const AttestationsType = "application/jsonl"

// extensionParts are where it is behind the API's version.
func extensionParts(sum string) []string {
	return []string{"x", "io.github.mcpctl", "attestations", sum}
}

var hexSum = pattern.New(`^[0-9a-f]{64}$`)

// Attestations asks for the file of bundles with that SHA-256, and answers only
// bytes that have it. The refusals are attestations-unsupported, not-found where
// the registry keeps attestations but not these, and registry-broken.
func (c *Client) Attestations(ctx context.Context, sum string) ([]byte, error) {
	doing := "asking " + c.base.Host + " for the attestations " + short(sum)
	if !hexSum.MatchString(sum) {
		return nil, &refusal.Refusal{Kind: refusal.Usage, Code: "bad-digest", Doing: doing, Why: "this is no SHA-256 in 64 hexadecimal digits", Mend: "Give the sha256 of the pointer in server.json."}
	}
	call := call{doing: doing, method: http.MethodGet, path: c.path(extensionParts(sum)...), accept: AttestationsType, limit: MaxAttestations}
	a, err := c.do(ctx, call)
	switch {
	case err != nil:
		return nil, err
	case a.status == http.StatusOK:
		if got := hex.EncodeToString(digest(a.body)); got != sum {
			return nil, broken(doing, fmt.Errorf("it answered bytes with another digest, %s", short(got)))
		}
		return a.body, nil
	case noSuchEndpoint(a):
		return nil, c.unsupported(doing)
	}
	return nil, c.refused(ctx, call, a, nil)
}

// PutAttestations gives the registry a file of bundles to keep. Doing so twice
// is as once. The refusal is attestations-unsupported where the registry does
// not have the extension, as the official one.
func (c *Client) PutAttestations(ctx context.Context, jsonl []byte, token string) error {
	sum := hex.EncodeToString(digest(jsonl))
	doing := "storing the attestations " + short(sum) + " at " + c.base.Host
	call := call{doing: doing, method: http.MethodPut, path: c.path(extensionParts(sum)...), body: jsonl, contentType: AttestationsType, token: token, needsToken: true, limit: MaxProblem}
	a, err := c.do(ctx, call)
	switch {
	case err != nil:
		return err
	case a.status >= 200 && a.status < 300:
		return nil
	case noSuchEndpoint(a):
		return c.unsupported(doing)
	}
	return c.refused(ctx, call, a, nil)
}

func (c *Client) unsupported(doing string) error {
	return &refusal.Refusal{Kind: refusal.Usage, Code: "attestations-unsupported", Doing: doing, Why: "this registry does not keep attestations",
		Mend: "Attach them to an image or an artifact of your own with --attach-to, or put the file at an address and give it with --attestations-url."}
}

func digest(b []byte) []byte { sum := sha256.Sum256(b); return sum[:] }

func short(sum string) string {
	if len(sum) > 12 {
		return sum[:12]
	}
	return sum
}
