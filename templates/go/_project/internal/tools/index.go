package tools

import "github.com/modelcontextprotocol/go-sdk/mcp"

// Register adds every tool to s.
func Register(s *mcp.Server, d Deps) {
	addNote(s, d)
	searchNotes(s, d)
	fetchPage(s, d)
	//mcpctl:if versioning
	findNotes(s, d)
	//mcpctl:end
	//mcpctl:if progress
	exportNotes(s, d)
	//mcpctl:end
	//mcpctl:if tasks
	startReport(s, d)
	pollReport(s, d)
	cancelReport(s, d)
	//mcpctl:end
	//mcpctl:if elicitation
	deleteNote(s, d)
	shareNote(s, d)
	//mcpctl:end
	//mcpctl:if legacy
	summariseNote(s, d)
	listRoots(s, d)
	//mcpctl:end
}
