package sign

import (
	"context"
	"errors"
	"os"

	"github.com/sigstore/sigstore-go/pkg/root"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Trust is what signatures are checked against: certificate authorities,
// transparency logs and timestamp authorities. It is immutable, safe for
// concurrent use, and asks nobody.
type Trust struct {
	material root.TrustedMaterial
	logs     bool // the root names transparency logs, so entries are required
	ctlogs   bool // it names certificate logs, so certificates have to be in one
}

// LoadTrust reads a Sigstore trusted root (trusted_root.json).
func LoadTrust(path string) (*Trust, error) {
	data, err := readBounded(path, maxConfig)
	if err != nil {
		return nil, trustUnreadable(path, err)
	}
	return parseTrust(path, data)
}

// ParseTrust takes the trusted root from its JSON; name is what to call it in
// a refusal.
func ParseTrust(name string, data []byte) (*Trust, error) { return parseTrust(name, data) }

// PublicTrust is the trusted root of Sigstore's public good instance, through
// TUF; see Mirror.
func PublicTrust(ctx context.Context, cacheDir string) (*Trust, error) {
	return Mirror{}.Trust(ctx, cacheDir)
}

// NoTrust trusts nobody. It serves to check signatures of keys that a Policy
// names; their log entries and timestamps then go unchecked.
func NoTrust() *Trust { return newTrust(&root.BaseTrustedMaterial{}) }

func parseTrust(name string, data []byte) (*Trust, error) {
	material, err := root.NewTrustedRootFromJSON(data)
	if err != nil {
		return nil, trustUnreadable(name, err)
	}
	return newTrust(material), nil
}

func newTrust(material root.TrustedMaterial) *Trust {
	return &Trust{material: material, logs: len(material.RekorLogs()) > 0, ctlogs: len(material.CTLogs()) > 0}
}

func trustUnreadable(name string, err error) error {
	mend := "Give a Sigstore trusted root (trusted_root.json)."
	if errors.Is(err, os.ErrNotExist) {
		mend = "Check the path of the trusted root."
	}
	return &refusal.Refusal{Kind: refusal.Usage, Code: "trust-unreadable", Doing: "reading the trusted root " + name, Err: err, Mend: mend}
}
