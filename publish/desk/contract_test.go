//go:build unix

package desk_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realregistry"
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/desk"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// behaviour is what registries do when they are asked these things in turn. The
// steps say which answer both have to give; that the rest of the answers means
// the same is compared.
type behaviour struct {
	name  string
	steps []step
	// respelled says that names stand there in another case, which the registry
	// mends and a digest does not.
	respelled bool
}

// step is one request. In its texts NAME stands for a server's name that no
// other behaviour uses, PATH for the same in a path, and SCHEMA for the current
// $schema.
type step struct {
	ask    string // method and path behind /v0.1, or with ~ in front the whole path
	body   string
	as     string // whose token, "" is the owner's
	kind   string // content type, "" is JSON
	status int
	says   string // part of both answers
}

// place is a registry under test.
type place struct {
	url string
	realregistry.Minter
}

// theDesk serves a new folder.
func theDesk(t *testing.T, o desk.Options) (place, *desk.Store) {
	t.Helper()
	store, err := desk.Create(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, store.Close()) })
	o.Seed = []byte("a seed of thirty-two bytes, here")
	server := httptest.NewServer(desk.Handler(store, o))
	t.Cleanup(server.Close)
	return place{server.URL, realregistry.NewMinter(o.Seed)}, store
}

// TestTheDeskBehavesAsTheOfficialRegistry asks the same of both.
func TestTheDeskBehavesAsTheOfficialRegistry(t *testing.T) {
	official := realregistry.Start(t, realregistry.Options{})
	embedded, _ := theDesk(t, desk.Options{})
	names := map[string]bool{}
	for i, b := range behaviours() {
		require.False(t, names[b.name], "two behaviours are called %s", b.name)
		names[b.name] = true
		t.Run(b.name, func(t *testing.T) {
			for _, s := range b.steps {
				s = s.named(fmt.Sprintf("com.example/case%d-server", i))
				theirs := s.run(t, place{official.URL, official.Minter})
				ours := s.run(t, embedded)
				what := clip(s.ask + " " + s.as + " " + s.body)
				assert.Equal(t, s.status, theirs.status, "the official registry: %s\n%s", what, clip(theirs.body))
				assert.Equal(t, s.status, ours.status, "the desk: %s\n%s", what, clip(ours.body))
				assert.Contains(t, theirs.body, s.says, "the official registry: %s", what)
				assert.Contains(t, ours.body, s.says, "the desk: %s", what)
				assert.Equal(t, theirs.meaning(t), ours.meaning(t), "%s\nofficial: %s\ndesk: %s", what, clip(theirs.body), clip(ours.body))
				if !b.respelled && strings.HasPrefix(s.ask, "P") {
					s.keepsItsDigest(t, theirs)
				}
			}
		})
	}
}

// keepsItsDigest: what the official registry gives back has the digest of what
// was sent, if readers agree on what that says.
func (s step) keepsItsDigest(t *testing.T, given answer) {
	t.Helper()
	var e registry.Entry
	sent, err := attest.Digest([]byte(s.body))
	if err != nil || given.status != http.StatusOK || json.Unmarshal([]byte(given.body), &e) != nil {
		return
	}
	got, err := attest.Digest(e.Server)
	require.NoError(t, err)
	if !strings.Contains(s.ask, "/status") {
		assert.Equal(t, sent, got, "%s\n%s", clip(s.body), clip(given.body))
	}
}

func (s step) named(name string) step {
	r := strings.NewReplacer("NAME", name, "PATH", strings.ReplaceAll(name, "/", "%2F"), "SCHEMA", schema)
	s.ask, s.body, s.says = r.Replace(s.ask), r.Replace(s.body), r.Replace(s.says)
	return s
}

func clip(text string) string {
	if len(text) > 600 {
		return text[:600] + "…"
	}
	return text
}

const schema = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"

// token is the one of whom the step names.
func (s step) token(m realregistry.Minter) string {
	may := realregistry.Permission{Action: "publish", Resource: "com.example/*"}
	switch s.as {
	case "":
		return "Bearer " + m.Publisher("com.example/*")
	case "expired":
		return "Bearer " + m.MintFor(-time.Second, may)
	case "foreign":
		return "Bearer " + m.MintForeign(may)
	case "stranger":
		return "Bearer " + m.Publisher("com.other/*", "io.github.other/*")
	case "editor":
		return "Bearer " + m.Mint(realregistry.Permission{Action: "edit", Resource: "com.example/*"})
	case "publisher":
		return "Bearer " + m.Mint(may)
	case "exact":
		return "Bearer " + m.Publisher("com.example/only-this")
	case "powerless":
		return "Bearer " + m.Mint()
	case "lower case":
		return "bearer " + m.Publisher("com.example/*")
	}
	return s.as
}

// answer is what came back.
type answer struct {
	status    int
	mediaType string
	location  string
	body      string
}

func (s step) run(t *testing.T, p place) answer {
	t.Helper()
	method, path, _ := strings.Cut(s.ask, " ")
	var body io.Reader
	if s.body != "" {
		body = strings.NewReader(s.body)
	}
	if outside, ok := strings.CutPrefix(path, "~"); ok {
		path = outside
	} else {
		path = "/v0.1" + path
	}
	req, err := http.NewRequestWithContext(t.Context(), method, p.url+path, body)
	require.NoError(t, err)
	if s.as != "nobody" {
		req.Header.Set("Authorization", s.token(p.Minter))
	}
	switch {
	case s.kind != "" && s.kind != "none":
		req.Header.Set("Content-Type", s.kind)
	case s.body != "" && s.kind == "":
		req.Header.Set("Content-Type", "application/json")
	}
	stay := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := stay.Do(req)
	require.NoError(t, err)
	defer func() { assert.NoError(t, resp.Body.Close()) }()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	kind, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	return answer{resp.StatusCode, kind, resp.Header.Get("Location"), string(text)}
}

// meaning is an answer without what may differ: times, tokens, and the words of
// a refusal, of which the places stay.
func (a answer) meaning(t *testing.T) any {
	t.Helper()
	if a.status >= 300 && a.status < 400 {
		return a.location
	}
	if a.body == "" {
		return a.mediaType
	}
	var v any
	require.NoError(t, json.Unmarshal([]byte(a.body), &v), a.body)
	if a.status < 400 {
		return timeless(v)
	}
	said := v.(map[string]any)
	var places []string
	errors, _ := said["errors"].([]any)
	for _, e := range errors {
		if at, ok := e.(map[string]any)["location"].(string); ok {
			places = append(places, at)
		}
	}
	// Where the official registry only refers to its validation, the desk tells.
	if detail, _ := said["detail"].(string); strings.Contains(detail, "call /validate") {
		places = nil
	}
	slices.Sort(places)
	return map[string]any{"title": said["title"], "status": said["status"], "places": slices.Compact(places)}
}

// timeless takes out of a result what is never twice the same, after it has seen
// that it is there and of the right kind.
func timeless(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			switch name {
			case "publishedAt", "updatedAt", "statusChangedAt":
				_, err := time.Parse(time.RFC3339Nano, fmt.Sprint(value))
				v[name] = err == nil
			case "registry_token", "expires_at":
				v[name] = fmt.Sprintf("%T", value)
			case "message", "reference", "type": // of an issue; words are one's own
				if _, issue := v["severity"]; issue {
					delete(v, name)
				}
			default:
				v[name] = timeless(value)
			}
		}
	case []any:
		for i := range v {
			v[i] = timeless(v[i])
		}
	}
	return v
}
