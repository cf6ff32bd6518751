package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func TestCountWords(t *testing.T) {
	ct, st := mcp.NewInMemoryTransports()
	if _, err := newServer().Connect(t.Context(), st, nil); err != nil {
		t.Fatal(err)
	}
	client := connect(t, ct, "")

	res := call(t, client, "to be\nor not")
	if got := res.StructuredContent.(map[string]any); got["words"] != 4.0 || got["lines"] != 2.0 {
		t.Errorf("result = %v, want 4 words on 2 lines", got)
	}
	if res := call(t, client, ""); !res.IsError || !strings.Contains(res.Content[0].(*mcp.TextContent).Text, "pass the text") {
		t.Errorf("result = %+v, want an error that says what to do", res)
	}
}

func TestBothErasOverHTTP(t *testing.T) {
	server := httptest.NewServer(handler(newServer()))
	defer server.Close()
	for _, revision := range []string{"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"} {
		t.Run(revision, func(t *testing.T) {
			client := connect(t, &mcp.StreamableClientTransport{Endpoint: server.URL + "/mcp"}, revision)
			defer client.Close()
			if got := client.InitializeResult().ProtocolVersion; got != revision {
				t.Errorf("the server speaks %s", got)
			}
			if res := call(t, client, "one two"); res.IsError {
				t.Errorf("result = %+v", res)
			}
		})
	}
}

func TestForeignOrigin(t *testing.T) {
	server := httptest.NewServer(handler(newServer()))
	defer server.Close()
	for origin, want := range map[string]int{server.URL: http.StatusBadRequest, "https://evil.example": http.StatusForbidden} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/mcp", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Origin", origin)
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("from %s: status %d, want %d", origin, res.StatusCode, want)
		}
	}
}

func connect(t *testing.T, transport mcp.Transport, revision string) *mcp.ClientSession {
	t.Helper()
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil)
	session, err := client.Connect(context.Background(), transport, &mcp.ClientSessionOptions{ProtocolVersion: revision})
	if err != nil {
		t.Fatal(err)
	}
	return session
}

func call(t *testing.T, client *mcp.ClientSession, text string) *mcp.CallToolResult {
	t.Helper()
	res, err := client.CallTool(t.Context(), &mcp.CallToolParams{Name: "count_words", Arguments: map[string]any{"text": text}})
	if err != nil {
		t.Fatal(err)
	}
	return res
}
