package gateway

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// upstreams are one of each era on each transport.
func upstreams(t *testing.T) map[string]Server {
	return map[string]Server{
		"a handshake-era child":  child("up", "handshake"),
		"a stateless-era child":  child("up", "newest"),
		"a handshake-era remote": remote(t, "up", newestHandshake),
		"a stateless-era remote": remote(t, "up", firstStateless),
	}
}

// All that an upstream offers is offered as it is, whatever both sides speak.
func TestPassesOn(t *testing.T) {
	for name, server := range upstreams(t) {
		t.Run(name, func(t *testing.T) {
			r := start(t, testConfig(), server)
			want := newestHandshake
			if strings.Contains(name, "stateless") {
				want = firstStateless
			}
			if s := r.Status().Upstreams; len(s) != 1 || s[0].State != "connected" || s[0].Revision != want || s[0].Tools != 6 || s[0].Resources != 2 {
				t.Fatalf("status = %+v, log:\n%s", s, r.log)
			}
			for _, revision := range []string{"2024-11-05", newestHandshake, firstStateless} {
				t.Run(revision, func(t *testing.T) { passesOn(t, r, revision) })
			}
		})
	}
}

func passesOn(t *testing.T, r running, revision string) {
	steps := make(chan float64, 10)
	c := r.connect(t, revision, &mcp.ClientOptions{ProgressNotificationHandler: func(_ context.Context, req *mcp.ProgressNotificationClientRequest) {
		if req.Params.ProgressToken == "mine" && req.Params.Message == "on the way" {
			steps <- req.Params.Progress
		}
	}})

	if res := callTool(t, c, "up__echo", map[string]any{"text": "hi"}); !reflect.DeepEqual(res.StructuredContent, map[string]any{"text": "hi"}) {
		t.Errorf("result = %+v", res)
	}
	if res := callTool(t, c, "up__echo", map[string]any{"text": ""}); !res.IsError || text(res) != "there is nothing to say" {
		t.Errorf("result = %+v, want the upstream's own error", res)
	}
	params := &mcp.CallToolParams{Name: "up__steps"}
	params.SetProgressToken("mine")
	if res, err := c.CallTool(t.Context(), params); err != nil || text(res) != "done" {
		t.Errorf("result = %v, %v", res, err)
	}
	for want := 1.0; want <= 3; want++ {
		if got := <-steps; got != want {
			t.Errorf("progress = %v, want %v", got, want)
		}
	}

	prompt, err := c.GetPrompt(t.Context(), &mcp.GetPromptParams{Name: "up__greet", Arguments: map[string]string{"who": "Ada"}})
	if err != nil || prompt.Messages[0].Content.(*mcp.TextContent).Text != "greet Ada" {
		t.Errorf("prompt = %v, %v", prompt, err)
	}
	for _, uri := range []string{"test://data", "test://items/1"} {
		res, err := c.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: uri})
		if err != nil || res.Contents[0].Text != "text of "+uri {
			t.Errorf("%s = %v, %v", uri, res, err)
		}
	}
	var wire *jsonrpc.Error
	if _, err := c.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: "test://items/missing"}); !errors.As(err, &wire) || wire.Code != jsonrpc.CodeInvalidParams {
		t.Errorf("a missing resource is answered with %v", err)
	}
	for _, ref := range []*mcp.CompleteReference{{Type: "ref/prompt", Name: "up__greet"}, {Type: "ref/resource", URI: "test://items/{id}"}} {
		res, err := c.Complete(t.Context(), &mcp.CompleteParams{Ref: ref, Argument: mcp.CompleteParamsArgument{Name: "who", Value: "A"}})
		if err != nil || len(res.Completion.Values) != 2 {
			t.Errorf("completions of %+v = %v, %v", ref, res, err)
		}
	}
	if _, err := c.Complete(t.Context(), &mcp.CompleteParams{Ref: &mcp.CompleteReference{Type: "ref/prompt", Name: "greet"}, Argument: mcp.CompleteParamsArgument{Name: "who"}}); err == nil {
		t.Error("a prompt that does not exist is completed")
	}
}

// Definitions differ from the upstream's own in the name alone.
func TestSchemasAreUntouched(t *testing.T) {
	r := start(t, testConfig(), child("up", "newest"))
	got, err := r.connect(t, "", nil).ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	direct := running{r.Gateway, newUpstreamServer(firstStateless), r.log}
	want, err := direct.connect(t, "", nil).ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	theirs := map[string]*mcp.Tool{}
	for _, tool := range want.Tools {
		theirs["up__"+tool.Name] = tool
	}
	for _, tool := range got.Tools {
		if tool.Name == statusTool {
			continue
		}
		original := theirs[tool.Name]
		if original == nil {
			t.Fatalf("there is no %s", tool.Name)
		}
		original.Name = tool.Name
		if !reflect.DeepEqual(tool, original) {
			t.Errorf("%+v became %+v", original, tool)
		}
		delete(theirs, tool.Name)
	}
	if len(theirs) > 0 {
		t.Errorf("these are lost: %v", theirs)
	}
}

