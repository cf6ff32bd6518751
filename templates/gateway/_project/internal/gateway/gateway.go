package gateway

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// Gateway joins upstreams to one server. Its methods may be called concurrently
// after Join.
type Gateway struct {
	cfg       Config
	as        *mcp.Implementation
	log       *slog.Logger
	servers   []Server
	upstreams []*upstream // those that are not skipped, in the order of their names

	cancel  context.CancelFunc
	running sync.WaitGroup

	mu                                   sync.Mutex
	server                               *mcp.Server
	tools, prompts, resources, templates shelf
	refused                              map[*upstream][]string
}

// New returns a gateway to the servers; as is how it introduces itself to them.
func New(cfg Config, servers []Server, as *mcp.Implementation, log *slog.Logger) *Gateway {
	return &Gateway{cfg: cfg, as: as, log: log, servers: servers, cancel: func() {}}
}

// Prepare declares what the server may come to offer: upstreams come and go, and
// clients are told what kinds there are only once.
func (g *Gateway) Prepare(o *mcp.ServerOptions) {
	o.Capabilities.Tools = &mcp.ToolCapabilities{ListChanged: true}
	o.Capabilities.Prompts = &mcp.PromptCapabilities{ListChanged: true}
	o.Capabilities.Resources = &mcp.ResourceCapabilities{ListChanged: true}
	o.CompletionHandler = g.complete
}

// Join makes server the one that offers what the upstreams do. What is sent to
// them over HTTP goes through base.
func (g *Gateway) Join(server *mcp.Server, base http.RoundTripper) {
	g.server = server
	g.tools.remove, g.prompts.remove = server.RemoveTools, server.RemovePrompts
	g.resources.remove, g.templates.remove = server.RemoveResources, server.RemoveResourceTemplates
	g.addStatus(server)
	for _, s := range g.servers {
		if s.Skip == "" {
			g.upstreams = append(g.upstreams, newUpstream(s, g.cfg, g.as, base, g.log, g.sync))
		}
	}
}

// Start connects to all upstreams at once and returns when each is connected or
// has had its tries, but waits no longer than cfg.StartWait. No upstream is
// needed, so there is no error. What is not connected yet is tried on.
func (g *Gateway) Start(ctx context.Context) error {
	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	g.cancel = cancel
	settled := make(chan struct{}, len(g.upstreams))
	for _, u := range g.upstreams {
		g.running.Go(func() { u.run(life, sync.OnceFunc(func() { settled <- struct{}{} })) })
	}
	wait, stop := context.WithTimeout(ctx, g.cfg.StartWait)
	defer stop()
	for range g.upstreams {
		select {
		case <-settled:
		case <-wait.Done():
			return nil
		}
	}
	return nil
}

// Stop ends all connections and child processes, or gives up when ctx ends.
func (g *Gateway) Stop(ctx context.Context) error {
	g.cancel()
	ended := make(chan struct{})
	go func() {
		g.running.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return errors.New("some upstreams have not ended")
	}
}

// Checks returns what tells whether an upstream can be used, by its name.
func (g *Gateway) Checks() map[string]func(context.Context) error {
	checks := map[string]func(context.Context) error{}
	for _, u := range g.upstreams {
		checks[u.server.Name] = u.check
	}
	return checks
}

// complete asks the upstream that owns the prompt or template.
func (g *Gateway) complete(ctx context.Context, req *mcp.CompleteRequest) (*mcp.CompleteResult, error) {
	i, ok := g.owner(req.Params.Ref)
	if !ok {
		return nil, &jsonrpc.Error{Code: jsonrpc.CodeInvalidParams, Message: "there is no such prompt or resource template"}
	}
	none := &mcp.CompleteResult{Completion: mcp.CompletionResultDetails{Values: []string{}}}
	res, err := pass(ctx, i.owner, req, func(ctx context.Context, s *mcp.ClientSession, meta mcp.Meta) (*mcp.CompleteResult, error) {
		if caps := s.InitializeResult().Capabilities; caps == nil || caps.Completions == nil {
			return none, nil
		}
		ref := *req.Params.Ref
		if ref.Type == "ref/prompt" {
			ref.Name = i.name
		}
		return s.Complete(ctx, &mcp.CompleteParams{Meta: meta, Argument: req.Params.Argument, Context: req.Params.Context, Ref: &ref})
	})
	if err != nil {
		return nil, asError(err)
	}
	return &mcp.CompleteResult{Meta: own(res.Meta), Completion: res.Completion}, nil
}
