package app

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// A large notebook comes in chunks, over as many calls as it takes.
func TestExportInChunks(t *testing.T) {
	a, _ := newApp(t)
	const notes = 40
	for range notes - 1 {
		if _, err := a.Notes.Add("Note", strings.Repeat("x", 4000), nil); err != nil {
			t.Fatal(err)
		}
	}
	client := connect(t, a, nil)
	exported, calls, after := 0.0, 0, ""
	for {
		res := call(t, client, "export_notes", map[string]any{"after": after})
		if len(res.Content) < 2 || len(res.Content) > 9 {
			t.Fatalf("%d chunks in a call", len(res.Content))
		}
		out := res.StructuredContent.(map[string]any)
		exported += out["notes"].(float64)
		calls++
		next, more := out["after"].(string)
		if !more {
			break
		}
		after = next
	}
	if exported != notes || calls < 2 {
		t.Errorf("%v notes in %d calls, want %d in several", exported, calls, notes)
	}
	if res := call(t, client, "export_notes", map[string]any{"after": "n999"}); !res.IsError {
		t.Error("an export after a note that does not exist is served")
	}
}

func TestProgressIsReported(t *testing.T) {
	for _, revision := range []string{"2025-11-25", "2026-07-28"} {
		t.Run(revision, func(t *testing.T) {
			a, _ := newApp(t)
			var reports, last atomic.Int64
			client := connectHTTP(t, serve(t, a), revision, &mcp.ClientOptions{
				ProgressNotificationHandler: func(_ context.Context, req *mcp.ProgressNotificationClientRequest) {
					reports.Add(1)
					last.Store(int64(req.Params.Progress))
				},
			})
			params := &mcp.CallToolParams{Name: "export_notes", Arguments: map[string]any{}}
			params.SetProgressToken("p1")
			if _, err := client.CallTool(t.Context(), params); err != nil {
				t.Fatal(err)
			}
			waitFor(t, func() bool { return reports.Load() > 0 && last.Load() == 1 })
		})
	}
}
