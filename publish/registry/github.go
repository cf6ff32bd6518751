package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// GitHubToken logs in with a token of GitHub. A classic personal token with
// read:org proves the ownership of organisations too.
type GitHubToken struct {
	// Token is the token, a secret.
	Token string
}

// Name is the method's name in the API.
func (GitHubToken) Name() string { return "github-at" }

func (m GitHubToken) proof(context.Context, *Client) (proof, error) {
	token, err := given(m.Token, "a GitHub token")
	if err != nil {
		return proof{}, err
	}
	return githubProof(token), nil
}

func githubProof(token string) proof {
	return proof{map[string]string{"github_token": token}, []string{token},
		"Does the token still live? For an organisation it must be a classic one with read:org, of an owner."}
}

// GitHub is where GitHub is, for the device flow.
const GitHub = "https://github.com"

// The bounds of the device flow: GitHub says how long to wait, within these.
const (
	maxDeviceLife = time.Hour
	deviceLife    = 15 * time.Minute
	maxInterval   = 60 // seconds
)

// DevicePrompt is what a user must do: open the URL and enter the code there.
type DevicePrompt struct {
	URL, Code string
	Expires   time.Time
}

// GitHubDevice logs in by a code that the user enters at GitHub in a browser. It
// proves the user's own name, but no organisation's: the registry's app cannot
// read roles.
type GitHubDevice struct {
	// Prompt shows the user what to do. It must not block.
	Prompt func(DevicePrompt)
	// Base is where GitHub is; GitHub without one.
	Base string
}

// Name is the method's name in the API.
func (GitHubDevice) Name() string { return "github-at" }

func (m GitHubDevice) proof(ctx context.Context, c *Client) (proof, error) {
	const doing = "logging in with GitHub"
	base, err := address(or(m.Base, GitHub))
	if err != nil {
		return proof{}, err
	}
	var health struct {
		ClientID string `json:"github_client_id"`
	}
	if err := c.read(ctx, "asking "+c.base.Host+" for its app at GitHub", nil, &health, MaxProblem, "health"); err != nil {
		return proof{}, err
	}
	if health.ClientID == "" {
		return proof{}, unsupported(doing, m)
	}
	config := oauth2.Config{ClientID: health.ClientID, Scopes: []string{"read:org", "read:user"}, Endpoint: oauth2.Endpoint{
		DeviceAuthURL: base.String() + "/login/device/code", TokenURL: base.String() + "/login/oauth/access_token", AuthStyle: oauth2.AuthStyleInParams,
	}}
	ctx = context.WithValue(ctx, oauth2.HTTPClient, c.elsewhere())
	device, err := config.DeviceAuth(ctx)
	if err != nil {
		return proof{}, githubFailed(ctx, doing, err)
	}
	if err := c.sane(device, base); err != nil {
		return proof{}, githubFailed(ctx, doing, err)
	}
	m.Prompt(DevicePrompt{device.VerificationURI, device.UserCode, device.Expiry})
	token, err := awaitDevice(ctx, &config, device)
	if err != nil {
		return proof{}, githubFailed(ctx, doing, err)
	}
	return githubProof(token), nil
}

