package app

import (
	"context"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func TestSampling(t *testing.T) {
	a, _ := newApp(t)
	s := serve(t, a)
	for _, revision := range []string{"2025-11-25", "2026-07-28"} {
		t.Run(revision, func(t *testing.T) {
			client := connectHTTP(t, s, revision, &mcp.ClientOptions{
				CreateMessageHandler: func(context.Context, *mcp.CreateMessageRequest) (*mcp.CreateMessageResult, error) {
					return &mcp.CreateMessageResult{Model: "small", Role: "assistant", Content: &mcp.TextContent{Text: "It welcomes."}}, nil
				},
			})
			out := call(t, client, "summarise_note", map[string]any{"id": "n1"}).StructuredContent.(map[string]any)
			if out["summary"] != "It welcomes." || out["model"] != "small" {
				t.Errorf("result = %v", out)
			}
		})
	}
	if res := call(t, connectHTTP(t, s, "2025-11-25", nil), "summarise_note", map[string]any{"id": "n1"}); !res.IsError {
		t.Error("a client without sampling is not refused")
	}
}

func TestRoots(t *testing.T) {
	a, _ := newApp(t)
	client := newClient(nil)
	client.AddRoots(&mcp.Root{URI: "file:///work"})
	ct, st := mcp.NewInMemoryTransports()
	if _, err := a.Server.Connect(t.Context(), st, nil); err != nil {
		t.Fatal(err)
	}
	session, err := client.Connect(t.Context(), ct, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	roots := call(t, session, "list_roots", map[string]any{}).StructuredContent.(map[string]any)["roots"].([]any)
	if len(roots) != 1 || roots[0] != "file:///work" {
		t.Errorf("roots = %v", roots)
	}
}

func TestLogLevels(t *testing.T) {
	a, _ := newApp(t)
	client := connectHTTP(t, serve(t, a), "2025-11-25", nil)
	if err := client.SetLoggingLevel(t.Context(), &mcp.SetLoggingLevelParams{Level: "warning"}); err != nil {
		t.Error(err)
	}
	if err := client.SetLoggingLevel(t.Context(), &mcp.SetLoggingLevelParams{Level: "loud"}); err == nil {
		t.Error("a level that does not exist is accepted")
	}
}
