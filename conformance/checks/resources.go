package checks

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// resources is the suite about server/resources.
func resources() conformance.Suite {
	return conformance.Suite{ID: "resources", Title: "Resources", Checks: slices.Concat(
		resourcesListChecks(),
		resourcesTemplateChecks(),
		resourcesReadChecks(),
		resourcesRefusalChecks(),
		resourcesChangeChecks(),
	)}
}

// resourcesMost bounds how many listed resources a check reads, the tour's
// number, so that most were read already.
const resourcesMost = 5

// resourcesListed are the first few listed resources that have a uri.
func resourcesListed(ctx context.Context, p *conformance.Probe) ([]conformance.Entry, error) {
	l, err := p.List(ctx, "resources")
	if err != nil && (l == nil || len(l.Entries) == 0) {
		return nil, err
	}
	var all []conformance.Entry
	for _, e := range l.Entries[:min(len(l.Entries), resourcesMost)] {
		if e.Get("uri").Text() != "" {
			all = append(all, e)
		}
	}
	if len(all) == 0 {
		return nil, conformance.Unprovenf("the server lists no resources")
	}
	return all, nil
}

// resourcesURIs are the uris of listed resources.
func resourcesURIs(all []conformance.Entry) []string {
	uris := make([]string, len(all))
	for i, e := range all {
		uris[i] = e.Get("uri").Text()
	}
	return uris
}

// resourcesRead reads a resource, once for all checks.
func resourcesRead(ctx context.Context, p *conformance.Probe, uri string) (*mcp.Exchange, error) {
	return p.Ask(ctx, "resources/read", map[string]any{"uri": uri})
}

// resourcesUpdateOf matches the update of a resource, or of a part of it.
func resourcesUpdateOf(uri string) func(mcp.Message) bool {
	return func(m mcp.Message) bool {
		return m.Method() == "notifications/resources/updated" && uriWithin(m.Params().Get("uri").Text(), uri)
	}
}

// incomplete reports whether a result is no answer yet: the server asks for
// input first (basic/patterns/mrtr of 2026-07-28).
func incomplete(result mcp.Value) bool { return result.Get("resultType").Text() == "input_required" }

// contentsRead yields every item of resource contents that came as the result
// of resources/read.
func contentsRead(t *conformance.Traffic) iter.Seq2[conformance.Seen, part] {
	return func(yield func(conformance.Seen, part) bool) {
		for m := range t.Results("resources/read") {
			for i, item := range m.Result().Get("contents").Items() {
				if !yield(m, part{item, fmt.Sprintf("/result/contents/%d", i)}) {
					return
				}
			}
		}
	}
}

// part is a value within a message, and where.
type part struct {
	mcp.Value
	pointer string
}

// faults notes all that is wrong with a part of a message.
func (v part) faults(j *conformance.Judge, m conformance.Seen, all []fault) {
	for _, f := range all {
		j.Faultf(m, v.pointer+f.pointer, "%s", f.message)
	}
}

// contentBlocks yields every content block that came in a prompt's message or
// a tool's result.
func contentBlocks(t *conformance.Traffic) iter.Seq2[conformance.Seen, part] {
	return func(yield func(conformance.Seen, part) bool) {
		for m := range t.Results("prompts/get", "tools/call") {
			for i, message := range m.Result().Get("messages").Items() {
				if !yield(m, part{message.Get("content"), fmt.Sprintf("/result/messages/%d/content", i)}) {
					return
				}
			}
			for i, block := range m.Result().Get("content").Items() {
				if !yield(m, part{block, fmt.Sprintf("/result/content/%d", i)}) {
					return
				}
			}
		}
	}
}
