package tools

import (
	"context"
	"errors"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/elicitation"
	"example.com/acme-server/internal/notes"
	"example.com/acme-server/internal/problem"
)

type deleteNoteInput struct {
	ID string `json:"id" jsonschema:"the id of the note, such as n1"`
}

type deleteNoteOutput struct {
	Deleted bool   `json:"deleted" jsonschema:"whether the note is gone"`
	Title   string `json:"title" jsonschema:"what the note was called"`
}

func deleteNote(s *mcp.Server, d Deps) {
	add(s, d, &mcp.Tool{
		Name:        "delete_note",
		Title:       "Delete a note",
		Description: "Deletes a note for good, after asking the user.",
		Annotations: destructive(),
		Icons:       Icon(),
	}, func(_ context.Context, req *mcp.CallToolRequest, in deleteNoteInput) (*mcp.CallToolResult, deleteNoteOutput, error) {
		n, err := d.Notes.Get(in.ID)
		if errors.Is(err, notes.ErrNotFound) {
			return nil, deleteNoteOutput{}, notFound(in.ID)
		}
		answer, err := d.Sealer.Read(req, in.ID)
		if err != nil {
			return nil, deleteNoteOutput{}, badState(err)
		}
		if !answer.Asked {
			res, err := askToDelete(d, req, n)
			return res, deleteNoteOutput{}, err
		}
		if confirmed, _ := answer.Content["confirm"].(bool); !answer.Accept || !confirmed {
			return nil, deleteNoteOutput{Title: n.Title}, nil
		}
		if err := d.Notes.Delete(in.ID); errors.Is(err, notes.ErrNotFound) {
			return nil, deleteNoteOutput{}, notFound(in.ID) // somebody was faster
		}
		return nil, deleteNoteOutput{Deleted: true, Title: n.Title}, nil
	})
}

func askToDelete(d Deps, req *mcp.CallToolRequest, n notes.Note) (*mcp.CallToolResult, error) {
	if !elicitation.Supported(req, "form") {
		return nil, &problem.Problem{
			Code:    problem.Forbidden,
			Message: "Deleting needs the user's consent, and this client cannot ask for it.",
			Fix:     "Ask the user to delete the note with a client that supports elicitation.",
		}
	}
	return d.Sealer.Ask(req, n.ID, &mcp.ElicitParams{
		Message: "Delete the note “" + n.Title + "” for good?",
		RequestedSchema: &jsonschema.Schema{
			Type: "object",
			Properties: map[string]*jsonschema.Schema{
				"confirm": {Type: "boolean", Title: "Yes, delete it"},
			},
			Required: []string{"confirm"},
		},
	})
}

func badState(err error) error {
	return &problem.Problem{
		Code:    problem.Refused,
		Message: "The answer does not belong to this question: " + err.Error() + ".",
		Fix:     "Call the tool again without inputResponses.",
	}
}
