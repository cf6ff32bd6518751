// Package middleware holds the order in which requests are treated.
package middleware

import (
	"fmt"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// Stage is the place of a middleware in the chain. A request passes the stages
// from first to last, its result passes them back.
type Stage int

// The stages, outermost first. The order is deliberate: what is refused cheaply
// comes first, what may be refused is audited, and what is logged has been
// cleaned before.
const (
	Error         Stage = iota // panics and internal errors become plain answers
	Rate                       // too many requests are refused
	Authz                      // forbidden requests are refused
	Audit                      // what was asked and by whom is recorded
	Sanitise                   // arguments and results are cleaned
	ResponseLimit              // results that are too large are cut
	Timing                     // deadlines are set, time is measured
	Logging                    // what remains is logged
	stages
)

// String returns the stage's name.
func (s Stage) String() string {
	names := [stages]string{"error", "rate", "authz", "audit", "sanitise", "response limit", "timing", "logging"}
	if s < 0 || s >= stages {
		return fmt.Sprintf("stage %d", int(s))
	}
	return names[s]
}

// Chain collects middleware by stage. The zero Chain is empty and ready for
// use. It is filled while the server is built and must not be changed after.
type Chain struct {
	stages [stages][]mcp.Middleware
}

// Use adds m to a stage. Within a stage, the first to be added is outermost.
func (c *Chain) Use(s Stage, m mcp.Middleware) {
	c.stages[s] = append(c.stages[s], m)
}

// All returns the middleware of all stages, outermost first.
func (c *Chain) All() []mcp.Middleware {
	var all []mcp.Middleware
	for _, s := range c.stages {
		all = append(all, s...)
	}
	return all
}
