package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/problem"
)

// tool calls the tool that the upstream calls name. A model sees that an
// upstream fails as the result of the tool, and can do something else.
func (u *upstream) tool(name string) mcp.ToolHandler {
	return func(ctx context.Context, req *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		res, err := pass(ctx, u, req, func(ctx context.Context, s *mcp.ClientSession, meta mcp.Meta) (*mcp.CallToolResult, error) {
			params := &mcp.CallToolParams{Meta: meta, Name: name, InputResponses: req.Params.InputResponses, RequestState: req.Params.RequestState}
			if len(req.Params.Arguments) > 0 {
				params.Arguments = req.Params.Arguments
			}
			return s.CallTool(ctx, params)
		})
		if down := (*problem.Problem)(nil); errors.As(err, &down) {
			return failed(down), nil
		}
		if err != nil {
			return nil, err
		}
		if res.NeedsInput() && req.Params.InputResponses != nil && req.ProtocolVersion() < firstStateless {
			return failed(&problem.Problem{
				Code:    problem.Unavailable,
				Message: "The server " + u.server.Name + " asks a second time, which this client cannot be told.",
				Fix:     "Use a client that speaks " + firstStateless + ".",
			}), nil
		}
		// A new result: the old one says in which era it was given.
		return &mcp.CallToolResult{
			Meta: own(res.Meta), Content: inRevision(res.Content, req.ProtocolVersion()), StructuredContent: res.StructuredContent, IsError: res.IsError,
			InputRequests: questions(res.InputRequests, res.NeedsInput()), RequestState: res.RequestState,
		}, nil
	}
}

func failed(why *problem.Problem) *mcp.CallToolResult {
	return &mcp.CallToolResult{IsError: true, Content: []mcp.Content{&mcp.TextContent{Text: why.Error()}}}
}

func (u *upstream) prompt(name string) mcp.PromptHandler {
	return func(ctx context.Context, req *mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
		res, err := pass(ctx, u, req, func(ctx context.Context, s *mcp.ClientSession, meta mcp.Meta) (*mcp.GetPromptResult, error) {
			return s.GetPrompt(ctx, &mcp.GetPromptParams{
				Meta: meta, Name: name, Arguments: req.Params.Arguments,
				InputResponses: req.Params.InputResponses, RequestState: req.Params.RequestState,
			})
		})
		if err != nil {
			return nil, asError(err)
		}
		for _, m := range res.Messages {
			m.Content = inRevision([]mcp.Content{m.Content}, req.ProtocolVersion())[0]
		}
		return &mcp.GetPromptResult{
			Meta: own(res.Meta), Description: res.Description, Messages: res.Messages,
			InputRequests: questions(res.InputRequests, res.NeedsInput()), RequestState: res.RequestState,
		}, nil
	}
}

func (u *upstream) resource(ctx context.Context, req *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
	if !u.server.Resources.Lets(req.Params.URI) { // a template may name what the filter does not let pass
		return nil, mcp.ResourceNotFoundError(req.Params.URI)
	}
	res, err := pass(ctx, u, req, func(ctx context.Context, s *mcp.ClientSession, meta mcp.Meta) (*mcp.ReadResourceResult, error) {
		return s.ReadResource(ctx, &mcp.ReadResourceParams{
			Meta: meta, URI: req.Params.URI,
			InputResponses: req.Params.InputResponses, RequestState: req.Params.RequestState,
		})
	})
	if wire := (*jsonrpc.Error)(nil); errors.As(err, &wire) && wire.Code == codeNotFoundThen {
		err = mcp.ResourceNotFoundError(req.Params.URI)
	}
	if err != nil {
		return nil, asError(err)
	}
	var contents []*mcp.ResourceContents
	for _, c := range res.Contents {
		mine := *c // the SDK completes it, and the client's cache may hold the original
		contents = append(contents, &mine)
	}
	return &mcp.ReadResourceResult{
		Meta: own(res.Meta), Contents: contents,
		// For this caller: the gateway may know several, the upstream knows one.
		Cacheable:     mcp.Cacheable{TTLMs: res.TTLMs, CacheScope: "private"},
		InputRequests: questions(res.InputRequests, res.NeedsInput()), RequestState: res.RequestState,
	}, nil
}

// What resources/read said of a resource that is not there, before 2026-07-28
// made it an invalid parameter.
const codeNotFoundThen = -32002

// own leaves out of a result's metadata what is between two neighbours.
func own(meta mcp.Meta) mcp.Meta {
	meta = maps.Clone(meta)
	maps.DeleteFunc(meta, func(key string, _ any) bool { return strings.HasPrefix(key, "io.modelcontextprotocol/") })
	return meta
}

// questions are those of a result. An upstream that is too busy needs input but
// asks for none.
func questions(asked mcp.InputRequestMap, needed bool) mcp.InputRequestMap {
	if needed && asked == nil {
		return mcp.InputRequestMap{}
	}
	return asked
}

// asError makes a protocol error of what keeps the gateway from answering.
func asError(err error) error {
	if down := (*problem.Problem)(nil); errors.As(err, &down) {
		data, _ := json.Marshal(down) // strings always encode
		return &jsonrpc.Error{Code: jsonrpc.CodeInternalError, Message: down.Message, Data: data}
	}
	return err
}
