package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/mcp"
)

// argsForm edits arguments in their pane.
type argsForm interface {
	// Keys, Update and View are as a Pane's; Typing as a Typer's.
	Keys() []Key
	Update(msg tea.Msg) tea.Cmd
	View(w, h int) []Line
	Typing() bool
	// Value is the object as it stands, and what is wrong with it.
	Value() (object mcp.Value, problems []string)
	// Set replaces the object: from $EDITOR, or by those of an earlier run.
	Set(object mcp.Value)
}

// newArgsForm makes the form for a tool's arguments.
func newArgsForm(r *Room, tool mcp.Value) argsForm { return newFormView(r, tool.Get("inputSchema")) }
