// Package schema judges JSON by its shape: every message of the protocol
// against the revision it was spoken in, and every schema that a tool declares
// against its JSON Schema dialect. It also makes arguments that fit a tool's
// schema, and arguments that do not. It knows nothing of transports or checks,
// and never reads the network or, outside its tests, the disk.
//
// # The source
//
// The files in wire/ describe all revisions at once. A definition opens at the
// margin, its members are indented below it:
//
//	Tool                                 an object
//	  +named                             takes over the members of another definition
//	  description?: string               may be there
//	  inputSchema: shape                 must be there
//	  _meta?: MetaObject                 since 2025-06-18
//	Role = "user" | "assistant"          anything that is not an object with members
//
// A type is string, integer, number, boolean, null, object, any, a literal, the
// name of a definition, [T] (a list), {a: T, b?: T} (an object), {*: T} (an
// object whose values are all T), A | B (either) or A & B (both). Bounds follow
// what they bind: "integer 0..", "number 0..1", "[string] ..100". Objects are
// open: unnamed members are always allowed, as in every published schema.
//
// A line may end with its span: "since D", "until D" (inclusive), both, or
// "only D"; without one it holds in all revisions. A member or definition that
// changed has one line per span. A member named again replaces the one taken
// over. Definitions in lower case are parts of ours, without a counterpart in
// the published schemas.
//
// Revision six: add it to mcp.Timeline, run the tests, and give spans to what
// the equivalence test reports.
//
// # Peculiarities
//
// The published schema files are mirrored where they differ from the text of
// the specification or from the TypeScript they are generated from:
//
//   - "format" (uri, byte, uri-template) is not asserted: JSON Schema leaves
//     that to the validator, and 2020-12 makes it a mere annotation. Whether an
//     address is one is a question for a check with a citation.
//   - integer admits 1.0, as JSON Schema since draft-06 says.
//   - JSONValue (2026-07-28: extensions, experimental, sampling metadata) admits
//     neither null nor a fraction, though JSON and the TypeScript do. Problems
//     that rest on this alone carry Narrow.
//   - ElicitResult.content refuses fractions in the same way.
//   - Until 2025-06-18 requests and notifications are described without jsonrpc
//     and id; JSONRPCRequest describes those. In 2026-07-28 the three requests
//     of a server have no envelope, as they travel inside InputRequiredResult.
//   - Until 2025-06-18 an error response needs an id, so one with id null is
//     invalid; from 2025-11-25 on the id may be left out, but still not be null.
//   - 2024-11-05 to 2025-06-18 leave _meta of most requests untyped.
//   - resultType is any string, so InputRequiredResult admits nearly every
//     result. Ask [Set.Answer] for the definition by which to judge.
//   - notifications/cancelled may lack requestId in 2025-11-25 only (tasks).
package schema
