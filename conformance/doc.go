// Package conformance judges live MCP servers against the requirement
// catalogue of package spec.
//
// A Check is a literal plus a small function. Before anything is sent, a Plan
// says which checks bind in which revision and why the others do not; Run
// carries it out and answers with a Report. Checks live in conformance/checks,
// report formats in conformance/report.
//
// There are two kinds of check. Run checks ask the server something through a
// Probe. Watch checks judge the traffic that all the others have caused; they
// are pure, so they serve recordings and live inspection as well.
package conformance
