// Package completion suggests values for prompt arguments and for the variables
// of URI templates.
package completion

import (
	"context"
	"fmt"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// A client is shown no more than this; the protocol sets it.
const maxValues = 100

// Source knows which values exist. The zero Source knows none. It is filled
// while the server is built.
type Source struct {
	values map[key]func() []string
}

type key struct{ kind, name, argument string }

// Add has the values of an argument come from f. The kind is "ref/prompt" with a
// prompt's name, or "ref/resource" with a URI template.
func (s *Source) Add(kind, name, argument string, f func() []string) {
	if s.values == nil {
		s.values = map[key]func() []string{}
	}
	s.values[key{kind, name, argument}] = f
}

// Complete answers completion/complete with the values that begin as the client
// has begun, whatever the case.
func (s *Source) Complete(_ context.Context, req *mcp.CompleteRequest) (*mcp.CompleteResult, error) {
	ref, arg := req.Params.Ref, req.Params.Argument
	values, ok := s.values[key{ref.Type, ref.Name + ref.URI, arg.Name}]
	if !ok {
		if s.knows(ref) {
			return &mcp.CompleteResult{Completion: mcp.CompletionResultDetails{Values: []string{}}}, nil
		}
		return nil, &jsonrpc.Error{
			Code:    jsonrpc.CodeInvalidParams,
			Message: fmt.Sprintf("there is nothing to complete for %s %s%s", ref.Type, ref.Name, ref.URI),
		}
	}
	matches := []string{}
	for _, v := range values() {
		if len(v) >= len(arg.Value) && strings.EqualFold(v[:len(arg.Value)], arg.Value) {
			matches = append(matches, v)
		}
	}
	return &mcp.CompleteResult{Completion: mcp.CompletionResultDetails{
		Values:  matches[:min(len(matches), maxValues)],
		Total:   len(matches),
		HasMore: len(matches) > maxValues,
	}}, nil
}

// knows tells whether any argument of the prompt or template can be completed.
func (s *Source) knows(ref *mcp.CompleteReference) bool {
	for k := range s.values {
		if k.kind == ref.Type && k.name == ref.Name+ref.URI {
			return true
		}
	}
	return false
}
