package gateway

import (
	"context"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// offering is a gateway to upstreams that are not connected but have once
// offered something.
func offering(t *testing.T, offers map[string]offer) (running, func(name string, o offer)) {
	t.Helper()
	var servers []Server
	for _, name := range []string{"a", "a_", "b"} {
		servers = append(servers, Server{Name: name, URL: "http://127.0.0.1:1/"})
	}
	cfg := testConfig()
	cfg.StartWait = 0
	r := start(t, cfg, servers...)
	set := func(name string, o offer) {
		for _, u := range r.upstreams {
			if u.server.Name == name {
				u.mu.Lock()
				u.offer = o
				u.mu.Unlock()
			}
		}
		r.sync()
	}
	for name, o := range offers {
		set(name, o)
	}
	return r, set
}

func tool(name string) *mcp.Tool {
	return &mcp.Tool{Name: name, InputSchema: map[string]any{"type": "object"}}
}

func (r running) refusedBy(name string) string { return strings.Join(r.status(name).Refused, "\n") }

// What has the same name as something else, or no proper one, is refused and
// said to be; the rest is offered.
func TestRefusals(t *testing.T) {
	same := &mcp.Resource{Name: "x", URI: "test://same"}
	r, set := offering(t, map[string]offer{
		"a":  {tools: []*mcp.Tool{tool("_x"), tool("good")}, resources: []*mcp.Resource{same}},
		"a_": {tools: []*mcp.Tool{tool("x")}},
		"b": {tools: []*mcp.Tool{
			tool("with (space)"), tool("with_space"), tool("???"), tool(strings.Repeat("long", 20)), {Name: "no_object", InputSchema: map[string]any{"type": "array"}}, tool("fine"),
		}, resources: []*mcp.Resource{same}},
	})
	for name, want := range map[string]string{
		"a_": "a___x: a has that name already",
		"b":  "test://same: a has that name already",
	} {
		if got := r.refusedBy(name); !strings.Contains(got, want) {
			t.Errorf("of %s is refused %q, want %q", name, got, want)
		}
	}
	for _, want := range []string{"b__with_space: b has", "b__: that cannot", "longlong", "no_object"} {
		if !strings.Contains(r.refusedBy("b"), want) {
			t.Errorf("%s is not refused: %s", want, r.refusedBy("b"))
		}
	}
	c := r.connect(t, "", nil)
	list, err := c.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, tool := range list.Tools {
		names = append(names, tool.Name)
	}
	if got := strings.Join(names, " "); got != "a___x a__good b__fine b__with_space gateway_status" {
		t.Errorf("tools = %s", got)
	}
	set("a", offer{})
	if got := r.refusedBy("a_"); got != "" {
		t.Errorf("once the name is free, still refused: %s", got)
	}
	// It answers although its upstream has never been there.
	if res := callTool(t, c, "b__fine", nil); !res.IsError || !strings.Contains(text(res), "unavailable") {
		t.Errorf("result = %q", text(res))
	}
}

// Clients are told of real changes only.
func TestNoNeedlessNotice(t *testing.T) {
	r, set := offering(t, map[string]offer{"a": {tools: []*mcp.Tool{tool("x")}}})
	told := make(chan struct{}, 10)
	c := r.connect(t, newestHandshake, &mcp.ClientOptions{ToolListChangedHandler: func(context.Context, *mcp.ToolListChangedRequest) { told <- struct{}{} }})
	set("a", offer{tools: []*mcp.Tool{tool("x")}}) // the same again
	set("b", offer{prompts: []*mcp.Prompt{{Name: "p"}}})
	if _, err := c.ListPrompts(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	changed := tool("x")
	changed.Description = "another"
	set("a", offer{tools: []*mcp.Tool{changed}})
	<-told
	select {
	case <-told:
		t.Error("the client is told twice of one change")
	default:
	}
	list, err := c.ListTools(t.Context(), nil)
	if err != nil || list.Tools[0].Description != "another" {
		t.Errorf("tools = %v, %v", list, err)
	}
}