// Giving up a call reaches the upstream.
func TestCancellation(t *testing.T) {
	r := start(t, testConfig(), child("up", "newest"))
	c := r.connect(t, "", nil)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := c.CallTool(ctx, &mcp.CallToolParams{Name: "up__hang"})
		ended <- err
	}()
	eventually(t, "the upstream has the call", func() bool { return strings.Contains(r.log.String(), "hanging") })
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the call ended with %v", err)
	}
	eventually(t, "the upstream is told", func() bool { return strings.Contains(r.log.String(), "cancelled") })
	if s := r.Status().Upstreams[0]; s.State != "connected" {
		t.Errorf("a call that was given up counts as a failure: %+v", s)
	}
}

// A question of an upstream reaches the user where both eras let it, and is
// clearly refused where not.
func TestElicitation(t *testing.T) {
	for name, server := range upstreams(t) {
		t.Run(name, func(t *testing.T) {
			r := start(t, testConfig(), server)
			for _, revision := range []string{newestHandshake, firstStateless} {
				want := "accept"
				if revision == firstStateless && strings.Contains(name, "handshake") {
					want = "not asked: "
				}
				c := r.connect(t, revision, &mcp.ClientOptions{ElicitationHandler: func(context.Context, *mcp.ElicitRequest) (*mcp.ElicitResult, error) {
					return &mcp.ElicitResult{Action: "accept", Content: map[string]any{"sure": true}}, nil
				}})
				if res := callTool(t, c, "up__ask", nil); res.IsError || !strings.HasPrefix(text(res), want) {
					t.Errorf("a client of %s is answered %q, want %q", revision, text(res), want)
				}
				unable := r.connect(t, revision, nil)
				if res := callTool(t, unable, "up__ask", nil); !strings.HasPrefix(text(res), "not asked: ") {
					t.Errorf("a client of %s that cannot ask is answered %q", revision, text(res))
				}
			}
		})
	}
}

// While several clients call a server of the handshake era, nobody is asked what
// another may be meant to answer.
func TestNobodyElseIsAsked(t *testing.T) {
	r := start(t, testConfig(), child("up", "handshake"))
	options := &mcp.ClientOptions{ElicitationHandler: func(context.Context, *mcp.ElicitRequest) (*mcp.ElicitResult, error) {
		return &mcp.ElicitResult{Action: "accept"}, nil
	}}
	one, other := r.connect(t, newestHandshake, options), r.connect(t, newestHandshake, options)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan struct{})
	go func() {
		_, _ = other.CallTool(ctx, &mcp.CallToolParams{Name: "up__hang"})
		close(ended)
	}()
	u := r.upstreams[0]
	under := func(n int) func() bool {
		return func() bool {
			u.mu.Lock()
			defer u.mu.Unlock()
			return len(u.calls) == n
		}
	}
	eventually(t, "the other call is under way", under(1))
	if res := callTool(t, one, "up__ask", nil); !strings.Contains(text(res), "which client") {
		t.Errorf("the answer is %q", text(res))
	}
	cancel()
	<-ended
	eventually(t, "the other call has ended", under(0))
	if res := callTool(t, one, "up__ask", nil); text(res) != "accept" {
		t.Errorf("alone, the answer is %q", text(res))
	}
}

func TestListChanged(t *testing.T) {
	for name, server := range upstreams(t) {
		t.Run(name, func(t *testing.T) {
			r := start(t, testConfig(), server)
			for i, revision := range []string{newestHandshake, firstStateless} {
				told := make(chan struct{}, 10)
				c := r.connect(t, revision, &mcp.ClientOptions{ToolListChangedHandler: func(context.Context, *mcp.ToolListChangedRequest) { told <- struct{}{} }})
				if i == 0 {
					callTool(t, c, "up__grow", nil)
					<-told
				}
				if res := callTool(t, c, "up__grown", nil); text(res) != "grown" {
					t.Errorf("the new tool answers %q", text(res))
				}
			}
		})
	}
}

func TestFilters(t *testing.T) {
	server := child("up", "newest")
	server.Tools = Filter{Allow: []string{"e*", "s*", "die"}, Deny: []string{"d*"}}
	server.Prompts = Filter{Deny: []string{"*"}}
	server.Resources = Filter{Deny: []string{"test://data", "test://items/secret*"}}
	r := start(t, testConfig(), server)
	c := r.connect(t, "", nil)
	list, err := c.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, tool := range list.Tools {
		names = append(names, tool.Name)
	}
	if got := fmt.Sprint(names); got != "[gateway_status up__echo up__steps]" {
		t.Errorf("tools = %s", got)
	}
	if s := r.Status().Upstreams[0]; s.Prompts != 0 || s.Resources != 1 {
		t.Errorf("status = %+v", s)
	}
	for _, uri := range []string{"test://data", "test://items/secret-1"} {
		if _, err := c.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: uri}); err == nil {
			t.Errorf("%s can be read", uri)
		}
	}
	if _, err := c.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: "test://items/1"}); err != nil {
		t.Error(err)
	}
}
