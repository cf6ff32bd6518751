package calls_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/calls"
)

func TestTarget(t *testing.T) {
	for _, test := range []struct {
		method, kind, name string
		req                mcp.Request
	}{
		{"tools/call", calls.Tool, "echo", &mcp.CallToolRequest{Params: &mcp.CallToolParamsRaw{Name: "echo"}}},
		{"resources/read", calls.Resource, "a://b", &mcp.ReadResourceRequest{Params: &mcp.ReadResourceParams{URI: "a://b"}}},
		{"resources/subscribe", calls.Resource, "a://b", &mcp.SubscribeRequest{Params: &mcp.SubscribeParams{URI: "a://b"}}},
		{"prompts/get", calls.Prompt, "p", &mcp.GetPromptRequest{Params: &mcp.GetPromptParams{Name: "p"}}},
		{"completion/complete", calls.Prompt, "p", &mcp.CompleteRequest{Params: &mcp.CompleteParams{Ref: &mcp.CompleteReference{Type: "ref/prompt", Name: "p"}}}},
		{"completion/complete", calls.Resource, "a://{x}", &mcp.CompleteRequest{Params: &mcp.CompleteParams{Ref: &mcp.CompleteReference{Type: "ref/resource", URI: "a://{x}"}}}},
		{"completion/complete", "", "", &mcp.CompleteRequest{Params: &mcp.CompleteParams{}}},
		{"tools/list", "", "", &mcp.ListToolsRequest{}},
	} {
		if kind, name := calls.Target(test.req); kind != test.kind || name != test.name {
			t.Errorf("Target(%s) = %q, %q; want %q, %q", test.method, kind, name, test.kind, test.name)
		}
	}
}

func TestIsWork(t *testing.T) {
	if !calls.IsWork("tools/call") || calls.IsWork("tools/list") || calls.IsWork("subscriptions/listen") {
		t.Error("tools/call is work, tools/list and subscriptions/listen are not")
	}
}

func TestRefusal(t *testing.T) {
	err := calls.Refusal{Code: calls.CodeRateLimited, Reason: "rate_limited", Message: "too many", RetryAfter: 1500 * time.Millisecond}.Err()
	var data map[string]any
	if e := json.Unmarshal(err.Data, &data); e != nil {
		t.Fatal(e)
	}
	if err.Code != -31429 || data["retryAfterMs"] != 1500.0 || data["reason"] != "rate_limited" {
		t.Errorf("refusal = %d %s", err.Code, err.Data)
	}
	if _, has := data["hint"]; has {
		t.Errorf("an empty hint was sent: %s", err.Data)
	}
}

// Failed must give what the SDK would have given, in both eras.
func TestFailed(t *testing.T) {
	for revision, want := range map[string]string{
		"2025-11-25": `{"content":[{"type":"text","text":"no"}],"isError":true}`,
		"2026-07-28": `{"content":[{"type":"text","text":"no"}],"isError":true,"resultType":"complete"}`,
	} {
		server := mcp.NewServer(&mcp.Implementation{Name: "test", Version: "1"}, nil)
		mcp.AddTool(server, &mcp.Tool{Name: "t"}, func(context.Context, *mcp.CallToolRequest, struct{}) (*mcp.CallToolResult, any, error) {
			return nil, nil, nil
		})
		var got string
		server.AddReceivingMiddleware(func(next mcp.MethodHandler) mcp.MethodHandler {
			return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
				if method == "tools/call" {
					raw, err := json.Marshal(calls.Failed(req, errors.New("no")))
					if err != nil {
						return nil, err
					}
					got = string(raw)
				}
				return next(ctx, method, req)
			}
		})
		here, there := mcp.NewInMemoryTransports()
		if _, err := server.Connect(t.Context(), there, nil); err != nil {
			t.Fatal(err)
		}
		client, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).
			Connect(t.Context(), here, &mcp.ClientSessionOptions{ProtocolVersion: revision})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.CallTool(t.Context(), &mcp.CallToolParams{Name: "t"}); err != nil {
			t.Fatal(err)
		}
		if err := client.Close(); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s: result = %s, want %s", revision, got, want)
		}
	}
}
