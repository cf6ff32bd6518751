package auth_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/auth"

	"example.com/acme-server/internal/auth"
)

func accept(token, user string) sdk.TokenVerifier {
	return func(_ context.Context, got string, _ *http.Request) (*sdk.TokenInfo, error) {
		if got != token {
			return nil, sdk.ErrInvalidToken
		}
		return &sdk.TokenInfo{UserID: user, Scopes: []string{"read"}}, nil
	}
}

func TestAny(t *testing.T) {
	outage := errors.New("keys are out of reach")
	broken := func(context.Context, string, *http.Request) (*sdk.TokenInfo, error) { return nil, outage }
	verify := auth.Any(broken, accept("a", "alice"), accept("b", "bob"))

	if info, err := verify(t.Context(), "b", nil); err != nil || info.UserID != "bob" {
		t.Errorf("token of the last verifier: %v, %v", info, err)
	}
	if _, err := verify(t.Context(), "c", nil); !errors.Is(err, outage) {
		t.Errorf("unknown token while a verifier is broken: %v, want the outage", err)
	}
	if _, err := auth.Any(accept("a", "alice"))(t.Context(), "c", nil); !errors.Is(err, sdk.ErrInvalidToken) {
		t.Errorf("unknown token: %v, want ErrInvalidToken", err)
	}
}

func TestRequire(t *testing.T) {
	metadata := "https://x/.well-known/oauth-protected-resource"
	for name, test := range map[string]struct {
		authorization string
		options       sdk.RequireBearerTokenOptions
		anonymous     bool
		code          int
		challenge     string
	}{
		"good token":             {"Bearer good", sdk.RequireBearerTokenOptions{}, false, 200, ""},
		"no token":               {"", sdk.RequireBearerTokenOptions{}, false, 401, "Bearer"},
		"bad token":              {"Bearer bad", sdk.RequireBearerTokenOptions{}, false, 401, `Bearer error="invalid_token"`},
		"no token, metadata":     {"", sdk.RequireBearerTokenOptions{ResourceMetadataURL: metadata}, false, 401, `Bearer resource_metadata="` + metadata + `"`},
		"scope is missing":       {"Bearer good", sdk.RequireBearerTokenOptions{Scopes: []string{"write"}}, false, 403, `Bearer scope="write", error="insufficient_scope"`},
		"anonymous":              {"", sdk.RequireBearerTokenOptions{}, true, 200, ""},
		"anonymous with a token": {"Bearer bad", sdk.RequireBearerTokenOptions{}, true, 401, `Bearer error="invalid_token"`},
	} {
		t.Run(name, func(t *testing.T) {
			test.options.AllowMissingExpiration = true
			handler := auth.Require(accept("good", "alice"), test.options, test.anonymous)(
				http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Header.Get("Authorization") != "" {
						t.Error("the token was passed on")
					}
					if test.authorization != "" && sdk.TokenInfoFromContext(r.Context()).UserID != "alice" {
						t.Error("the caller was not passed on")
					}
				}))
			request := httptest.NewRequest(http.MethodPost, "/mcp", nil)
			if test.authorization != "" {
				request.Header.Set("Authorization", test.authorization)
			}
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, request)
			if answer.Code != test.code || answer.Header().Get("WWW-Authenticate") != test.challenge {
				t.Errorf("answer = %d, challenge %q; want %d, %q", answer.Code, answer.Header().Get("WWW-Authenticate"), test.code, test.challenge)
			}
		})
	}
}
