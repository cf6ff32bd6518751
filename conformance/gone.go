package conformance

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/mcpctl/mcpctl/mcp"
)

// reachable is the id of the finding about a server that ended for good.
const reachable = "server/reachable"

// gone reports whether an error says that nobody listens any more. Only
// servers at a URL can be gone: a command is started again.
func gone(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }

// goneError is the outcome of a check that met a server that has ended.
func goneError(err error) error {
	return &mcp.ConnectError{Cause: mcp.CauseUnreachable, Err: err,
		What: fmt.Sprintf("the server, which answered before, can no longer be reached: %v", err)}
}

// isGone reports whether a check ended so.
func isGone(err error) bool {
	var refusal *mcp.ConnectError
	return errors.As(err, &refusal) && refusal.Cause == mcp.CauseUnreachable && gone(refusal)
}

// mournAll leaves one finding where a server has ended in the middle of a run,
// and blocks by it all that could not be judged for that reason.
func mournAll(findings []Finding) []Finding {
	var first *Finding
	for i := range findings {
		f := &findings[i]
		if !f.gone {
			continue
		}
		if first == nil {
			first = &Finding{Check: reachable, Title: "the server stays reachable while it is judged", Revision: f.Revision,
				Transport: f.Transport, Verdict: Errored, Message: f.Message, Evidence: f.Evidence}
		}
		f.Verdict, f.BlockedBy = Blocked, reachable
	}
	if first == nil {
		return findings
	}
	return append([]Finding{*first}, findings...)
}
