package app

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// revisions are all that the server speaks.
var revisions = []string{"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"}

func TestEveryRevisionOverHTTP(t *testing.T) {
	a, _ := newAppWithTools(t)
	s := serve(t, a)
	for _, revision := range revisions {
		t.Run(revision, func(t *testing.T) {
			client := connectHTTP(t, s, revision, nil)
			if got := client.InitializeResult().ProtocolVersion; got != revision {
				t.Fatalf("the server speaks %s", got)
			}
			res := call(t, client, reading, question("welcome"))
			if res.IsError {
				t.Errorf("result = %s", text(res))
			}
		})
	}
}

func TestInMemory(t *testing.T) {
	a, _ := newAppWithTools(t)
	client := connect(t, a, nil)
	if res := call(t, client, writing, addition("Milk", "two bottles")); res.IsError {
		t.Errorf("result = %s", text(res))
	}
	if res := call(t, client, reading, question("milk")); !strings.Contains(text(res), "two bottles") {
		t.Errorf("result = %s", text(res))
	}
}

func TestOnlyDeclaredFeatures(t *testing.T) {
	a, _ := newApp(t)
	client := connect(t, a, nil)
	caps := client.InitializeResult().Capabilities
	if got, want := caps.Logging != nil, slices.Contains(features(), "logging"); got != want {
		t.Errorf("logging is declared: %v, want %v", got, want)
	}
	listed, err := client.ListResources(t.Context(), nil)
	if got, want := err == nil, slices.Contains(features(), "resources"); got != want && !added(t, client, listed) {
		t.Errorf("resources/list is served: %v, want %v (%v)", got, want, err)
	}
}

// added tells whether resources were added to a project without that feature.
func added(t *testing.T, client *mcp.ClientSession, listed *mcp.ListResourcesResult) bool {
	templates, err := client.ListResourceTemplates(t.Context(), nil)
	return listed != nil && len(listed.Resources) > 0 || err == nil && len(templates.ResourceTemplates) > 0
}

// A panic costs one answer, and its text stays within.
func TestPanic(t *testing.T) {
	a, log := newApp(t)
	mcp.AddTool(a.Server, &mcp.Tool{Name: "boom"}, func(context.Context, *mcp.CallToolRequest, struct{}) (*mcp.CallToolResult, any, error) {
		panic("the password is hunter2")
	})
	client := connect(t, a, nil)
	_, err := client.CallTool(t.Context(), &mcp.CallToolParams{Name: "boom"})
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("error = %v, want one that tells nothing", err)
	}
	if !strings.Contains(log.String(), "a request panicked") {
		t.Error("the log does not tell of the panic")
	}
	if err := client.Ping(t.Context(), nil); err != nil {
		t.Errorf("the server is gone: %v", err)
	}
}

// What a stranger may try over HTTP, and how it is refused.
func TestHostileHTTP(t *testing.T) {
	a, _ := newApp(t, "MCP_HTTP_MAX_BODY=1000", "MCP_HTTP_ORIGINS=https://friend.example")
	s := serve(t, a)
	const (
		ping = `{"jsonrpc":"2.0","id":1,"method":"ping"}`
		meta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`
		list = `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{` + meta + `}}`
	)
	modern := func(more ...string) map[string]string {
		h := map[string]string{"MCP-Protocol-Version": "2026-07-28"}
		for i := 0; i < len(more); i += 2 {
			h[more[i]] = more[i+1]
		}
		return h
	}
	tests := map[string]struct {
		body   string
		header map[string]string
		want   int
	}{
		"proper":              {list, modern("Mcp-Method", "tools/list"), http.StatusOK},
		"friendly origin":     {list, modern("Mcp-Method", "tools/list", "Origin", "https://friend.example"), http.StatusOK},
		"foreign origin":      {ping, map[string]string{"Origin": "https://evil.example"}, http.StatusForbidden},
		"foreign host":        {ping, map[string]string{"Host": "evil.example"}, http.StatusForbidden},
		"oversize body":       {`{"x":"` + strings.Repeat("x", 1000) + `"}`, nil, http.StatusRequestEntityTooLarge},
		"bad session":         {ping, map[string]string{"Mcp-Session-Id": "guess"}, http.StatusNotFound},
		"bad version":         {ping, map[string]string{"MCP-Protocol-Version": "1999-01-01"}, http.StatusBadRequest},
		"wrong content type":  {ping, map[string]string{"Content-Type": "text/plain"}, http.StatusUnsupportedMediaType},
		"batch, no such":      {"[" + list + "]", modern("Mcp-Method", "tools/list"), http.StatusBadRequest},
		"missing Mcp-Method":  {list, modern(), http.StatusBadRequest},
		"mismatch":            {list, modern("Mcp-Method", "prompts/list"), http.StatusBadRequest},
		"broken Mcp-Name":     {list, modern("Mcp-Method", "tools/list", "Mcp-Name", "=?base64?!?="), http.StatusBadRequest},
		"unknown method":      {strings.Replace(list, "tools/list", "no/such", 1), modern("Mcp-Method", "no/such"), http.StatusNotFound},
		"no JSON":             {"{", nil, http.StatusBadRequest},
		"nothing at all":      {"", nil, http.StatusBadRequest},
		"Accept without both": {ping, map[string]string{"Accept": "text/html"}, http.StatusBadRequest},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := post(t, s, test.body, test.header).StatusCode; got != test.want {
				t.Errorf("status = %d, want %d", got, test.want)
			}
		})
	}
}

// Host names that are not the server's are refused beyond loopback too.
func TestHosts(t *testing.T) {
	a, _ := newApp(t, "MCP_HTTP_HOSTS=mcp.example.com")
	s := serve(t, a)
	const initialize = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`
	if got := post(t, s, initialize, nil).StatusCode; got != http.StatusForbidden {
		t.Errorf("status = %d for the wrong host, want 403", got)
	}
}

// Before 2026-07-28 a missing resource had a code of its own.
func TestErrorCodesOfTheEras(t *testing.T) {
	a, _ := newApp(t)
	s := serve(t, a)
	for revision, want := range map[string]int64{"2025-11-25": -32002, "2026-07-28": jsonrpc.CodeInvalidParams} {
		client := connectHTTP(t, s, revision, nil)
		if _, err := client.ListResources(t.Context(), nil); err != nil {
			want = jsonrpc.CodeMethodNotFound // this server has no resources
		}
		_, err := client.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: "notes://nowhere"})
		if got := code(err); got != want {
			t.Errorf("in %s the code is %d, want %d (%v)", revision, got, want, err)
		}
	}
}
