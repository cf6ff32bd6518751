package logging

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/observe"
)

const trace = "0af7651916cd43dd8448eb211c80319c"

func who(mcp.Request) (string, string) { return "ada", "session-1" }

func later(log *slog.Logger) Log { return func() *slog.Logger { return log } }

func call(tool, arguments string) *mcp.CallToolRequest {
	return &mcp.CallToolRequest{Params: &mcp.CallToolParamsRaw{
		Meta:      mcp.Meta{"traceparent": "00-" + trace + "-00f067aa0ba902b7-01"},
		Name:      tool,
		Arguments: json.RawMessage(arguments),
	}}
}

// run sends a request through both middlewares to handler and returns the log.
func run(t *testing.T, level slog.Level, method string, req mcp.Request, handler mcp.MethodHandler) []map[string]any {
	t.Helper()
	var out bytes.Buffer
	log := New(&out, Config{Level: level})
	func() {
		defer func() { recover() }()
		Correlate(later(log), who)(Requests(later(log), who)(handler))(t.Context(), method, req)
	}()
	return lines(t, &out)
}

func lines(t *testing.T, out *bytes.Buffer) []map[string]any {
	t.Helper()
	var all []map[string]any
	for dec := json.NewDecoder(out); dec.More(); {
		var line map[string]any
		if err := dec.Decode(&line); err != nil {
			t.Fatalf("a log line is no JSON: %v", err)
		}
		all = append(all, line)
	}
	return all
}

func TestRequestLine(t *testing.T) {
	req := call("greet", `{"name":"hunter2"}`)
	got := run(t, slog.LevelInfo, "tools/call", req, func(context.Context, string, mcp.Request) (mcp.Result, error) {
		return &mcp.CallToolResult{}, nil
	})
	if len(got) != 1 {
		t.Fatalf("%d lines, want 1: %v", len(got), got)
	}
	want := map[string]any{
		"level": "INFO", "msg": "request", "method": "tools/call", "tool": "greet", "outcome": "ok",
		"caller": "ada", "session": "session-1", "correlation_id": trace,
	}
	for key, value := range want {
		if got[0][key] != value {
			t.Errorf("%s = %v, want %v", key, got[0][key], value)
		}
	}
	if _, ok := got[0]["duration_ms"].(float64); !ok {
		t.Errorf("duration_ms = %v, want a number", got[0]["duration_ms"])
	}
}

func TestLevels(t *testing.T) {
	failing := &mcp.CallToolResult{IsError: true}
	tests := []struct {
		method string
		res    mcp.Result
		err    error
		want   string
	}{
		{"tools/call", &mcp.CallToolResult{}, nil, "INFO"},
		{"tools/call", failing, nil, "WARN"},
		{"tools/call", nil, &jsonrpc.Error{Code: jsonrpc.CodeInvalidParams}, "WARN"},
		{"tools/call", nil, errors.New("disk on fire"), "ERROR"},
		{"tools/call", nil, context.Canceled, "INFO"},
		{"ping", nil, nil, "DEBUG"},
		{"notifications/initialized", nil, nil, "DEBUG"},
	}
	for _, tt := range tests {
		got := run(t, slog.LevelDebug, tt.method, call("greet", "{}"), func(context.Context, string, mcp.Request) (mcp.Result, error) {
			return tt.res, tt.err
		})
		if len(got) != 1 || got[0]["level"] != tt.want {
			t.Errorf("%s, %v: logged %v, want one line of level %s", tt.method, tt.err, got, tt.want)
		}
	}
	quiet := run(t, slog.LevelInfo, "ping", call("", ""), func(context.Context, string, mcp.Request) (mcp.Result, error) {
		return nil, nil
	})
	if len(quiet) != 0 {
		t.Errorf("a ping is logged at level info: %v", quiet)
	}
}

func TestNothingOfArguments(t *testing.T) {
	const secret = "hunter2"
	for name, err := range map[string]error{
		"error":    errors.New("no account " + secret),
		"rejected": &jsonrpc.Error{Code: jsonrpc.CodeInvalidParams, Message: "name: " + secret + " is too short"},
	} {
		got := run(t, slog.LevelDebug, "tools/call", call("login", `{"password":"`+secret+`"}`),
			func(context.Context, string, mcp.Request) (mcp.Result, error) { return nil, err })
		text, _ := json.Marshal(got)
		if len(got) != 1 || strings.Contains(string(text), secret) {
			t.Errorf("%s: want one line without the argument, got %s", name, text)
		}
	}
}

func TestRefusedRequestIsLoggedOnce(t *testing.T) {
	var out bytes.Buffer
	log := New(&out, Config{})
	refuse := func(mcp.MethodHandler) mcp.MethodHandler {
		return func(context.Context, string, mcp.Request) (mcp.Result, error) {
			return nil, &jsonrpc.Error{Code: -32000, Message: "too many requests"}
		}
	}
	chain := Correlate(later(log), who)(refuse(Requests(later(log), who)(nil)))
	if _, err := chain(t.Context(), "tools/call", call("greet", "{}")); err == nil {
		t.Fatal("the refusal got lost")
	}
	got := lines(t, &out)
	if len(got) != 1 || got[0]["outcome"] != observe.Rejected || got[0]["code"] != -32000.0 {
		t.Errorf("logged %v, want one line with outcome rejected", got)
	}
}

func TestPanicIsLoggedAndGoesOn(t *testing.T) {
	var out bytes.Buffer
	log := New(&out, Config{})
	defer func() {
		if recover() == nil {
			t.Error("the panic was swallowed")
		}
		if got := lines(t, &out); len(got) != 1 || got[0]["outcome"] != observe.Failed {
			t.Errorf("logged %v, want one line with outcome failed", got)
		}
	}()
	Requests(later(log), who)(func(context.Context, string, mcp.Request) (mcp.Result, error) {
		panic("nil map")
	})(t.Context(), "tools/call", call("greet", "{}"))
}

func TestEveryLineOfARequestCarriesItsID(t *testing.T) {
	var out bytes.Buffer
	log := New(&out, Config{}).With("component", "greeter").WithGroup("g")
	Correlate(later(log), who)(func(ctx context.Context, _ string, _ mcp.Request) (mcp.Result, error) {
		log.InfoContext(ctx, "looking up")
		return nil, nil
	})(t.Context(), "tools/call", call("greet", "{}"))
	text := out.String()
	if strings.Count(text, trace) != 2 {
		t.Errorf("want the id on both lines:\n%s", text)
	}
}
