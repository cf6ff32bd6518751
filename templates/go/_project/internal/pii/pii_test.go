package pii_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/pii"
)

func TestClean(t *testing.T) {
	m := pii.New()
	for text, want := range map[string]string{
		"mail jane.doe+x@mail.example.com now":                   "mail [email] now",
		"card 4111 1111 1111 1111.":                              "card [card].",
		"order 4111 1111 1111 1112":                              "order 4111 1111 1111 1112", // Luhn fails: no card
		"at 1790000000006 ms":                                    "at 1790000000006 ms",
		"pay to DE89 3704 0044 0532 0130 00":                     "pay to [iban]",
		"part DE89370400440532013001":                            "part DE89370400440532013001", // check digits fail
		"GB29NWBK60161331926819":                                 "[iban]",
		"call +49 30 1234567":                                    "call [phone]",
		"call (555) 123-4567 or 555-123-4567":                    "call [phone] or [phone]",
		"Authorization: Bearer abcdefgh12345":                    "Authorization: [token]",
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln":              "[token]",
		"ghp_0123456789abcdef0123":                               "[token]",
		"at 2026-07-28T10:00:00Z, 1234 items, v1.8.0, port 8080": "at 2026-07-28T10:00:00Z, 1234 items, v1.8.0, port 8080",
	} {
		if got := m.Clean(text); got != want {
			t.Errorf("Clean(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestHandlerMasksArguments(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(pii.New().Handler(slog.NewJSONHandler(&out, nil)))
	log.Info("call", "arguments", json.RawMessage(`{"to":"jane@example.com"}`))
	if strings.Contains(out.String(), "jane@") || !strings.Contains(out.String(), "[email]") {
		t.Errorf("log = %s", out.String())
	}
}

func TestResults(t *testing.T) {
	original := &mcp.CallToolResult{
		Content:           []mcp.Content{&mcp.TextContent{Text: "jane@example.com"}, &mcp.ImageContent{Data: []byte("jane@example.com")}},
		StructuredContent: map[string]any{"mail": []string{"jane@example.com"}, "n": 1},
	}
	results := map[string]mcp.Result{
		"tools/call":     original,
		"resources/read": &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{{Text: "jane@example.com"}}},
		"prompts/get":    &mcp.GetPromptResult{Messages: []*mcp.PromptMessage{{Content: &mcp.TextContent{Text: "jane@example.com"}}}},
	}
	handler := pii.New().Results(func(_ context.Context, method string, _ mcp.Request) (mcp.Result, error) {
		return results[method], nil
	})
	for method := range results {
		result, err := handler(t.Context(), method, nil)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(result)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(raw), "jane@") || !strings.Contains(string(raw), "[email]") {
			t.Errorf("%s = %s", method, raw)
		}
	}
	if original.Content[0].(*mcp.TextContent).Text != "jane@example.com" {
		t.Error("the original result was changed")
	}
}
