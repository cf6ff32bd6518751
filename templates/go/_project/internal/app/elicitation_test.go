package app

import (
	"context"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// The user is asked in both eras, and the answer decides.
func TestDeleteNoteAsks(t *testing.T) {
	answers := map[string]struct {
		result  *mcp.ElicitResult
		deleted bool
	}{
		"agrees":   {&mcp.ElicitResult{Action: "accept", Content: map[string]any{"confirm": true}}, true},
		"unticked": {&mcp.ElicitResult{Action: "accept", Content: map[string]any{"confirm": false}}, false},
		"declines": {&mcp.ElicitResult{Action: "decline"}, false},
		"cancels":  {&mcp.ElicitResult{Action: "cancel"}, false},
	}
	for _, revision := range []string{"2025-06-18", "2025-11-25", "2026-07-28"} {
		for name, answer := range answers {
			t.Run(revision+" "+name, func(t *testing.T) {
				a, _ := newApp(t)
				asked := 0
				client := connectHTTP(t, serve(t, a), revision, &mcp.ClientOptions{
					ElicitationHandler: func(context.Context, *mcp.ElicitRequest) (*mcp.ElicitResult, error) {
						asked++
						return answer.result, nil
					},
				})
				res := call(t, client, "delete_note", map[string]any{"id": "n1"})
				if res.IsError || asked != 1 {
					t.Fatalf("asked %d times: %s", asked, text(res))
				}
				if _, err := a.Notes.Get("n1"); (err != nil) != answer.deleted {
					t.Errorf("deleted = %v, want %v", err != nil, answer.deleted)
				}
			})
		}
	}
}

func TestDeleteNoteWithoutElicitation(t *testing.T) {
	a, _ := newApp(t)
	if res := call(t, connect(t, a, nil), "delete_note", map[string]any{"id": "n1"}); !res.IsError {
		t.Errorf("result = %s, want a refusal", text(res))
	}
	if _, err := a.Notes.Get("n1"); err != nil {
		t.Error("the note was deleted without consent")
	}
}

// An answer to another question, or to none, deletes nothing.
func TestForgedAnswer(t *testing.T) {
	a, _ := newApp(t)
	if _, err := a.Notes.Add("Second", "", nil); err != nil {
		t.Fatal(err)
	}
	client := connect(t, a, &mcp.ClientOptions{
		ElicitationHandler: func(context.Context, *mcp.ElicitRequest) (*mcp.ElicitResult, error) { panic("not by itself") },
		MultiRoundTrip:     &mcp.MultiRoundTripOptions{Disabled: true},
	})
	question := call(t, client, "delete_note", map[string]any{"id": "n1"})
	if !question.NeedsInput() || question.RequestState == "" {
		t.Fatalf("result = %+v, want a question", question)
	}
	yes := mcp.InputResponseMap{"question": &mcp.ElicitResult{Action: "accept", Content: map[string]any{"confirm": true}}}
	for name, state := range map[string]string{"of another note": question.RequestState, "made up": "AAAA", "left out": ""} {
		res, err := client.CallTool(t.Context(), &mcp.CallToolParams{
			Name: "delete_note", Arguments: map[string]any{"id": "n2"}, InputResponses: yes, RequestState: state,
		})
		if err != nil || !res.IsError {
			t.Errorf("a state %s: %+v, %v, want a refusal", name, res, err)
		}
	}
	if _, err := a.Notes.Get("n2"); err != nil {
		t.Error("a forged answer deleted a note")
	}
}

func TestShareNoteSendsToPage(t *testing.T) {
	a, _ := newApp(t, "MCP_SHARE_URL=https://notes.example.com/share")
	for _, revision := range []string{"2025-11-25", "2026-07-28"} {
		t.Run(revision, func(t *testing.T) {
			var page string
			client := connectHTTP(t, serve(t, a), revision, &mcp.ClientOptions{
				Capabilities: &mcp.ClientCapabilities{Elicitation: &mcp.ElicitationCapabilities{URL: &mcp.URLElicitationCapabilities{}}},
				ElicitationHandler: func(_ context.Context, req *mcp.ElicitRequest) (*mcp.ElicitResult, error) {
					page = req.Params.URL
					return &mcp.ElicitResult{Action: "accept"}, nil
				},
			})
			res := call(t, client, "share_note", map[string]any{"id": "n1"})
			if got := res.StructuredContent.(map[string]any)["opened"]; got != true || page != "https://notes.example.com/share?note=n1" {
				t.Errorf("opened = %v, page = %q", got, page)
			}
		})
	}
}
