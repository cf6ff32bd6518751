// Package attest says what a release of an MCP server consists of, in statements
// that can be signed: the canonical form of server.json and its digest, the
// digests of the packages, and the predicates about them (the release itself,
// provenance, results of tests). docs/attestations.md describes the format.
//
// Nothing here reads a file, asks a network or knows of signatures. All functions
// are safe for concurrent use, and all bound what they read.
package attest

// The types of the predicates that a release carries.
const (
	// TypeRelease has a [Release] as its predicate.
	TypeRelease = "https://github.com/mcpctl/mcpctl/release/v1"
	// TypeProvenance has what [Build.Provenance] gives.
	TypeProvenance = "https://slsa.dev/provenance/v1"
	// TypeCycloneDX has a CycloneDX bill of materials.
	TypeCycloneDX = "https://cyclonedx.org/bom"
	// TypeSPDX has an SPDX 2.3 bill of materials.
	TypeSPDX = "https://spdx.dev/Document/v2.3"
	// TypeTestResult has what [TestResult] gives.
	TypeTestResult = "https://in-toto.io/attestation/test-result/v0.1"
	// TypeSurface has a snapshot of package publish/surface.
	TypeSurface = "https://github.com/mcpctl/mcpctl/tool-surface/v1"
)

// Limits on what is read, in bytes.
const (
	// MaxServer bounds a server.json.
	MaxServer = 1 << 20
	// MaxStatement bounds a statement with its predicate.
	MaxStatement = 16 << 20
	// MaxReport bounds a report of mcpctl test.
	MaxReport = 64 << 20
)
