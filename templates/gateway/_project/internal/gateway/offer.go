package gateway

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// offer is what an upstream lists and its filters let pass.
type offer struct {
	tools     []*mcp.Tool
	prompts   []*mcp.Prompt
	resources []*mcp.Resource
	templates []*mcp.ResourceTemplate
}

// An upstream that lists more than this of one kind is mistaken or hostile.
const maxItems = 2000

// ask lists what an upstream declares to have.
func ask(ctx context.Context, session *mcp.ClientSession, s Server) (o offer, err error) {
	has := session.InitializeResult().Capabilities
	if has == nil {
		return o, nil
	}
	var errs [4]error
	if has.Tools != nil {
		o.tools, errs[0] = collect(session.Tools(ctx, nil), s.Tools, func(t *mcp.Tool) string { return t.Name })
	}
	if has.Prompts != nil {
		o.prompts, errs[1] = collect(session.Prompts(ctx, nil), s.Prompts, func(p *mcp.Prompt) string { return p.Name })
	}
	if has.Resources != nil {
		o.resources, errs[2] = collect(session.Resources(ctx, nil), s.Resources, func(r *mcp.Resource) string { return r.URI })
		o.templates, errs[3] = collect(session.ResourceTemplates(ctx, nil), s.Resources, func(t *mcp.ResourceTemplate) string { return t.URITemplate })
	}
	return o, errors.Join(errs[:]...)
}

func collect[T any](items iter.Seq2[*T, error], f Filter, name func(*T) string) (all []*T, err error) {
	for item, err := range items {
		var wire *jsonrpc.Error
		switch {
		case errors.As(err, &wire) && wire.Code == jsonrpc.CodeMethodNotFound:
			return nil, nil // many servers declare resources and know no templates
		case err != nil:
			return nil, err
		case len(all) == maxItems:
			return nil, fmt.Errorf("it lists more than %d", maxItems)
		case item != nil && f.Lets(name(item)):
			all = append(all, item)
		}
	}
	return all, nil
}
