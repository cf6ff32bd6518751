package checks

import (
	"context"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// descriptors judges the entries of a list one by one; look tells the judge
// what it judged. The pages that did come are judged even when a later one
// did not: that is pagination's affair. nothing says what there was not.
func descriptors(ctx context.Context, p *conformance.Probe, what, nothing string, look func(*conformance.Judge, conformance.Entry)) error {
	l, err := p.List(ctx, what)
	if err != nil && (l == nil || len(l.Entries) == 0) {
		return err
	}
	j := p.Judge()
	for _, e := range l.Entries {
		look(j, e)
	}
	return j.Err(nothing)
}

// descriptorFault notes what is wrong with a listed descriptor, at a JSON
// Pointer beneath it.
func descriptorFault(j *conformance.Judge, e conformance.Entry, pointer, format string, args ...any) {
	j.Faultf(answerTo(e.Page), e.Pointer+pointer, format, args...)
}

// answerTo is the response of an answered exchange as a message seen.
func answerTo(x *mcp.Exchange) conformance.Seen {
	seen := conformance.Seen{Exchange: x, Connection: conformance.Connection{Log: x.Log()}}
	if reply := x.Reply(); reply != nil {
		seen.Message = *reply
	}
	for _, f := range x.Frames() {
		if m, err := f.Message(); err == nil && f.Direction == mcp.Received && m.MessageKind() != mcp.NotificationMessage {
			seen.Frame = f
		}
	}
	return seen
}
