package attach

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/mcpctl/mcpctl/internal/pattern"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// repositoryName is OCI's grammar of names, which the library takes less
// literally: it lets a/../b through, which is another path on the registry.
var repositoryName = pattern.New(`^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*$`)

// parseReference reads host/repository with a tag or a digest.
func parseReference(doing, ref string) (name.Reference, error) {
	parsed, err := name.ParseReference(ref)
	if err == nil {
		err = wantRepository(ref, parsed.Context())
	}
	if digest, ok := parsed.(name.Digest); ok && err == nil {
		err = wantSHA256(digest.DigestStr())
	}
	if err != nil {
		return nil, malformed(doing, "give host/repository:tag or host/repository@sha256:<64 hex digits>", err)
	}
	return parsed, nil
}

// parseDigest reads host/repository@sha256:….
func parseDigest(doing, ref string) (name.Digest, error) {
	parsed, err := parseReference(doing, ref)
	if err != nil {
		return name.Digest{}, err
	}
	digest, ok := parsed.(name.Digest)
	if !ok {
		return name.Digest{}, malformed(doing, "give host/repository@sha256:<64 hex digits>", errors.New("a tag can be moved, so nothing is attached to it"))
	}
	return digest, nil
}

// parseRepository reads host/repository.
func parseRepository(doing, repo string) (name.Repository, error) {
	parsed, err := name.NewRepository(repo)
	if err == nil {
		err = wantRepository(repo, parsed)
	}
	if err != nil {
		return name.Repository{}, malformed(doing, "give host/repository without a tag", err)
	}
	return parsed, nil
}

func wantRepository(written string, repo name.Repository) error {
	switch {
	case len(written) > maxReference:
		return fmt.Errorf("it is longer than %d bytes", maxReference)
	case !repositoryName.MatchString(repo.RepositoryStr()):
		return fmt.Errorf("%q is no name of a repository", repo.RepositoryStr())
	}
	return nil
}

func wantSHA256(digest string) error {
	if !strings.HasPrefix(digest, "sha256:") {
		return errors.New("only sha256 digests are known here")
	}
	return nil
}

func malformed(doing, mend string, err error) error {
	return &refusal.Refusal{Kind: refusal.Usage, Code: "reference-malformed", Doing: doing, Err: err, Mend: mend}
}

// loopback tells whether a host (with or without a port) is this machine by its
// very name, so that plain HTTP to it leaves nothing on a wire.
func loopback(host string) bool {
	host = hostname(host)
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

// internal tells whether a host is written as an address that only this machine
// or its own network has.
func internal(host string) bool {
	addr, err := netip.ParseAddr(hostname(host))
	if err != nil {
		return loopback(host)
	}
	addr = addr.Unmap()
	return addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast() || addr.IsUnspecified()
}

func hostname(host string) string {
	if alone, _, err := net.SplitHostPort(host); err == nil {
		host = alone
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}
