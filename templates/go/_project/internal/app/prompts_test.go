package app

import (
	"testing"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/prompts"
)

func TestPromptOverHTTP(t *testing.T) {
	a, _ := newApp(t)
	s := serve(t, a)
	for _, revision := range revisions {
		t.Run(revision, func(t *testing.T) {
			client := connectHTTP(t, s, revision, nil)
			res, err := client.GetPrompt(t.Context(), &mcp.GetPromptParams{Name: prompts.Review, Arguments: map[string]string{"id": "n1"}})
			if err != nil || len(res.Messages) != 2 {
				t.Fatalf("GetPrompt = %+v, %v", res, err)
			}
			_, err = client.GetPrompt(t.Context(), &mcp.GetPromptParams{Name: prompts.Review})
			if code(err) != jsonrpc.CodeInvalidParams {
				t.Errorf("error = %v, want invalid params", err)
			}
		})
	}
}
