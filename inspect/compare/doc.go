// Package compare puts two looks at MCP servers side by side: one server in two
// revisions, two servers, a server and a recording. It tells what was added,
// removed and changed, and what of that breaks those who call.
//
//	c := compare.Compare(before, after, nil)
//	c.Count(compare.Breaking)
//
// It is pure: Sides are made of what was listed, or of recorded frames. Text in
// them is the servers' own; who shows it passes it through internal/term.
//
// What breaks is said by Rules, which are handed in: those of the contract suite,
// one engine for the whole house. Of calls only the outcome is compared.
package compare
