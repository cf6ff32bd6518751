package app

import (
	"slices"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// The tools that the tests of features call, whatever this server is about: one
// that only reads and repeats itself, and one that changes what it finds.
const (
	reading = "notes__search"
	writing = "notes__add"
)

// question are the arguments of reading.
func question(about string) map[string]any { return map[string]any{"query": about} }

// addition are the arguments of writing.
func addition(about, text string) map[string]any { return map[string]any{"title": about, "text": text} }

// newAppWithTools builds the server as newApp does, with reading and writing:
// connected to an upstream that has them.
func newAppWithTools(t *testing.T, environ ...string) (*App, *buffer) {
	t.Helper()
	a, log := newApp(t, append(environ, upstream(t))...)
	join(t, a)
	return a, log
}

// What clients show to users and to models is part of the contract.
func TestStatusIsComplete(t *testing.T) {
	a, _ := newApp(t)
	client := connect(t, a, nil)
	res, err := client.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(res.Tools, func(t *mcp.Tool) bool { return t.Name == "gateway_status" })
	if i < 0 {
		t.Fatal("without upstreams there is no gateway_status")
	}
	tool := res.Tools[i]
	hints := tool.Annotations
	if tool.Title == "" || tool.Description == "" || tool.OutputSchema == nil || len(tool.Icons) == 0 ||
		hints == nil || !hints.ReadOnlyHint || hints.DestructiveHint == nil || hints.OpenWorldHint == nil || *hints.OpenWorldHint {
		t.Errorf("%s lacks a title, description, output schema, icon or hint", tool.Name)
	}
	if res := call(t, client, tool.Name, map[string]any{"colour": "red"}); !res.IsError {
		t.Error("unknown arguments are accepted")
	}
}
