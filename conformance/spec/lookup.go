package spec

import (
	"iter"

	"github.com/mcpctl/mcpctl/mcp"
)

// All yields every requirement: the handshake era, then the stateless one,
// each in the order of its catalogue.
func All() iter.Seq[Requirement] {
	return func(yield func(Requirement) bool) {
		for _, era := range []mcp.Era{mcp.Handshake, mcp.Stateless} {
			for i := range table(era) {
				if !yield(table(era)[i]) {
					return
				}
			}
		}
	}
}

// Lookup finds a requirement of an era by its id. It scans: about a
// microsecond, nothing to build at start-up.
func Lookup(era mcp.Era, id string) (Requirement, bool) {
	entries := table(era)
	for i := range entries {
		if entries[i].ID == id {
			return entries[i], true
		}
	}
	return Requirement{}, false
}

func table(era mcp.Era) []Requirement {
	if era == mcp.Stateless {
		return statelessTable[:]
	}
	return handshakeTable[:]
}
