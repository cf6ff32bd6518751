package tools

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/elicitation"
	"example.com/acme-server/internal/notes"
	"example.com/acme-server/internal/problem"
)

type shareNoteInput struct {
	ID string `json:"id" jsonschema:"the id of the note, such as n1"`
}

type shareNoteOutput struct {
	Opened bool `json:"opened" jsonschema:"whether the user agreed to open the page"`
}

// shareNote sends the user to a web page: what is entered there, such as a
// password, passes neither the client nor the model. The operator names the page.
func shareNote(s *mcp.Server, d Deps) {
	if d.Sealer.BaseURL == "" {
		return
	}
	annotations := additive()
	annotations.OpenWorldHint = &yes
	add(s, d, &mcp.Tool{
		Name:        "share_note",
		Title:       "Share a note",
		Description: "Sends the user to the page where notes are shared with others.",
		Annotations: annotations,
		Icons:       Icon(),
	}, func(_ context.Context, req *mcp.CallToolRequest, in shareNoteInput) (*mcp.CallToolResult, shareNoteOutput, error) {
		if _, err := d.Notes.Get(in.ID); errors.Is(err, notes.ErrNotFound) {
			return nil, shareNoteOutput{}, notFound(in.ID)
		}
		answer, err := d.Sealer.Read(req, in.ID)
		if err != nil {
			return nil, shareNoteOutput{}, badState(err)
		}
		if answer.Asked {
			return nil, shareNoteOutput{Opened: answer.Accept}, nil
		}
		if !elicitation.Supported(req, "url") {
			return nil, shareNoteOutput{}, &problem.Problem{
				Code:    problem.Forbidden,
				Message: "This client cannot send its user to a page.",
				Fix:     "Tell the user to open " + d.Sealer.BaseURL + ".",
			}
		}
		res, err := d.Sealer.Ask(req, in.ID, &mcp.ElicitParams{
			Mode:          "url",
			Message:       "Open the page where the note is shared?",
			URL:           d.Sealer.BaseURL + "?note=" + url.QueryEscape(in.ID),
			ElicitationID: rand.Text(),
		})
		return res, shareNoteOutput{}, err
	})
}
