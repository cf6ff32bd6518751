// Package spec holds what the specification demands of servers: two requirement
// catalogues, one for the handshake revisions (2024-11-05 to 2025-11-25) and
// one for the stateless ones (2026-07-28 on), with a citation for each rule and
// revision. Checks name requirements by id; reports, `mcpctl checks explain`
// and the coverage ledger read the rest from here.
//
// The source of truth are three YAML files that the binary does not carry:
//
//   - requirements-handshake.yaml and requirements-stateless.yaml, the rules;
//   - anchors.yaml, the headings of the specification's pages per revision.
//
// `go generate ./conformance/spec` turns them into table_handshake.go and
// table_stateless.go: constants only, so a program pays nothing for them at
// start-up. excused.yaml lists the rules that no check covers, for package
// ledger.
//
// # Adding a requirement
//
//  1. Write the entry into the catalogue of its era, beside its siblings. The
//     id is permanent: never rename one, never reuse one.
//  2. Run go generate ./conformance/spec. It names every fault: an unknown
//     word, an id that is taken, a heading that the page does not have.
//  3. Run go test ./conformance/... . The ledger now asks for a check that
//     claims the requirement, or for an excuse.
//
// Paraphrase the clause; never copy its sentences. Where an entry and the
// specification disagree, the specification wins and the entry is to be mended.
//
// # Adding a revision
//
//  1. Add it to the timeline in package mcp.
//  2. Add its pages and headings to anchors.yaml.
//  3. In the catalogue of its era, close entries that no longer bind with
//     until, and add the new ones with since. An entry still in force needs
//     nothing if its citation holds there too; otherwise cite per revision. Two
//     wordings of one rule are two entries with different ids.
//  4. go generate and go test as above: every citation that does not resolve
//     in the new revision is named.
//
// # Fields of an entry
//
//	id           dotted words, subject then rule; unique within its era
//	level        MUST, MUST_NOT, SHOULD, SHOULD_NOT, or MAY-if (allowed in a certain way only)
//	since, until first and last revision that binds, inclusive, as quoted strings; until null: in force
//	area         subject; the words are in internal/catalogue/vocabulary.go
//	transports   list of stdio, http (Streamable HTTP) and sse (HTTP+SSE, handshake only)
//	requires     what the server must have or do; none: nothing; several joined by "; "
//	requirement  the rule in our words
//	probe        a way to observe it
//	testability  passive (watch), auto (send something), needs-fixture (the server must
//	             offer something suitable), needs-oauth, manual
//	basis        where rule and level come from, explained at the head of each file;
//	             derived: inferred, so a breach warns and never fails
//	source       the citations
//
// Optional: calls_primitive (the probe may run a tool, prompt or resource of the
// server), expect (http_status, jsonrpc_code), note, deprecated, and also_legacy
// (a stateless rule with a counterpart in the handshake era, perhaps under
// another id; kept for people, not part of the tables).
//
// # Citations
//
// Citations are joined by "; ". Each is
// "[<revision>[, <revision>…]: ]<place> § <heading>"; without revisions it holds
// wherever the entry binds. The places are:
//
//   - <page>.mdx: a page of the specification; "(intro)" is the text above its
//     first heading;
//   - schema/<revision>/schema.ts, in the stateless file
//     "schema.mdx (schema/2026-07-28/schema.ts)": a type of the schema. It is
//     linked to the schema page where that has the type, else to the file;
//   - a path that begins with ../ is relative to docs/specification/<revision>/
//     in the specification's repository, one after "(outside
//     docs/specification) " to its root;
//   - "npm " and a package: a source outside the repository, which has no link.
//
// # Anchors
//
// An anchor is its heading in lower case without backticks, emphasis and link
// targets; spaces become "-", "/" becomes "%2F" and "://" becomes "%3A%2F%2F";
// other punctuation goes, and so do "_" at either end. A second heading with
// the same anchor on a page gets "-2".
package spec

//go:generate go run ./internal/gen
