package sign

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/sigstore/sigstore-go/pkg/tuf"
	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Mirror is a TUF repository that hands out a Sigstore instance's trusted root
// and signing configuration. The zero value is the public good instance, whose
// first root of trust is compiled in.
//
// What it fetched and verified is kept in a folder of the caller's choice, or
// in mcpctl/sigstore below the user's cache folder, and nowhere else.
type Mirror struct {
	URL  string // of the repository
	Root []byte // root.json to begin with; needed with a URL
}

// Trust fetches the trusted root. An empty cacheDir is the user's.
func (m Mirror) Trust(ctx context.Context, cacheDir string) (*Trust, error) {
	data, err := m.target(ctx, cacheDir, "trusted_root.json")
	if err != nil {
		return nil, err
	}
	return parseTrust("of "+m.name(), data)
}

// Services fetches the signing configuration. An empty cacheDir is the user's.
func (m Mirror) Services(ctx context.Context, cacheDir string) (Services, error) {
	data, err := m.target(ctx, cacheDir, "signing_config.v0.2.json")
	if err != nil {
		return Services{}, err
	}
	services, err := parseServices(data, time.Now())
	if err != nil {
		return Services{}, configUnreadable("of "+m.name(), err)
	}
	return services, nil
}

func (m Mirror) name() string {
	if m.URL == "" {
		return tuf.DefaultMirror
	}
	return m.URL
}

func (m Mirror) target(ctx context.Context, cacheDir, name string) ([]byte, error) {
	refuse := func(err error) error {
		return &refusal.Refusal{Kind: refusal.Environment, Code: "trust-unreachable", Doing: "fetching " + name + " from " + m.name(), Err: err,
			Mend: "Check the network, or give a trusted root as a file to work without it."}
	}
	if cacheDir == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return nil, refuse(err)
		}
		cacheDir = filepath.Join(base, "mcpctl", "sigstore")
	}
	first := m.Root
	if m.URL == "" {
		first = tuf.DefaultRoot()
	}
	ctx, cancel := context.WithTimeout(ctx, 2*defaultTimeout)
	defer cancel()
	client, err := tuf.New(&tuf.Options{
		Root: first, RepositoryBaseURL: m.name(), CachePath: cacheDir, CacheValidity: 1, Fetcher: fetcher{ctx}, Context: ctx,
	})
	if err != nil {
		return nil, refuse(err)
	}
	data, err := client.GetTarget(name)
	if err != nil {
		return nil, refuse(err)
	}
	return data, nil
}

// fetcher is TUF's way to the network, bound to a context.
type fetcher struct{ ctx context.Context }

func (f fetcher) DownloadFile(address string, maxLength int64, _ time.Duration) ([]byte, error) {
	req, err := http.NewRequestWithContext(f.ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	resp, err := bound{f.ctx, http.DefaultTransport}.RoundTrip(req)
	if code, ok := notFound(err); ok {
		return nil, code
	}
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.ContentLength > maxLength {
		return nil, fmt.Errorf("%s has %d bytes, and %d is the most", address, resp.ContentLength, maxLength)
	}
	return readAll(resp.Body, maxLength)
}

// notFound puts an answer's status in the words that TUF ends its search for
// newer roots at.
func notFound(err error) (error, bool) {
	if err == nil {
		return nil, false
	}
	code, ok := statusOf(err)
	if !ok {
		return nil, false
	}
	return &metadata.ErrDownloadHTTP{StatusCode: code}, true
}
