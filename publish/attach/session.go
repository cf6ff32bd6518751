package attach

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// session is one call's conversation with one repository: logged in once,
// bounded in time. Reading is done here, for digests and bounds are ours to
// check; logging in, retrying and uploading is the library's.
type session struct {
	ctx    context.Context
	cancel context.CancelFunc
	repo   name.Repository
	client *http.Client
	pause  time.Duration
}

// open logs in to repo's registry for what scope says. The caller closes.
func open(ctx context.Context, repo name.Repository, scope string, o Options) (*session, error) {
	o = o.withDefaults()
	ctx, cancel := context.WithTimeout(ctx, o.Timeout)
	auth, err := credentials(ctx, repo, o)
	if err != nil {
		cancel()
		return nil, err
	}
	var carrier http.RoundTripper = &guard{inner: o.Transport, registry: repo.RegistryStr(), patience: o.Patience}
	carrier = transport.NewRetry(carrier,
		transport.WithRetryBackoff(remote.Backoff{Duration: o.Pause, Factor: 3, Jitter: 0.1, Steps: 3}),
		transport.WithRetryStatusCodes(http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout))
	carrier = transport.NewUserAgent(carrier, o.UserAgent)
	known, err := transport.NewWithContext(ctx, repo.Registry, auth, carrier, []string{repo.Scope(scope)})
	if err != nil {
		cancel()
		return nil, err
	}
	return &session{ctx: ctx, cancel: cancel, repo: repo, client: &http.Client{Transport: known}, pause: o.Pause}, nil
}

func (s *session) close() { s.cancel() }

// credentials asks the user's Docker or Podman. A credential helper is another
// program, which may wait for a person: the time given to the call bounds it.
func credentials(ctx context.Context, repo name.Repository, o Options) (authn.Authenticator, error) {
	if o.Anonymous {
		return authn.Anonymous, nil
	}
	type found struct {
		auth authn.Authenticator
		err  error
	}
	answers := make(chan found, 1)
	go func() {
		auth, err := authn.Resolve(ctx, authn.DefaultKeychain, repo)
		answers <- found{auth, err}
	}()
	select {
	case a := <-answers:
		if a.err != nil {
			return nil, &credentialError{a.err}
		}
		return a.auth, nil
	case <-ctx.Done():
		return nil, &credentialError{ctx.Err()}
	}
}

// remote are the options with which the library goes on in this session.
func (s *session) remote() []remote.Option {
	return []remote.Option{
		remote.WithContext(s.ctx), remote.WithTransport(s.client.Transport),
		remote.WithRetryBackoff(remote.Backoff{Duration: s.pause, Factor: 3, Jitter: 0.1, Steps: 3}),
	}
}

// url is below the repository's own path.
func (s *session) url(path string) *url.URL {
	return &url.URL{Scheme: s.repo.Scheme(), Host: s.repo.RegistryStr(), Path: "/v2/" + s.repo.RepositoryStr() + "/" + path}
}

// answer is what a registry answered, read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// do sends a request without a body and reads up to limit bytes of the answer,
// whose status is one of those wanted; another is a *transport.Error.
func (s *session) do(method string, at *url.URL, accept string, limit int64, want ...int) (*answer, error) {
	req, err := http.NewRequestWithContext(s.ctx, method, at.String(), nil)
	if err != nil {
		return nil, err
	}
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if err := transport.CheckError(resp, want...); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > limit {
		return nil, fmt.Errorf("%s of %s: %w (%d bytes)", method, at.Path, errTooBig, limit)
	}
	return &answer{status: resp.StatusCode, header: resp.Header, body: body}, nil
}

// manifest is a manifest or an index with its media type and digest, computed
// from its bytes: what a registry says in a header is not what it sends.
type manifest struct {
	raw       []byte
	mediaType types.MediaType
	digest    string
}

const manifestTypes = string(types.OCIImageIndex) + "," + string(types.DockerManifestList) + "," + string(types.OCIManifestSchema1) + "," + string(types.DockerManifestSchema2)

func (s *session) manifest(tagOrDigest string) (*manifest, error) {
	got, err := s.do(http.MethodGet, s.url("manifests/"+tagOrDigest), manifestTypes, maxManifest, http.StatusOK)
	if err != nil {
		return nil, err
	}
	digest := digestOf(got.body)
	if strings.HasPrefix(tagOrDigest, "sha256:") && digest != tagOrDigest {
		return nil, &tamperedError{want: tagOrDigest, got: digest}
	}
	mediaType, _, _ := strings.Cut(got.header.Get("Content-Type"), ";")
	return &manifest{raw: got.body, mediaType: types.MediaType(strings.TrimSpace(mediaType)), digest: digest}, nil
}

func (s *session) blob(digest string, limit int64) ([]byte, error) {
	got, err := s.do(http.MethodGet, s.url("blobs/"+digest), "", limit, http.StatusOK)
	if err != nil {
		return nil, err
	}
	if sent := digestOf(got.body); sent != digest {
		return nil, &tamperedError{want: digest, got: sent}
	}
	return got.body, nil
}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}
