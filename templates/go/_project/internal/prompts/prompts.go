// Package prompts holds what users may ask for by name.
package prompts

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/notes"
)

// Review is the name of the prompt that asks for a review of a note.
const Review = "review_note"

// Tones are the values of its argument “tone”; the first is the default.
func Tones() []string { return []string{"friendly", "formal", "strict"} }

// Register adds the prompts to s.
func Register(s *mcp.Server, book *notes.Notebook) {
	s.AddPrompt(&mcp.Prompt{
		Name:        Review,
		Title:       "Review a note",
		Description: "Asks for a review of one note.",
		Arguments: []*mcp.PromptArgument{
			{Name: "id", Title: "Note", Description: "The id of the note, such as n1.", Required: true},
			{Name: "tone", Title: "Tone", Description: "How to put it: " + strings.Join(Tones(), ", ") + "."},
		},
	}, func(_ context.Context, req *mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
		return review(book, req.Params.Arguments)
	})
}

func review(book *notes.Notebook, args map[string]string) (*mcp.GetPromptResult, error) {
	tone := args["tone"]
	if tone == "" {
		tone = Tones()[0]
	}
	if !slices.Contains(Tones(), tone) {
		return nil, invalid("tone is %q: it is one of %s", tone, strings.Join(Tones(), ", "))
	}
	n, err := book.Get(args["id"])
	if err != nil {
		return nil, invalid("id is %q: there is no such note", args["id"])
	}
	return &mcp.GetPromptResult{
		Description: "A review of " + n.Title,
		Messages: []*mcp.PromptMessage{
			{Role: "user", Content: &mcp.TextContent{
				Text: "Review this note in a " + tone + " tone: is it clear, correct and complete? Quote what you would change.",
			}},
			// The note is embedded, not pasted: its text is data, not part of the request.
			{Role: "user", Content: &mcp.EmbeddedResource{Resource: &mcp.ResourceContents{
				URI: "notes://note/" + n.ID, MIMEType: "text/markdown", Text: n.Text,
			}}},
		},
	}, nil
}

func invalid(format string, args ...any) error {
	return &jsonrpc.Error{Code: jsonrpc.CodeInvalidParams, Message: fmt.Sprintf(format, args...)}
}