// elsewhere is a client for what is not the registry: with the same transport,
// bounded in time, and without redirects.
func (c *Client) elsewhere() *http.Client {
	return &http.Client{Transport: c.http.Transport, Timeout: c.timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// sane bounds what GitHub says of the flow, and refuses what would send the user
// to another place.
func (c *Client) sane(device *oauth2.DeviceAuthResponse, base *url.URL) error {
	page, err := url.Parse(device.VerificationURI)
	if err != nil || page.Scheme != base.Scheme || page.Host != base.Host || device.UserCode == "" || device.DeviceCode == "" {
		return fmt.Errorf("%s answered without a code and a page of its own to enter it", base.Host)
	}
	now := c.now()
	if device.Expiry.IsZero() {
		device.Expiry = now.Add(deviceLife)
	}
	if latest := now.Add(maxDeviceLife); device.Expiry.After(latest) {
		device.Expiry = latest
	}
	if device.Interval <= 0 {
		device.Interval = 5 // RFC 8628 section 3.2
	}
	device.Interval = min(device.Interval, maxInterval)
	return nil
}

// awaitDevice waits for the user. A server's passing error must not end a login
// that the user may have agreed to already.
func awaitDevice(ctx context.Context, config *oauth2.Config, device *oauth2.DeviceAuthResponse) (string, error) {
	for passing := 0; ; passing++ {
		token, err := config.DeviceAccessToken(ctx, device)
		var answered *oauth2.RetrieveError
		if errors.As(err, &answered) && answered.Response != nil && answered.Response.StatusCode >= 500 && passing < 3 {
			continue
		}
		if err != nil {
			return "", err
		}
		return token.AccessToken, nil
	}
}

func githubFailed(ctx context.Context, doing string, err error) error {
	r := &refusal.Refusal{Kind: refusal.Environment, Code: "github-unreachable", Doing: doing, Err: err, Mend: "Run the same command again; with --token-env it goes without GitHub's page."}
	var answered *oauth2.RetrieveError
	var outer *url.Error
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", doing, context.Cause(ctx))
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &answered) && answered.ErrorCode == "expired_token":
		r.Kind, r.Code, r.Why, r.Err = refusal.Consent, "login-expired", "the code was not entered in time", nil
		r.Mend = "Run the same command again."
	case answered != nil && answered.ErrorCode == "access_denied":
		r.Kind, r.Code, r.Why, r.Err = refusal.Consent, "login-refused", "it was refused at GitHub", nil
		r.Mend = "Run the same command again, and agree there."
	case answered != nil && answered.ErrorCode != "":
		r.Why, r.Err = clip(answered.ErrorCode+" "+answered.ErrorDescription), nil
	case answered != nil && answered.Response != nil:
		r.Why, r.Err = fmt.Sprintf("GitHub answered %d", answered.Response.StatusCode), nil
	case errors.As(err, &outer):
		r.Err = outer.Err
	}
	return r
}

// GitHubOIDC logs in as the workflow of GitHub Actions that this runs in.
type GitHubOIDC struct {
	// Getenv reads the environment, of which Actions is known.
	Getenv func(string) string
}

// Name is the method's name in the API.
func (GitHubOIDC) Name() string { return "github-oidc" }

func (m GitHubOIDC) proof(ctx context.Context, c *Client) (proof, error) {
	token, err := c.actionsToken(ctx, m.Getenv)
	if err != nil {
		return proof{}, err
	}
	return proof{map[string]string{"oidc_token": token}, []string{token},
		"The registry must expect the audience " + c.Audience() + "; the token grants io.github.OWNER/* of the repository's owner."}, nil
}

// actionsToken asks Actions for an identity token that is meant for this
// registry alone.
func (c *Client) actionsToken(ctx context.Context, getenv func(string) string) (string, error) {
	const doing = "asking GitHub Actions for an identity token"
	asked, secret := getenv("ACTIONS_ID_TOKEN_REQUEST_URL"), getenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
	if asked == "" || secret == "" {
		return "", &refusal.Refusal{Kind: refusal.Consent, Code: "token-missing", Doing: doing, Why: "the environment does not offer one",
			Mend: "This works in GitHub Actions, in a job with the permission `id-token: write`."}
	}
	failed := func(why string) error {
		return &refusal.Refusal{Kind: refusal.Environment, Code: "github-unreachable", Doing: doing, Why: redact.New(secret).String(why), Mend: "Run the job again."}
	}
	u, err := url.Parse(asked)
	if err != nil || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		return "", failed("ACTIONS_ID_TOKEN_REQUEST_URL is no https address")
	}
	q := u.Query()
	q.Set("audience", c.Audience())
	u.RawQuery = q.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return "", failed("ACTIONS_ID_TOKEN_REQUEST_URL is no address")
	}
	r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(secret))
	r.Header.Set("Accept", "application/json")
	resp, err := c.elsewhere().Do(r)
	if err != nil {
		var outer *url.Error
		if errors.As(err, &outer) {
			err = outer.Err
		}
		return "", failed(err.Error())
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxProblem))
	var w struct{ Value string }
	switch {
	case resp.StatusCode != http.StatusOK:
		return "", failed(fmt.Sprintf("it answered %d", resp.StatusCode))
	case err != nil || json.Unmarshal(body, &w) != nil || !printable(w.Value):
		return "", failed("its answer holds no token")
	}
	return w.Value, nil
}
