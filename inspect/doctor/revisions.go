package doctor

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/mcpctl/mcpctl/mcp"
)

// revisions finds out every revision that the server speaks, each on a connection
// of its own.
func (e *examination) revisions(ctx context.Context, target mcp.Target, kind mcp.TransportKind) {
	spoken, err := mcp.Detect(ctx, target, mcp.Timeline(), mcp.Options{Transport: kind, Limits: e.o.limits(), Capabilities: map[string]any{}})
	var words []string
	var leaving sync.WaitGroup
	for r, s := range spoken.Sessions {
		e.d.Revisions = append(e.d.Revisions, r)
		leaving.Go(func() { _ = s.Close(context.WithoutCancel(ctx)) }) // that it opened is all there was to know
	}
	leaving.Wait()
	if err != nil {
		e.step(Fail, StepRevisions, "it speaks no revision any more: "+err.Error(), "Can it be started or asked only once at a time?")
		return
	}
	slices.Sort(e.d.Revisions)
	for _, r := range e.d.Revisions {
		words = append(words, string(r))
	}
	e.step(OK, StepRevisions, strings.Join(words, ", "), "")
}
