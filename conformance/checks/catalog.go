// Package checks is the catalogue of checks: one file per subject, data first,
// the small functions below it in the same order.
//
// To add a check, write its literal and function into the file of its subject
// and its twin into that file's test: how the reference server of mcp/mcptest
// is broken so that the check, and only it, must notice. CONTRIBUTING.md walks
// through it.
package checks

import "github.com/mcpctl/mcpctl/conformance"

// All lists every suite in the order of reports.
func All() []conformance.Suite {
	return []conformance.Suite{
		base(),
		lifecycle(),
		versioning(),
		ping(),
		batching(),
		rpcErrors(),
		tools(),
		pagination(),
		caching(),
		resources(),
		prompts(),
		completion(),
		logging(),
		subscriptions(),
		progress(),
		cancellation(),
		elicitation(),
		sampling(),
		roots(),
		mrtr(),
		stdio(),
		streamable(),
		statelessHTTP(),
		httpSSE(),
		security(),
		wire(),
	}
}

// Find looks a check up by its id.
func Find(id string) (conformance.Check, bool) {
	for _, suite := range All() {
		for _, check := range suite.Checks {
			if check.ID == id {
				return check, true
			}
		}
	}
	return conformance.Check{}, false
}

// ids keeps the claims of a literal on one line.
type ids = []string

// claims writes the common case of Claims: handshake ids, stateless ids.
type claims = conformance.Claims
