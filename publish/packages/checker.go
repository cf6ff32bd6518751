package packages

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Images looks at images on their hosts. Errors are refusals; image-missing is
// one that is not there.
type Images interface {
	// Image answers the labels of the image's configuration (of linux/amd64 where
	// there are several platforms) and the digest, sha256:…, that ref leads to.
	Image(ctx context.Context, ref string) (labels map[string]string, digest string, err error)
}

// Checker asks the hosts of packages. Set its fields before the first use; then
// it is safe for concurrent use, but for Upload. Where pip looks for packages is
// asked only once.
type Checker struct {
	// Env is the environment of the ecosystems' clients, like os.Environ(): PATH,
	// HOME and what configures them. Without it no client is found.
	Env []string
	// Dir is the folder in which npm, pip and dotnet look for a project's
	// configuration; an empty temporary one if empty. Cargo is always asked
	// elsewhere, since in a project it would answer with that.
	Dir string
	// Images looks at images; without it they are Unchecked.
	Images Images
	// HTTP fetches bundles and the files that an index names; nil for a client
	// of our own. Plain http is refused beyond this machine, whatever this is.
	HTTP *http.Client
	// UserAgent is told to hosts; "mcpctl" if empty.
	UserAgent string
	// Timeout is how long one client may take; a minute if 0. Files may take ten
	// times that long.
	Timeout time.Duration

	// In, Out and Err are passed on to the client by Upload, which may ask for a
	// second factor.
	In       io.Reader
	Out, Err io.Writer

	mu  sync.Mutex
	pip *pipSettings // as asked the first time
}

// Prove asks whether a package is there and proves that it belongs to the
// server of that name, as the registry will when it is published. Everything
// that goes wrong is in the proof.
func (c *Checker) Prove(ctx context.Context, serverName string, p Package) Proof {
	f, err := c.look(ctx, p)
	return prove(serverName, p, f, err)
}

// Digests answers the digests of a package's files as their host gives them, or
// as computed from its bytes: sha512 for npm, sha256 for all others. A PyPI
// release has several files, in the order of their digests.
func (c *Checker) Digests(ctx context.Context, p Package) ([]attest.Package, error) {
	f, err := c.look(ctx, p)
	return f.files, err
}

func (c *Checker) look(ctx context.Context, p Package) (found, error) {
	if err := p.named(); err != nil {
		return found{}, err
	}
	switch p.Type {
	case NPM:
		return c.npm(ctx, p)
	case PyPI:
		return c.pypi(ctx, p)
	case Cargo:
		return c.cargo(ctx, p)
	case NuGet:
		return c.nuget(ctx, p)
	case OCI:
		return c.image(ctx, p)
	default: // named has refused all but MCPB
		return c.bundle(ctx, p)
	}
}

func (c *Checker) timeout() time.Duration {
	if c.Timeout > 0 {
		return c.Timeout
	}
	return time.Minute
}

// trouble is a refusal about a package.
func trouble(kind refusal.Kind, code string, p Package, mend, format string, args ...any) *refusal.Refusal {
	return &refusal.Refusal{Kind: kind, Code: code, Doing: "looking at " + p.String(), Why: fmt.Sprintf(format, args...), Mend: mend}
}

// invisible is the refusal of a package that its host does not have (yet).
func invisible(p Package, format string, args ...any) error {
	return trouble(refusal.Environment, codeNotVisible, p, "Upload it, or wait: hosts take some minutes to show what is new.", format, args...)
}
