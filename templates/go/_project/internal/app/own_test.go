package app

import (
	"slices"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// The tools that the tests of features call, whatever this server is about: one
// that only reads and repeats itself, and one that changes what it finds.
const (
	reading = "search_notes"
	writing = "add_note"
)

// question are the arguments of reading.
func question(about string) map[string]any { return map[string]any{"query": about} }

// addition are the arguments of writing.
func addition(about, text string) map[string]any { return map[string]any{"title": about, "text": text} }

// newAppWithTools builds the server as newApp does, with reading and writing.
func newAppWithTools(t *testing.T, environ ...string) (*App, *buffer) {
	t.Helper()
	return newApp(t, environ...)
}

// What clients show to users and to models is part of the contract.
func TestToolsAreComplete(t *testing.T) {
	a, _ := newApp(t, "MCP_FETCH_HOSTS=example.com")
	res, err := connect(t, a, nil).ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(res.Tools, func(t *mcp.Tool) bool { return t.Name == "fetch_page" }) {
		t.Error("MCP_FETCH_HOSTS does not bring fetch_page")
	}
	for _, tool := range res.Tools {
		hints := tool.Annotations
		if !slices.Contains([]string{"add_note", "search_notes", "fetch_page"}, tool.Name) {
			continue // what is added later may do with less
		}
		if tool.Title == "" || tool.Description == "" || tool.OutputSchema == nil || len(tool.Icons) == 0 ||
			hints == nil || hints.DestructiveHint == nil || hints.OpenWorldHint == nil {
			t.Errorf("%s lacks a title, description, output schema, icon or hint", tool.Name)
		}
	}
}

func TestArgumentsAreChecked(t *testing.T) {
	a, _ := newApp(t)
	client := connect(t, a, nil)
	for name, args := range map[string]map[string]any{
		"too many":     {"query": "", "limit": 1000},
		"wrong type":   {"query": 1},
		"missing":      {},
		"unknown":      {"query": "", "colour": "red"},
		"query length": {"query": strings.Repeat("x", 201)},
	} {
		if res := call(t, client, "search_notes", args); !res.IsError {
			t.Errorf("%s: accepted", name)
		}
	}
}
