package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/notes"
	"example.com/acme-server/internal/progress"
)

// An export comes in chunks, so that a large notebook neither fills a model's
// context at once nor has to fit into one message.
const (
	chunkBytes = 8 << 10
	maxChunks  = 8 // in one call
)

type exportNotesInput struct {
	After string `json:"after,omitempty" jsonschema:"the id of the last note of the call before; empty to begin"`
}

type exportNotesOutput struct {
	Notes int    `json:"notes" jsonschema:"how many notes this call has exported"`
	After string `json:"after,omitempty" jsonschema:"call again with this to go on; absent when all is exported"`
}

func exportNotes(s *mcp.Server, d Deps) {
	add(s, d, &mcp.Tool{
		Name:        "export_notes",
		Title:       "Export notes",
		Description: "Returns the whole notebook as Markdown, in chunks. Call again with “after” until it is absent.",
		Annotations: readOnly(),
		Icons:       Icon(),
	}, func(ctx context.Context, req *mcp.CallToolRequest, in exportNotesInput) (*mcp.CallToolResult, exportNotesOutput, error) {
		all := d.Notes.All()
		if in.After != "" {
			i := slices.IndexFunc(all, func(n notes.Note) bool { return n.ID == in.After })
			if i < 0 {
				return nil, exportNotesOutput{}, notFound(in.After)
			}
			all = all[i+1:]
		}
		var out exportNotesOutput
		res := &mcp.CallToolResult{Content: []mcp.Content{}}
		report := progress.For(req, len(all))
		var chunk strings.Builder
		flush := func() {
			if chunk.Len() > 0 {
				res.Content = append(res.Content, &mcp.TextContent{Text: chunk.String()})
				chunk.Reset()
			}
		}
		for i, n := range all {
			if err := report.Step(ctx, i+1, "exporting "+n.ID); err != nil {
				return nil, exportNotesOutput{}, err
			}
			fmt.Fprintf(&chunk, "# %s\n\n%s\n\n", n.Title, n.Text)
			out.Notes++
			if chunk.Len() >= chunkBytes {
				flush()
			}
			if len(res.Content) == maxChunks && i+1 < len(all) {
				out.After = n.ID
				break
			}
		}
		flush()
		summary, err := json.Marshal(out)
		if err != nil {
			return nil, exportNotesOutput{}, fmt.Errorf("encoding the summary: %w", err)
		}
		// For clients that know no structured content.
		res.Content = append(res.Content, &mcp.TextContent{Text: string(summary)})
		return res, out, nil
	})
}
