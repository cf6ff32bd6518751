package tools

import (
	"context"
	"encoding/json"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/notes"
)

type searchNotesInput struct {
	Query string `json:"query" jsonschema:"what the title, text or tags contain, in any case; empty for all notes"`
	Limit int    `json:"limit,omitempty" jsonschema:"how many notes to return at most"`
}

type searchNotesOutput struct {
	Notes []notes.Note `json:"notes" jsonschema:"the notes found, oldest first"`
	Total int          `json:"total" jsonschema:"how many notes were found, returned or not"`
}

func searchNotes(s *mcp.Server, d Deps) {
	add(s, d, &mcp.Tool{
		Name:        "search_notes",
		Title:       "Search notes",
		Description: "Finds notes by words in their title, text or tags.",
		InputSchema: searchNotesSchema(),
		Annotations: readOnly(),
		Icons:       Icon(),
	}, func(_ context.Context, _ *mcp.CallToolRequest, in searchNotesInput) (*mcp.CallToolResult, searchNotesOutput, error) {
		found := d.Notes.Search(in.Query)
		return nil, searchNotesOutput{Notes: found[:min(in.Limit, len(found))], Total: len(found)}, nil
	})
}

// searchNotesSchema adds to the inferred schema what a Go type cannot say: bounds
// and a default, which the SDK checks and fills in.
func searchNotesSchema() *jsonschema.Schema {
	schema, err := jsonschema.For[searchNotesInput](nil)
	if err != nil {
		panic(err) // the type above has no schema: seen by the first test
	}
	limit := schema.Properties["limit"]
	limit.Minimum, limit.Maximum, limit.Default = jsonschema.Ptr(1.0), jsonschema.Ptr(100.0), json.RawMessage("20")
	schema.Properties["query"].MaxLength = jsonschema.Ptr(200)
	return schema
}
