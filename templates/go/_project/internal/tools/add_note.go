package tools

import (
	"context"
	"errors"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/notes"
	"example.com/acme-server/internal/problem"
)

type addNoteInput struct {
	Title string   `json:"title" jsonschema:"one line that says what the note is about"`
	Text  string   `json:"text" jsonschema:"the note itself, in Markdown"`
	Tags  []string `json:"tags,omitempty" jsonschema:"words to find the note by"`
}

func addNote(s *mcp.Server, d Deps) {
	add(s, d, &mcp.Tool{
		Name:        "add_note",
		Title:       "Add a note",
		Description: "Writes a note into the notebook and returns it with its id. Search first: notes are never merged.",
		Annotations: additive(),
		Icons:       Icon(),
	}, func(_ context.Context, _ *mcp.CallToolRequest, in addNoteInput) (*mcp.CallToolResult, notes.Note, error) {
		n, err := d.Notes.Add(in.Title, in.Text, in.Tags)
		if errors.Is(err, notes.ErrFull) {
			err = &problem.Problem{
				Code:    problem.Full,
				Message: "The notebook is full.",
				Fix:     "Delete notes that are no longer needed.",
			}
		}
		return nil, n, err
	})
}
