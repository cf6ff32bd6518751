// Package tools holds what models may do with this server: one file a tool.
package tools

import (
	"log/slog"
	"net/http"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	//mcpctl:if elicitation
	"example.com/acme-server/internal/elicitation"
	//mcpctl:end
	"example.com/acme-server/internal/notes"
	"example.com/acme-server/internal/problem"
	//mcpctl:if tasks
	"example.com/acme-server/internal/tasks"
	//mcpctl:end
)

// Deps is what tools work with. All of it is safe for concurrent use.
type Deps struct {
	Notes      *notes.Notebook
	Log        *slog.Logger
	Client     *http.Client // for calls to other services
	FetchHosts []string     // which hosts fetch_page may ask
	//mcpctl:if elicitation
	Sealer *elicitation.Sealer // keeps questions to the user from being forged
	//mcpctl:end
	//mcpctl:if tasks
	Tasks *tasks.Store
	//mcpctl:end
}

// add registers a tool; its input and output schemas come from the types of h,
// unless t has its own.
func add[In, Out any](s *mcp.Server, d Deps, t *mcp.Tool, h mcp.ToolHandlerFor[In, Out]) {
	mcp.AddTool(s, t, problem.Guard(d.Log, h))
}

// The hints that clients go by when they ask their users for consent.
var yes, no = true, false

func readOnly() *mcp.ToolAnnotations {
	return &mcp.ToolAnnotations{ReadOnlyHint: true, IdempotentHint: true, DestructiveHint: &no, OpenWorldHint: &no}
}

func additive() *mcp.ToolAnnotations {
	return &mcp.ToolAnnotations{DestructiveHint: &no, OpenWorldHint: &no}
}

func destructive() *mcp.ToolAnnotations {
	return &mcp.ToolAnnotations{DestructiveHint: &yes, IdempotentHint: true, OpenWorldHint: &no}
}

// Icon shows in clients that draw icons. It is inline so that nothing need be
// fetched to see it.
func Icon() []mcp.Icon {
	return []mcp.Icon{{
		Source:   "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCAxNiAxNiI+PHBhdGggZD0iTTMgMWgxMHYxNEgzeiIgZmlsbD0iI2ZmZiIgc3Ryb2tlPSIjMzMzIi8+PHBhdGggZD0iTTUgNWg2TTUgOGg2TTUgMTFoNCIgc3Ryb2tlPSIjMzMzIi8+PC9zdmc+",
		MIMEType: "image/svg+xml",
		Sizes:    []string{"any"},
	}}
}

// notFound is the problem of a note that is not there.
func notFound(id string) error {
	return &problem.Problem{
		Code:    problem.NotFound,
		Message: "There is no note " + id + ".",
		Fix:     "Find its id with search_notes.",
	}
}
