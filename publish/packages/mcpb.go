package packages

import (
	"context"
	"net/url"
	"os"
	"strings"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// bundle downloads an MCPB bundle and holds its bytes against fileSha256, which
// the registry never does.
func (c *Checker) bundle(ctx context.Context, p Package) (found, error) {
	u, err := url.Parse(p.Identifier)
	if err != nil || u.User != nil {
		return found{}, trouble(refusal.Usage, codeAddress, p, "Give the https address of the bundle, without credentials.", "its identifier is no such address")
	}
	f := found{asked: "GET " + shown(u)}
	if err := p.hashed(); err != nil {
		return f, err
	}
	q := request{address: u}
	if c.HTTP != nil {
		q.plain = loopback
	}
	file, err := c.fetch(ctx, p, q)
	if err != nil {
		return f, err
	}
	defer func() { _ = os.Remove(file) }() // it was only for reading
	asked := f.asked
	f, err = open(file, "the bundle", p)
	f.asked = asked
	return f, err
}

// hashed refuses a fileSha256 that nobody computed from a file.
func (p Package) hashed() error {
	mend := "Put the result of `sha256sum` of the bundle into fileSha256."
	switch {
	case p.FileSHA256 == "":
		return trouble(refusal.Usage, codeNoHash, p, mend, "it has no fileSha256")
	case !isSHA256(p.FileSHA256):
		return trouble(refusal.Usage, codeMadeUp, p, mend, "its fileSha256 %.100q is no SHA-256 in 64 lower-case hexadecimal digits", p.FileSHA256)
	case madeUp(p.FileSHA256):
		return trouble(refusal.Usage, codeMadeUp, p, mend, "its fileSha256 is a placeholder")
	}
	return nil
}

// madeUp reports the digest of nothing, or one that repeats a short pattern.
func madeUp(hash string) bool {
	if strings.HasPrefix(hash, "e3b0c44298fc1c149afbf4c8996fb924") {
		return true
	}
	for period := 1; period <= 16; period++ {
		if hash[period:] == hash[:len(hash)-period] {
			return true
		}
	}
	return false
}
