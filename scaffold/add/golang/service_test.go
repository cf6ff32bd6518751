package golang_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
)

// service is an HTTP service that keeps what it is asked.
type service struct {
	*httptest.Server
	asked chan string
}

func newService(t *testing.T) *service {
	s := &service{asked: make(chan string, 100)}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		s.asked <- fmt.Sprintf("%s %s %s%s %s", r.Method, r.RequestURI, r.Header.Get("X-Trace"), r.Header.Get("Content-Type"), body)
		switch r.URL.Path {
		case "/v1/pets":
			_, err = io.WriteString(w, `[{"id": 1, "name": "Rex", "tag": null, "more": true}]`)
		case "/v1/pets/7":
			_, err = io.WriteString(w, `{"id": 7, "name": "Rex"}`)
		case "/v1/files/large":
			// A client that takes less hangs up while this is written.
			_, _ = w.Write(make([]byte, 5<<20))
		case "/v1/files/none":
			http.Error(w, "no such file", http.StatusNotFound)
		default:
			_, err = io.WriteString(w, "a text")
		}
		assert.NoError(t, err)
	}))
	t.Cleanup(s.Close)
	return s
}

// calls checks what the added tools do when they are called.
func calls(t *testing.T, s *mcp.Session, service *service) {
	t.Helper()
	for name, tc := range map[string]struct {
		tool      string
		arguments map[string]any
		asked     string // "" when the service must not be asked
		failed    bool
		says      string
	}{
		"a bare one":       {"echo_text", map[string]any{"text": "hello"}, "", false, `"structuredContent":{"text":"hello"}`},
		"no body yet":      {"get_forecast", map[string]any{"city": "Ulm"}, "", true, "write handleGetForecast in "},
		"by the schema":    {"get_forecast", map[string]any{"city": "Ulm", "units": "kelvin"}, "", true, "units"},
		"query and header": {"get_pet", map[string]any{"petId": 7, "fields": []any{"a&b", "c"}, "X-Trace": "t"}, "GET /v1/pets/7?fields=a%26b&fields=c t ", false, `"structuredContent":{"id":7,"name":"Rex"}`},
		"a body":           {"replace-pet", map[string]any{"petId": 7, "name": "Rex", "parent": map[string]any{"name": "Max"}}, `PUT /v1/pets/7 application/json {"name":"Rex","parent":{"name":"Max"}}`, false, "Rex"},
		"a list":           {"pets.list", map[string]any{"limit": 2}, "GET /v1/pets?limit=2  ", false, `{"result":[{"id":1,"name":"Rex"}]}`},
		"left out":         {"pets.list", map[string]any{}, "GET /v1/pets  ", false, "Rex"},
		"a text":           {"read_file", map[string]any{"name": "a/b?c"}, "GET /v1/files/a%2Fb%3Fc  ", false, "a text"},
		"a way out":        {"read_file", map[string]any{"name": ".."}, "", true, "cannot be part of a path"},
		"too much":         {"read_file", map[string]any{"name": "large"}, "GET /v1/files/large  ", true, "ask for less"},
		"a refusal":        {"read_file", map[string]any{"name": "none"}, "GET /v1/files/none  ", true, "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			x := s.Call(t.Context(), "tools/call", map[string]any{"name": tc.tool, "arguments": tc.arguments})
			require.NoError(t, x.Err())
			require.Nil(t, x.RPCError())
			assert.Equal(t, tc.failed, x.Result().Get("isError").True(), "%s", x.Result())
			assert.Contains(t, x.Result().String(), tc.says)
			asked := ""
			select {
			case asked = <-service.asked:
			default: // the answer is here, so nothing more is asked
			}
			assert.Equal(t, tc.asked, asked)
		})
	}
}
