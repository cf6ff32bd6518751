package inspect

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// Discovery is what a target turned out to be.
type Discovery struct {
	Transport mcp.TransportKind
	// Revisions are those that it speaks, newest first; Server is what it says
	// of itself in the first of them.
	Revisions []mcp.Revision
	Server    mcp.Value
	// Refused says why it does not speak the others.
	Refused map[mcp.Revision]string
}

// Discover asks a target which of the revisions it speaks, each on a connection
// of its own, and what it is. The error is a *mcp.ConnectError when it speaks
// none.
func Discover(ctx context.Context, target mcp.Target, revisions []mcp.Revision, o Options) (Discovery, error) {
	o = o.settled()
	spoken, err := mcp.Detect(ctx, target, revisions, mcp.Options{Transport: o.Transport, Limits: o.limits()})
	d := Discovery{Transport: spoken.Transport, Refused: map[mcp.Revision]string{}}
	for r, why := range spoken.Refused {
		d.Refused[r] = why.Error()
	}
	var closing sync.WaitGroup
	for r, s := range spoken.Sessions {
		d.Revisions = append(d.Revisions, r)
		closing.Go(func() { _ = (&Client{session: s}).Close(ctx) }) // what it said is known
	}
	closing.Wait()
	if err != nil {
		return d, err
	}
	slices.Sort(d.Revisions)
	slices.Reverse(d.Revisions)
	d.Server = spoken.Sessions[d.Revisions[0]].Server()
	return d, nil
}

// Ping asks for a sign of life and tells how long it took: by ping where the
// revision has it, else by server/discover.
func (c *Client) Ping(ctx context.Context) (time.Duration, error) {
	method := "ping"
	if c.Stateless() {
		method = "server/discover"
	}
	began := time.Now()
	_, err := c.Ask(ctx, method, nil, nil)
	return time.Since(began), err
}

// Complete asks for suggestions: ref is a prompt or, with a URI template, a
// resource; settled are arguments that have a value already.
func (c *Client) Complete(ctx context.Context, ref map[string]any, argument, value string, settled map[string]string) (result mcp.Value, err error) {
	params := map[string]any{"ref": ref, "argument": map[string]any{"name": argument, "value": value}}
	if len(settled) > 0 {
		params["context"] = map[string]any{"arguments": settled}
	}
	return c.Ask(ctx, "completion/complete", params, nil)
}

// PromptRef names a prompt for Complete.
func PromptRef(name string) map[string]any { return map[string]any{"type": "ref/prompt", "name": name} }

// TemplateRef names a resource template by its URI template.
func TemplateRef(uri string) map[string]any {
	return map[string]any{"type": "ref/resource", "uri": uri}
}
