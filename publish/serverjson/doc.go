// Package serverjson judges, mends and makes server.json, the file that tells
// the MCP registry what a server is, without asking any registry.
//
// A document is read with the place of every name and value ([Parse]). [Check]
// holds it against the schema of its own date and the rules that the registry
// applies beyond any schema; every [Finding] has a place, a reason and a mend.
// [Migrate] makes the edits that bring an old document to the current date, and
// leaves the author's layout alone. [Sources] reads what a project says of itself
// in its other manifests, from which [Generate] writes a new document and
// [Agree] finds versions that differ.
//
// # The schema
//
// server.shape describes all published dates at once, in the manner of the wire
// schema of package conformance/schema: a definition opens at the margin, its
// members are indented below it, and a line may end with the dates that it holds
// for ("since D", "until D"). The test of equivalence names every difference from
// the published files. What they are peculiar in is kept:
//
//   - 2025-07-09 spells names in snake_case; that follows from the date, so each
//     name is written once.
//   - Only Package is closed to unknown members, and only until 2025-09-29. To the
//     rules an unknown member is an error everywhere, since registries drop it
//     without a word.
//   - "uri" is asserted, as the registry does: an absolute address, of any scheme.
//
// Nothing here touches the network, the terminal or, but for Sources, a disk.
// All functions are safe for concurrent use.
package serverjson
