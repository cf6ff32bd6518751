//go:build unix

package attach_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/internal/realoci"
	"github.com/mcpctl/mcpctl/publish/attach"
)

// TestBlobsOfAnotherHost has blobs delivered as clouds do: by a redirect to a
// store that has to see no credentials.
func TestBlobsOfAnotherHost(t *testing.T) {
	for _, scheme := range []string{"Basic", "Bearer"} {
		t.Run(scheme, func(t *testing.T) {
			var store http.Handler
			asked, authorized := 0, 0
			elsewhere := wrapped(t, func(w http.ResponseWriter, req *http.Request) {
				asked++
				if len(req.Header["Authorization"]) > 0 {
					authorized++
				}
				req.SetBasicAuth(realoci.User, realoci.Password)
				store.ServeHTTP(w, req)
			})
			var scopes []string
			r := realoci.WithReferrers(t, realoci.Options{Private: scheme == "Basic", Wrap: func(inner http.Handler) http.Handler {
				store = inner
				redirecting := http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
					if req.Method == http.MethodGet && strings.Contains(req.URL.Path, "/blobs/") {
						http.Redirect(w, req, "http://"+elsewhere+req.URL.Path, http.StatusTemporaryRedirect)
						return
					}
					inner.ServeHTTP(w, req)
				})
				if scheme == "Bearer" {
					return bearer(&scopes, redirecting)
				}
				return redirecting
			}})
			ref := r.Image(t, "acme/echo:1.0.0", nil)
			dockerConfig(t, `{"auths":{"`+r.Host+`":{"username":"`+realoci.User+`","password":"`+realoci.Password+`"}}}`)
			everything(t, ref, asTheUser())
			assert.Positive(t, asked)
			assert.Zero(t, authorized, "credentials went along")
		})
	}
}

// faraway plays registries of the internet, none of which is asked: whatever
// host a request names, a handler of the test answers.
type faraway struct {
	handler http.Handler
	asked   []string
}

func (f *faraway) RoundTrip(req *http.Request) (*http.Response, error) {
	f.asked = append(f.asked, req.URL.Scheme+"://"+req.URL.Host)
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, req)
	resp := w.Result()
	resp.Request = req
	return resp, nil
}

func TestWhereARegistryMayNotSend(t *testing.T) {
	for name, c := range map[string]struct{ to, code string }{
		"in the clear":              {"http://store.example/blob", "oci-insecure"},
		"into the user's network":   {"https://10.0.0.1/blob", "oci-broken"},
		"to the user's machine":     {"https://localhost:8080/blob", "oci-broken"},
		"to a cloud's metadata":     {"https://169.254.169.254/latest", "oci-broken"},
		"in circles":                {"/v2/acme/echo/manifests/1.0.0", "oci-broken"},
		"in the clear to this host": {"http://127.0.0.1/blob", "oci-insecure"},
	} {
		t.Run(name, func(t *testing.T) {
			far := &faraway{handler: http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				if strings.Contains(req.URL.Path, "/manifests/") {
					w.Header().Set("Location", c.to)
					w.WriteHeader(http.StatusTemporaryRedirect)
				}
			})}
			o := quick()
			o.Transport = far
			_, err := attach.Resolve(t.Context(), "registry.example/acme/echo:1.0.0", o)
			refused(t, err, c.code)
			for _, asked := range far.asked {
				assert.Equal(t, "https://registry.example", asked)
			}
			assert.Less(t, len(far.asked), 10)
		})
	}
}

func TestPlainHTTPIsForThisMachineOnly(t *testing.T) {
	// The library takes plain HTTP for good enough within a private network.
	far := &faraway{handler: http.NotFoundHandler()}
	o := quick()
	o.Transport = far
	_, err := attach.Resolve(t.Context(), "10.0.0.5:5000/acme/echo:1.0.0", o)
	refused(t, err, "oci-insecure")
	for _, asked := range far.asked {
		assert.Equal(t, "https://10.0.0.5:5000", asked)
	}
}

func TestATokenServerInTheClear(t *testing.T) {
	far := &faraway{handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="http://tokens.example/token",service="test"`)
		w.WriteHeader(http.StatusUnauthorized)
	})}
	o := quick()
	o.Transport = far
	_, err := attach.Resolve(t.Context(), "registry.example/acme/echo:1.0.0", o)
	refused(t, err, "oci-unreachable")
	assert.NotContains(t, far.asked, "http://tokens.example")
}

// TestAnAnswerWithoutEnd reads from a registry that never stops sending.
func TestAnAnswerWithoutEnd(t *testing.T) {
	for at, code := range map[string]string{"/v2/": "oci-broken", "/v2/acme/echo/manifests/1.0.0": "oci-too-big"} {
		host := wrapped(t, func(w http.ResponseWriter, req *http.Request) {
			if req.URL.Path != at {
				return
			}
			chunk := make([]byte, 1<<20)
			for {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		})
		_, err := attach.Resolve(t.Context(), host+"/acme/echo:1.0.0", quick())
		refused(t, err, code)
	}
}
