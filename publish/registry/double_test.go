package registry_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// seen is a request as the double got it.
type seen struct {
	method, path, query, auth, contentType string
	body                                   string
}

// double is the HTTP surface of a registry that fails on purpose.
type double struct {
	*httptest.Server
	mu   sync.Mutex
	seen []seen
}

// serve starts a double, which is over with the test.
func serve(t *testing.T, h http.HandlerFunc) *double {
	t.Helper()
	d := &double{}
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // a request that breaks off is one of the failures
		d.mu.Lock()
		d.seen = append(d.seen, seen{r.Method, r.URL.EscapedPath(), r.URL.RawQuery, r.Header.Get("Authorization"), r.Header.Get("Content-Type"), string(body)})
		d.mu.Unlock()
		h(w, r)
	}))
	t.Cleanup(d.Close)
	return d
}

func (d *double) requests() []seen {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]seen(nil), d.seen...)
}

// client is one that loses no time.
func (d *double) client(t *testing.T, o registry.Options) *registry.Client {
	t.Helper()
	if o.Pause == 0 {
		o.Pause = time.Millisecond
	}
	c, err := registry.New(d.URL, o)
	require.NoError(t, err)
	return c
}

// answers gives the same answer to everything.
func answers(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

const (
	echo     = `{"$schema":"https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json","name":"io.github.acme/echo","description":"d","version":"1.0.0"}`
	echoMeta = `{"io.modelcontextprotocol.registry/official":{"status":"deprecated","statusMessage":"use 2","statusChangedAt":"2026-01-03T00:00:00Z","publishedAt":"2026-01-02T03:04:05Z","updatedAt":"2026-01-03T00:00:00Z","isLatest":true}}`
	echoPage = `{"server":` + echo + `,"_meta":` + echoMeta + `}`
)

// refused asserts a refusal of that code which says what was done and how to mend it.
func refused(t *testing.T, err error, code string) *refusal.Refusal {
	t.Helper()
	require.Error(t, err)
	r, ok := refusal.Of(err)
	require.True(t, ok, "not a refusal: %v", err)
	assert.Equal(t, code, r.Code, "%v", err)
	assert.NotEmpty(t, r.Doing)
	assert.NotEmpty(t, r.Mend)
	assert.NotZero(t, r.Kind)
	return r
}

func problem(detail string, messages ...string) string {
	type field struct {
		Message  string `json:"message"`
		Location string `json:"location,omitempty"`
		Value    any    `json:"value,omitempty"`
	}
	var fields []field
	for _, m := range messages {
		fields = append(fields, field{Message: m})
	}
	b, _ := json.Marshal(map[string]any{"title": "T", "status": 400, "detail": detail, "errors": fields}) // strings only
	return string(b)
}
