package gateway

import (
	"context"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/sony/gobreaker/v2"
)

const statusTool = "gateway_status"

// Status is how an upstream is doing.
type Status struct {
	Name      string   `json:"name"`
	State     string   `json:"state" jsonschema:"connected; connecting, for the first time; lost, and tried again; paused after failures; skipped"`
	Revision  string   `json:"revision,omitempty" jsonschema:"of MCP, as spoken with this upstream"`
	Tools     int      `json:"tools" jsonschema:"how many it offers, after the filters"`
	Prompts   int      `json:"prompts"`
	Resources int      `json:"resources" jsonschema:"with resource templates"`
	LastError string   `json:"lastError,omitempty" jsonschema:"why it is not connected"`
	Refused   []string `json:"refused,omitempty" jsonschema:"what it offers but the gateway cannot pass on"`
}

// Statuses is how all upstreams are doing.
type Statuses struct {
	Upstreams []Status `json:"upstreams" jsonschema:"the servers behind this gateway"`
}

// Status tells how all upstreams are doing, in the order of their names.
func (g *Gateway) Status() Statuses {
	all := Statuses{Upstreams: []Status{}}
	running := g.upstreams
	for _, s := range g.servers {
		if s.Skip != "" {
			all.Upstreams = append(all.Upstreams, Status{Name: s.Name, State: "skipped", LastError: s.Skip})
			continue
		}
		status := running[0].status()
		g.mu.Lock()
		status.Refused = g.refused[running[0]]
		g.mu.Unlock()
		all.Upstreams, running = append(all.Upstreams, status), running[1:]
	}
	return all
}

func (u *upstream) status() Status {
	u.mu.Lock()
	defer u.mu.Unlock()
	s := Status{
		Name: u.server.Name, State: "connecting", LastError: u.failure,
		Tools: len(u.offer.tools), Prompts: len(u.offer.prompts), Resources: len(u.offer.resources) + len(u.offer.templates),
	}
	switch {
	case u.breaker.State() == gobreaker.StateOpen:
		s.State = "paused"
	case u.session != nil:
		s.State = "connected"
	case u.failure != "":
		s.State = "lost"
	}
	if u.session != nil {
		s.Revision = u.session.InitializeResult().ProtocolVersion
	}
	return s
}

func (g *Gateway) addStatus(server *mcp.Server) {
	no := false
	mcp.AddTool(server, &mcp.Tool{
		Name:        statusTool,
		Title:       "Status of the gateway",
		Description: "Lists the servers behind this gateway: whether each is connected, what it offers, and what is wrong with it.",
		Annotations: &mcp.ToolAnnotations{ReadOnlyHint: true, IdempotentHint: true, DestructiveHint: &no, OpenWorldHint: &no},
		Icons:       Icon(),
	}, func(context.Context, *mcp.CallToolRequest, struct{}) (*mcp.CallToolResult, Statuses, error) {
		return nil, g.Status(), nil
	})
}

// Icon shows in clients that draw icons. It is inline so that nothing need be
// fetched to see it.
func Icon() []mcp.Icon {
	return []mcp.Icon{{
		Source:   "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCAxNiAxNiI+PHBhdGggZD0iTTIgMnYxMk0xNCAydjEyTTIgOGgxMk01IDVsMyAzLTMgMyIgZmlsbD0ibm9uZSIgc3Ryb2tlPSIjMzMzIi8+PC9zdmc+",
		MIMEType: "image/svg+xml",
		Sizes:    []string{"any"},
	}}
}
