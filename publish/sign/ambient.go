package sign

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Secret gets a secret that was given by reference.
type Secret func(context.Context) ([]byte, error)

// SecretEnv is the secret in the environment variable name.
func SecretEnv(getenv func(string) string, name string) Secret {
	return func(context.Context) ([]byte, error) {
		value := getenv(name)
		if value == "" {
			return nil, fmt.Errorf("the environment variable %s is not set", name)
		}
		return []byte(value), nil
	}
}

// SecretFile is the secret in a file, which nobody but its owner may read. A
// line end at its end, as editors write it, is not part of the secret.
func SecretFile(path string) Secret {
	return func(context.Context) ([]byte, error) {
		data, _, open, err := readPrivate(path)
		if open {
			return nil, fmt.Errorf("%w, so that others can read the secret in it; make it 0600", err)
		}
		data = bytes.TrimSuffix(data, []byte("\n"))
		return bytes.TrimSuffix(data, []byte("\r")), err
	}
}

// TokenFrom takes the token out of a secret.
func TokenFrom(secret Secret) Token {
	return func(ctx context.Context, _ string) (string, error) {
		value, err := secret(ctx)
		if err != nil {
			return "", tokenMissing(err.Error())
		}
		return string(value), nil
	}
}

// Tokens is the token that the environment offers, as CI systems do: the
// variable SIGSTORE_ID_TOKEN, as GitLab sets it, or else GitHub Actions' token
// service. It asks nobody before it is called.
func Tokens(getenv func(string) string) Token {
	return func(ctx context.Context, audience string) (string, error) {
		if token := getenv("SIGSTORE_ID_TOKEN"); token != "" {
			return token, nil
		}
		if address := getenv("ACTIONS_ID_TOKEN_REQUEST_URL"); address != "" {
			return githubToken(ctx, address, getenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN"), audience)
		}
		return "", tokenMissing("the environment offers none")
	}
}

// Ambient tells whether the environment offers a token.
func Ambient(getenv func(string) string) bool {
	return getenv("SIGSTORE_ID_TOKEN") != "" || getenv("ACTIONS_ID_TOKEN_REQUEST_URL") != ""
}

const githubTimeout = 20 * time.Second

// githubToken asks GitHub Actions' token service for a token.
func githubToken(ctx context.Context, address, bearer, audience string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, githubTimeout)
	defer cancel()
	refuse := func(err error) error {
		return &refusal.Refusal{Kind: refusal.Consent, Code: "token-missing", Doing: "asking GitHub Actions for an identity token", Err: err,
			Mend: "Give the job `permissions: id-token: write`."}
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", refuse(fmt.Errorf("ACTIONS_ID_TOKEN_REQUEST_URL is not a URL"))
	}
	query := u.Query()
	query.Set("audience", audience)
	u.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return "", refuse(err)
	}
	req.Header.Set("Authorization", "Bearer "+bearer)
	req.Header.Set("Accept", "application/json")
	resp, err := bound{ctx, http.DefaultTransport}.RoundTrip(req)
	if err != nil {
		return "", refuse(err)
	}
	defer resp.Body.Close()
	data, err := readAll(resp.Body, maxSecret)
	if err != nil {
		return "", refuse(err)
	}
	var answer struct {
		Value string `json:"value"`
	}
	if err := json.Unmarshal(data, &answer); err != nil || answer.Value == "" {
		return "", refuse(fmt.Errorf("its answer holds no token"))
	}
	return answer.Value, nil
}
