package gateway

import (
	"context"
	"errors"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// Upstreams of the handshake era ask on their own: for words of the user, or of
// the client's model. These questions name no call, so they are handed on only
// if it is certain whom they are for. (In the stateless era a question is an
// answer to a call, and passes like any other.)

func (u *upstream) elicit(ctx context.Context, req *mcp.ElicitRequest) (*mcp.ElicitResult, error) {
	return handOn(ctx, u, req.Session, "elicitation", func(ctx context.Context, client *mcp.ServerSession) (*mcp.ElicitResult, error) {
		return client.Elicit(ctx, req.Params)
	})
}

func (u *upstream) sample(ctx context.Context, req *mcp.CreateMessageWithToolsRequest) (*mcp.CreateMessageWithToolsResult, error) {
	return handOn(ctx, u, req.Session, "sampling", func(ctx context.Context, client *mcp.ServerSession) (*mcp.CreateMessageWithToolsResult, error) {
		if caps := client.InitializeParams().Capabilities; caps == nil || caps.Sampling == nil {
			return nil, errors.New("the client does not support it")
		}
		return client.CreateMessageWithTools(ctx, req.Params)
	})
}

func handOn[R any](ctx context.Context, u *upstream, from *mcp.ClientSession, what string, question func(context.Context, *mcp.ServerSession) (R, error)) (R, error) {
	var none R
	c, why := u.asker(from)
	if c == nil {
		return none, refused(what, why)
	}
	if params := c.client.InitializeParams(); params == nil || params.ProtocolVersion >= firstStateless {
		return none, refused(what, "the client speaks "+firstStateless+", in which servers do not ask on their own")
	}
	// The call's context leads to the client, and ends with the call.
	asking, cancel := context.WithCancel(c.ctx)
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	c.silence.Stop() // people need their time
	defer c.silence.Reset(u.server.Timeout)
	answer, err := question(asking, c.client)
	if err != nil {
		return none, refused(what, err.Error())
	}
	return answer, nil
}

// asker is the call that a question of the upstream is about, or why that cannot
// be told.
func (u *upstream) asker(from *mcp.ClientSession) (c *call, why string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, other := range u.calls {
		switch {
		case other.session != from:
		case c != nil && other.client != c.client:
			return nil, "it cannot be told which client it is for, as several call this server"
		case c == nil || other.number > c.number:
			c = other
		}
	}
	if c == nil || c.client == nil {
		return nil, "no call is under way"
	}
	return c, ""
}

func refused(what, why string) error {
	return &jsonrpc.Error{Code: jsonrpc.CodeInvalidRequest, Message: "the gateway cannot hand on " + what + ": " + why}
}
