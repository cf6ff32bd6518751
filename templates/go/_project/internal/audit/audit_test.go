package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func open(t *testing.T, path string) *Log {
	t.Helper()
	l, err := Open(Config{Path: path}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func write(t *testing.T, l *Log, methods ...string) {
	t.Helper()
	for _, method := range methods {
		if err := l.Write(Record{Method: method}); err != nil {
			t.Fatal(err)
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestChainGoesOnAfterRestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	for range 2 {
		l := open(t, path)
		write(t, l, "a", "b")
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Verify(strings.NewReader(read(t, path)))
	if err != nil || s.Records != 4 || s.First != "" {
		t.Errorf("summary = %+v, %v", s, err)
	}
	var out bytes.Buffer
	if err := VerifyFile(path, &out); err != nil || !strings.HasPrefix(out.String(), "4 records, unbroken") {
		t.Errorf("VerifyFile: %q, %v", out.String(), err)
	}
}

func TestVerifyFindsTampering(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	l := open(t, path)
	write(t, l, "a", "b", "c")
	lines := strings.SplitAfter(read(t, path), "\n")
	for name, text := range map[string]string{
		"changed":  lines[0] + strings.Replace(lines[1], `"b"`, `"x"`, 1) + lines[2],
		"removed":  lines[0] + lines[2],
		"swapped":  lines[1] + lines[0] + lines[2],
		"repeated": lines[0] + lines[1] + lines[1],
		"garbage":  lines[0] + "x\n",
	} {
		if _, err := Verify(strings.NewReader(text)); err == nil {
			t.Errorf("%s: not found", name)
		}
	}
	if err := os.WriteFile(path, []byte(lines[0]+lines[2]), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := VerifyFile(path, new(bytes.Buffer)); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("VerifyFile: %v, want the line", err)
	}
}

func TestRotation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	l := open(t, path)
	write(t, l, "a")
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	write(t, l, "b", "c")

	old, err := Verify(strings.NewReader(read(t, path+".1")))
	if err != nil || old.Records != 1 {
		t.Fatalf("old file: %+v, %v", old, err)
	}
	current, err := Verify(strings.NewReader(read(t, path)))
	if err != nil || current.Records != 2 || current.First != old.Last {
		t.Errorf("new file: %+v, %v; want it to follow %s", current, err, old.Last)
	}
}

func TestConcurrentWrites(t *testing.T) {
	var out bytes.Buffer
	l, err := Open(Config{}, &out)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			if err := l.Write(Record{Method: fmt.Sprint(i)}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if s, err := Verify(&out); err != nil || s.Records != 20 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestMiddleware(t *testing.T) {
	var out, complaints bytes.Buffer
	l, err := Open(Config{}, &out)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 7, 28, 0, 0, 0, 0, time.UTC)
	l.now = func() time.Time { start = start.Add(time.Second); return start }
	who := func(mcp.Request) (string, string) { return "user:alice", "session-1" }
	answers := map[string]error{"tools/call": nil, "tools/list": &jsonrpc.Error{Code: -32602}, "ping": nil}
	handler := l.Middleware(who, slog.New(slog.NewTextHandler(&complaints, nil)))(
		func(_ context.Context, method string, _ mcp.Request) (mcp.Result, error) {
			return &mcp.CallToolResult{IsError: true}, answers[method]
		})
	call := &mcp.CallToolRequest{Params: &mcp.CallToolParamsRaw{Name: "pay", Arguments: []byte(`{"card":"4111"}`)}}
	for _, method := range []string{"tools/call", "tools/list", "ping"} {
		if _, err := handler(t.Context(), method, call); !errors.Is(err, answers[method]) {
			t.Errorf("%s: %v", method, err)
		}
	}
	if err := l.Denied("tools/call", call, who); err != nil {
		t.Fatal(err)
	}
	log := out.String()
	for _, want := range []string{
		`"caller":"user:alice","session":"session-1","method":"tools/call","target":"pay","outcome":"tool_error","ms":1000,"arguments":"sha256:`,
		`"outcome":"error -32602"`, `"outcome":"denied"`,
	} {
		if !strings.Contains(log, want) {
			t.Errorf("%s is missing in\n%s", want, log)
		}
	}
	if strings.Contains(log, "4111") || strings.Contains(log, "ping") || strings.Count(log, "\n") != 3 {
		t.Errorf("the log holds what it must not:\n%s", log)
	}
	if complaints.Len() > 0 {
		t.Errorf("complaints: %s", complaints.String())
	}
}
