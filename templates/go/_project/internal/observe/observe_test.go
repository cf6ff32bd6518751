package observe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/calls"
)

func TestOutcome(t *testing.T) {
	failed := func(err error) *mcp.CallToolResult {
		res := &mcp.CallToolResult{}
		res.SetError(err)
		return res
	}
	tests := []struct {
		name string
		res  mcp.Result
		err  error
		want string
	}{
		{"result", &mcp.ListToolsResult{}, nil, OK},
		{"notification", nil, nil, OK},
		{"tool result", &mcp.CallToolResult{}, nil, OK},
		{"tool says no", failed(errors.New("no such city")), nil, ToolError},
		{"tool was cancelled", failed(fmt.Errorf("asking: %w", context.Canceled)), nil, Cancelled},
		{"tool ran out of time", failed(context.DeadlineExceeded), nil, Timeout},
		{"request was cancelled", nil, context.Canceled, Cancelled},
		{"deadline", nil, fmt.Errorf("asking: %w", context.DeadlineExceeded), Timeout},
		{"bad arguments", nil, &jsonrpc.Error{Code: jsonrpc.CodeInvalidParams}, Rejected},
		{"wrapped refusal", nil, fmt.Errorf("calling: %w", &jsonrpc.Error{Code: -32000}), Rejected},
		{"rate limit", nil, calls.Refusal{Code: calls.CodeRateLimited}.Err(), Rejected},
		{"forbidden", nil, calls.Refusal{Code: calls.CodeForbidden}.Err(), Rejected},
		{"own deadline", nil, calls.Refusal{Code: calls.CodeTimeout}.Err(), Timeout},
		{"overloaded", nil, calls.Refusal{Code: calls.CodeOverloaded}.Err(), Failed},
		{"dependency down", nil, calls.Refusal{Code: calls.CodeUnavailable}.Err(), Failed},
		{"internal", nil, &jsonrpc.Error{Code: jsonrpc.CodeInternalError}, Failed},
		{"any other error", nil, errors.New("disk on fire"), Failed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Outcome("tools/call", tt.res, tt.err)
			if got != tt.want {
				t.Errorf("Outcome = %q, want %q", got, tt.want)
			}
			if !slices.Contains(Outcomes(), got) {
				t.Errorf("Outcomes lacks %q", got)
			}
		})
	}
}

func TestNotificationCannotFailTheServer(t *testing.T) {
	twice := errors.New("initialized for the second time")
	if got := Outcome("notifications/initialized", nil, twice); got != Rejected {
		t.Errorf("Outcome = %q, want %q", got, Rejected)
	}
}

func TestToolAndPrompt(t *testing.T) {
	call := &mcp.CallToolRequest{Params: &mcp.CallToolParamsRaw{Name: "greet"}}
	if got := Tool(call); got != "greet" {
		t.Errorf("Tool = %q", got)
	}
	get := &mcp.GetPromptRequest{Params: &mcp.GetPromptParams{Name: "review"}}
	if got := Prompt(get); got != "review" {
		t.Errorf("Prompt = %q", got)
	}
	if Tool(get) != "" || Prompt(call) != "" {
		t.Error("a prompt is no tool and a tool is no prompt")
	}
	long := &mcp.CallToolRequest{Params: &mcp.CallToolParamsRaw{Name: strings.Repeat("é", 4000)}}
	if got := Tool(long); len(got) > 140 || !utf8.ValidString(got) {
		t.Errorf("a made-up name is %d bytes long: %q", len(got), got)
	}
}

const (
	trace  = "0af7651916cd43dd8448eb211c80319c"
	parent = "00-" + trace + "-00f067aa0ba902b7-01"
)

func TestCorrelationOf(t *testing.T) {
	request := func(meta string, header string) mcp.Request {
		params := &mcp.CallToolParamsRaw{}
		if meta != "" {
			params.Meta = mcp.Meta{"traceparent": meta}
		}
		extra := &mcp.RequestExtra{Header: http.Header{}}
		if header != "" {
			extra.Header.Set("Traceparent", header)
		}
		return &mcp.CallToolRequest{Params: params, Extra: extra}
	}
	if got := CorrelationOf(request(parent, "")); got != trace {
		t.Errorf("from _meta: %q", got)
	}
	if got := CorrelationOf(request("", parent)); got != trace {
		t.Errorf("from the header: %q", got)
	}
	for _, bad := range []string{
		"", "nonsense", "00-short-00f067aa0ba902b7-01",
		"00-0AF7651916CD43DD8448EB211C80319C-00f067aa0ba902b7-01",
		"00-00000000000000000000000000000000-00f067aa0ba902b7-01",
		"00-\n\"level\":\"ERROR\",\"msg\":\"forged\"-00f067aa0ba902b7-01",
	} {
		a, b := CorrelationOf(request(bad, "")), CorrelationOf(request(bad, ""))
		if len(a) != 32 || a == b {
			t.Errorf("%q: want a new id each time, got %q and %q", bad, a, b)
		}
	}
}

func TestCorrelationTravelsWithContext(t *testing.T) {
	if got := Correlation(t.Context()); got != "" {
		t.Errorf("no request, but id %q", got)
	}
	if got := Correlation(WithCorrelation(t.Context(), trace)); got != trace {
		t.Errorf("Correlation = %q", got)
	}
}
