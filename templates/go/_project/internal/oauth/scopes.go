package oauth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/auth"
)

// Scopes returns an HTTP wrapper that answers a request whose token lacks a
// scope for the tool that it calls with 403 and a challenge that names the
// scopes, so that the client can ask its user for more ("step-up"). It belongs
// inside the check of tokens. maxBody is in bytes.
func (r *Resource) Scopes(maxBody int64) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		if len(r.cfg.ToolScopes) == 0 {
			return next
		}
		return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
			if request.Method != http.MethodPost {
				next.ServeHTTP(w, request)
				return
			}
			// The header that names the tool is not to be trusted in the handshake
			// era, so the body is read; it goes on as it came.
			body, err := io.ReadAll(http.MaxBytesReader(w, request.Body, maxBody))
			if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
				http.Error(w, fmt.Sprintf("request body exceeds %d bytes", tooLarge.Limit), http.StatusRequestEntityTooLarge)
				return
			} else if err != nil {
				http.Error(w, "the request body could not be read", http.StatusBadRequest)
				return
			}
			request.Body = io.NopCloser(bytes.NewReader(body))

			info := auth.TokenInfoFromContext(request.Context())
			wanted := r.wanted(body)
			if missing(info, wanted) {
				r.challenge(w, info, wanted)
				return
			}
			next.ServeHTTP(w, request)
		})
	}
}

// wanted returns the scopes for all calls in a body: one message or, as one of
// the old revisions allows, a list of them.
func (r *Resource) wanted(body []byte) []string {
	type message struct {
		Method string `json:"method"`
		Params struct {
			Name string `json:"name"`
		} `json:"params"`
	}
	var messages []message
	if json.Unmarshal(body, &messages) != nil {
		var one message
		if json.Unmarshal(body, &one) != nil {
			return nil // no call; the SDK says what is wrong with it
		}
		messages = []message{one}
	}
	var scopes []string
	for _, m := range messages {
		if m.Method == "tools/call" {
			scopes = append(scopes, strings.Fields(r.cfg.ToolScopes[m.Params.Name])...)
		}
	}
	return scopes
}

func missing(info *auth.TokenInfo, wanted []string) bool {
	return slices.ContainsFunc(wanted, func(scope string) bool {
		return info == nil || !slices.Contains(info.Scopes, scope)
	})
}

// challenge names all scopes that the call takes, also those that the token
// has: clients ask for exactly what they are told.
func (r *Resource) challenge(w http.ResponseWriter, info *auth.TokenInfo, wanted []string) {
	scopes := append(slices.Clone(r.cfg.Scopes), wanted...)
	slices.Sort(scopes)
	challenge := fmt.Sprintf("Bearer resource_metadata=%q, scope=%q", r.MetadataURL(), strings.Join(slices.Compact(scopes), " "))
	if info == nil {
		w.Header().Set("WWW-Authenticate", challenge)
		http.Error(w, "this call takes a token", http.StatusUnauthorized)
		return
	}
	w.Header().Set("WWW-Authenticate", challenge+`, error="insufficient_scope", error_description="this call takes more scopes"`)
	http.Error(w, "insufficient scope", http.StatusForbidden)
}
