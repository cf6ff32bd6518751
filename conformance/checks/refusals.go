package checks

import (
	"context"
	"net/http"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// refusals sends a method with params that a server must refuse, each on the
// same new session, after a control request and before another one. The error
// must have one of the codes given.
func refusals(ctx context.Context, p *conformance.Probe, method string, bad []map[string]any, codes ...int64) error {
	j := p.Judge()
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	if _, err := p.Control(ctx, s); err != nil {
		return err
	}
	for _, params := range bad {
		x := s.Call(ctx, method, params)
		j.Saw(x)
		e := x.RPCError()
		shown := mcp.ValueOf(params)
		switch {
		case e == nil && x.Result().Exists():
			j.Failf(x, "%s with params %.100s was not refused: %s", method, shown, outcome(x))
		case e == nil && refusedByHTTP(x, params):
		case e == nil:
			j.Failf(x, "%s with params %.100s got no error response: %s", method, shown, outcome(x))
		case e.Code == mcp.CodeHeaderMismatch && unmirrored(p, method, params):
		case !slices.Contains(codes, e.Code):
			j.Faultf(answerTo(x), "/error/code", "%s with params %.100s was refused with error %d, expected %d", method, shown, e.Code, codes[0])
		}
	}
	if x, err := p.Control(ctx, s); err != nil {
		j.Failf(x, "after %s with bad params the server no longer serves: %v", method, err)
	}
	return j.Err("")
}

// refusedByHTTP reports whether a request that is too long was turned away
// before it reached MCP, as web servers do with long headers.
func refusedByHTTP(x *mcp.Exchange, params map[string]any) bool {
	return len(mcp.ValueOf(params).Raw()) > 8000 && slices.Contains([]int{
		http.StatusBadRequest, http.StatusRequestURITooLong, http.StatusRequestEntityTooLarge, http.StatusRequestHeaderFieldsTooLarge,
	}, x.Status)
}

// unmirrored reports whether params give nothing that the header Mcp-Name of
// 2026-07-28 could say, so that its absence may be what is refused.
func unmirrored(p *conformance.Probe, method string, params map[string]any) bool {
	member := "name"
	if method == "resources/read" {
		member = "uri"
	}
	name, _ := params[member].(string)
	return p.Transport == mcp.HTTP && p.Revision.Era() == mcp.Stateless && name == ""
}
