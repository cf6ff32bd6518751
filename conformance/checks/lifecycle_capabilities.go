package checks

import (
	"context"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// declaredCapabilities is about what the opening promises and what may then
// be used: basic/lifecycle#operation, basic/lifecycle#capability-negotiation.
func declaredCapabilities() []conformance.Check {
	return []conformance.Check{{
		ID:    "lifecycle/capabilities/shape",
		Title: "declared capabilities are objects and their flags booleans",
		Claims: claims{Handshake: ids{"lifecycle.capability.shape"},
			Stateless: ids{"lifecycle.discover.capabilities"}},
		Reach: conformance.Observe,
		Run:   lifecycleCapabilityShape,
		Fix:   "Declare a capability with an object, {} at least, never with true or null.",
	}, {
		ID:    "lifecycle/capabilities/advertised",
		Title: "what the server serves, it declares",
		Claims: claims{Handshake: ids{"lifecycle.capability.features-advertised"},
			Stateless: ids{"lifecycle.capability.tools-declared", "lifecycle.capability.resources-declared",
				"lifecycle.capability.prompts-declared", "lifecycle.capability.completions-declared"}},
		Reach:   conformance.Provoke,
		Run:     lifecycleAdvertised,
		General: true, // the suites of the capabilities ask the same, each for its own
	}, {
		ID:     "lifecycle/capabilities/undeclared-refused",
		Title:  "methods of capabilities that are not declared are refused with -32601",
		Claims: claims{Handshake: ids{"lifecycle.capability.undeclared-rejected"}},
		Reach:  conformance.Provoke,
		Run:    lifecycleUndeclaredRefused,
	}, {
		ID:      "lifecycle/capabilities/implemented",
		Title:   "methods of declared capabilities exist",
		Claims:  claims{Handshake: ids{"lifecycle.capability.advertised-methods-work"}},
		Reach:   conformance.Provoke,
		Run:     lifecycleImplemented,
		General: true, // each list has a check of its own
	}, {
		ID:    "lifecycle/capabilities/client",
		Title: "the server asks a client only for what that has declared",
		Claims: claims{Handshake: ids{"lifecycle.operation.negotiated-capabilities",
			"lifecycle.operation.negotiated-capabilities-should"}},
		Reach: conformance.Observe,
		Run:   lifecycleClientCapabilities,
	}, {
		ID:    "lifecycle/capabilities/server",
		Title: "the server notifies only of what it has declared",
		Claims: claims{Handshake: ids{"lifecycle.operation.negotiated-capabilities",
			"lifecycle.operation.negotiated-capabilities-should"}},
		Watch:   lifecycleServerCapabilities,
		General: true, // logging/capability/declared and the like judge their own notifications
	}}
}

func lifecycleCapabilityShape(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	x := s.Opening()
	j.Saw(x)
	if !s.Capabilities().Is(mcp.Object) {
		j.Faultf(answerTo(x), "/result/capabilities", "capabilities is %s, not an object", theKind(s.Capabilities().Kind()))
		return j.Err("")
	}
	for _, c := range s.Capabilities().Members() {
		at := "/result/capabilities/" + mcp.EscapePointer(c.Name)
		if !c.Value.Is(mcp.Object) {
			j.Faultf(answerTo(x), at, "capability %.40q is %s, not an object", c.Name, theKind(c.Value.Kind()))
		}
		for _, flag := range []string{"listChanged", "subscribe"} {
			if v := c.Value.Get(flag); v.Exists() && !v.Is(mcp.Bool) {
				j.Faultf(answerTo(x), at+"/"+flag, "%.40q.%s is %s, not a boolean", c.Name, flag, theKind(v.Kind()))
			}
		}
		if c.Name == "extensions" || c.Name == "experimental" {
			for _, e := range c.Value.Members() {
				if !e.Value.Is(mcp.Object) {
					j.Faultf(answerTo(x), at+"/"+mcp.EscapePointer(e.Name), "%s.%.60q is %s, not an object", c.Name, e.Name, theKind(e.Value.Kind()))
				}
			}
		}
	}
	return j.Err("")
}

// methodsOf are the requests with which a capability can be tried: by asking
// for what changes nothing.
func methodsOf(p *conformance.Probe, capability string) []mcp.Request {
	switch capability {
	case "tools", "prompts":
		return []mcp.Request{{Method: capability + "/list"}}
	case "resources":
		return []mcp.Request{{Method: "resources/list"}}
	case "completions":
		return []mcp.Request{{Method: "completion/complete", Params: map[string]any{
			"ref":      map[string]any{"type": "ref/prompt", "name": "mcpctl-no-such-prompt"},
			"argument": map[string]any{"name": "x", "value": ""},
		}}}
	case "logging":
		if p.Revision.Era() == mcp.Handshake {
			return []mcp.Request{{Method: "logging/setLevel", Params: map[string]any{"level": "info"}}}
		}
	}
	return nil
}

// capabilities that methodsOf knows. Completion is none in 2024-11-05, so there
// it can be neither declared nor held back.
func triedCapabilities(p *conformance.Probe) []string {
	all := []string{"tools", "resources", "prompts", "logging"}
	if p.Revision >= mcp.Rev20250326 {
		all = append(all, "completions")
	}
	return all
}

// tryUndeclared asks for everything that is not declared.
func tryUndeclared(ctx context.Context, p *conformance.Probe, judge func(capability string, x *mcp.Exchange)) error {
	for _, capability := range triedCapabilities(p) {
		if p.Capability(capability).Exists() {
			continue
		}
		for _, r := range methodsOf(p, capability) {
			x, err := p.Ask(ctx, r.Method, r.Params)
			if err != nil {
				return err
			}
			judge(capability, x)
		}
	}
	return nil
}

const allDeclared = "the server declares every capability that could be tried"

func lifecycleAdvertised(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	err := tryUndeclared(ctx, p, func(capability string, x *mcp.Exchange) {
		j.Saw(x)
		if x.Result().Exists() {
			j.Failf(x, "%s is served although the server does not declare %s", x.Request.Method, capability)
		}
	})
	if err != nil {
		return err
	}
	return j.Err(allDeclared)
}

func lifecycleUndeclaredRefused(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	err := tryUndeclared(ctx, p, func(capability string, x *mcp.Exchange) {
		if x.Result().Exists() {
			return // lifecycle/capabilities/advertised judges that
		}
		j.Saw(x)
		if e := x.RPCError(); e == nil || e.Code != mcp.CodeMethodNotFound {
			j.Failf(x, "%s is not declared, but %s was not refused with -32601: %s", capability, x.Request.Method, outcome(x))
		}
	})
	if err != nil {
		return err
	}
	return j.Err(allDeclared)
}

func lifecycleImplemented(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	for _, capability := range triedCapabilities(p) {
		if !p.Capability(capability).Exists() {
			continue
		}
		for _, r := range methodsOf(p, capability) {
			x, err := p.Ask(ctx, r.Method, r.Params)
			if err != nil {
				return err
			}
			j.Saw(x)
			if e := x.RPCError(); e != nil && e.Code == mcp.CodeMethodNotFound {
				j.Failf(x, "the server declares %s but does not know %s", capability, r.Method)
			}
		}
	}
	return j.Err("the server declares no capability that could be tried")
}

func lifecycleClientCapabilities(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.FreshWith(ctx, func(o *mcp.Options) { o.Capabilities, o.Listen = map[string]any{}, true })
	if err != nil {
		return err
	}
	x := s.Do(ctx, ordinary(p))
	j.Saw(x)
	j.Saw(s.Call(ctx, "ping", nil))
	for _, f := range s.Log().Frames() {
		for _, m := range f.Messages() {
			if f.Direction == mcp.Received && m.MessageKind() == mcp.RequestMessage && m.Method() != "ping" {
				j.Failf(x, "the server sent %.60q to a client that declares no capability", m.Method())
			}
		}
	}
	return j.Err("")
}

// behind names the capability without which a notification may not be sent.
func behind(method string) string {
	switch method {
	case "notifications/tools/list_changed", "notifications/resources/list_changed", "notifications/prompts/list_changed":
		what, _, _ := strings.Cut(strings.TrimPrefix(method, "notifications/"), "/")
		return what + ".listChanged"
	case "notifications/resources/updated":
		return "resources.subscribe"
	case "notifications/message":
		return "logging"
	}
	return ""
}

func lifecycleServerCapabilities(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range t.Notifications() {
		capability := behind(m.Method())
		if capability == "" {
			continue
		}
		j.Met(m)
		if t.Facts.Missing(capability) != "" {
			j.Faultf(m, "/method", "%s was sent, but the server does not declare %s", m.Method(), capability)
		}
	}
	return j.Err("the server sent no notification that needs a capability")
}
