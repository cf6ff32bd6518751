// Package contract keeps what clients of an MCP server rely on, and tells what a
// change of it breaks.
//
//	old, err := contract.Parse(file)
//	now, err := contract.Take(ctx, target, contract.TakeOptions{})
//	diff := contract.Compare(old, now, contract.Options{Now: time.Now()})
//	diff.Breaking()
//
// A [Snapshot] is everything that a server shows: who it is, its capabilities and
// instructions, and the descriptor of each tool, resource, template and prompt, in
// each revision that it speaks. Its file is canonical: the same server gives the
// same bytes, and a change of one descriptor is a change of one place.
//
// A [Diff] is what changed, each [Change] by a rule of [Rules]. Whether one schema
// still takes, or still promises, what another did is decided by
// conformance/compat, whose counter-example comes along.
//
// Everything here is pure but for [Take]. Text in snapshots is the server's own:
// who shows it passes it through internal/term, as the writers here do.
package contract
