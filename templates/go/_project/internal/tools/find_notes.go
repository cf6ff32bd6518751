package tools

import (
	"context"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/notes"
	"example.com/acme-server/internal/versioning"
)

type findNotesInput struct {
	Text string `json:"text" jsonschema:"what the note contains"`
}

type findNotesOutput struct {
	Notes []notes.Note `json:"notes" jsonschema:"all notes found"`
}

// findNotes is the first version of searchNotes, which has a limit.
func findNotes(s *mcp.Server, d Deps) {
	add(s, d, versioning.Deprecate(&mcp.Tool{
		Name:        "find_notes",
		Title:       "Find notes (deprecated)",
		Description: "Finds all notes that contain a text.",
		Annotations: readOnly(),
		Icons:       Icon(),
	}, "search_notes", "2027-12-31"),
		func(_ context.Context, _ *mcp.CallToolRequest, in findNotesInput) (*mcp.CallToolResult, findNotesOutput, error) {
			return nil, findNotesOutput{Notes: d.Notes.Search(in.Text)}, nil
		})
}
