package checks

import (
	"context"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// toolsChangeChecks judge notifications/tools/list_changed.
func toolsChangeChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "tools/list-changed/sent",
		Title:  "a change of the tools is announced",
		Claims: claims{Handshake: ids{"tools.list-changed.sent"}, Stateless: ids{"tools.list-changed.notifies"}},
		Needs:  "tools.listChanged allowed-tools",
		Reach:  conformance.Invoke,
		Run:    toolsChangeSent,
		Fix:    "Send notifications/tools/list_changed whenever the answer to tools/list has changed.",
	}, {
		ID:     "tools/list-changed/declared",
		Title:  "changes of the tools are announced only by servers that declare it",
		Claims: claims{Handshake: ids{"tools.list-changed.only-if-declared"}},
		Watch:  toolsChangeDeclared,
		Fix:    "Set listChanged in the capability tools, or do not send the notification.",
	}}
}

const toolsListChanged = "notifications/tools/list_changed"

// toolsPatience is how long a notification may take that goes another way
// than the answers which prove that it should have been sent.
const toolsPatience = 300 * time.Millisecond

func toolsChangeSent(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	allowed, err := p.AllowedTools(ctx)
	if err != nil {
		return err
	}
	s, err := p.FreshWith(ctx, func(o *mcp.Options) { o.Listen = true })
	if err != nil {
		return err
	}
	if p.Revision.Era() == mcp.Stateless {
		subscription, err := toolsListen(ctx, s)
		if err != nil {
			return err
		}
		defer subscription.Close()
	}
	before, err := toolsFetch(ctx, s)
	if err != nil {
		return err
	}
	for _, tool := range allowed[:min(len(allowed), maxToolCalls)] {
		arguments, ok := toolsExample(tool)
		if !ok {
			continue
		}
		x := s.Do(ctx, toolsCall(tool, arguments))
		after, err := toolsFetch(ctx, s)
		if err != nil {
			return err
		}
		if toolsEqual(before, after) {
			continue
		}
		j.Saw(x)
		if !toolsAnnounced(ctx, s) {
			j.Failf(after.Pages[0], "the tools changed when %.60q was called, but no %s came", toolName(tool), toolsListChanged)
		}
		return j.Err("")
	}
	return j.Err("no allowed tool changed the list of tools")
}

// toolsListen subscribes to changes of the tools and waits until that is
// acknowledged.
func toolsListen(ctx context.Context, s *mcp.Session) (*mcp.Exchange, error) {
	x := s.Start(ctx, mcp.Request{
		Method: "subscriptions/listen",
		Params: map[string]any{"notifications": map[string]any{"toolsListChanged": true}},
	})
	bounded, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_, err := s.Await(bounded, func(f mcp.Frame) bool { return toolsBrings(f, "notifications/subscriptions/acknowledged") })
	if err != nil {
		x.Close()
		return nil, conformance.Unprovenf("subscriptions/listen was not acknowledged: %v", err)
	}
	return x, nil
}

// toolsEqual reports whether two lists say the same of the same tools.
func toolsEqual(a, b *conformance.Listing) bool {
	if len(a.Entries) != len(b.Entries) {
		return false
	}
	for i := range a.Entries {
		if !mcp.Equal(a.Entries[i].Value, b.Entries[i].Value) {
			return false
		}
	}
	return true
}

// toolsAnnounced waits a little for the notification, which may travel on another
// stream than answers do.
func toolsAnnounced(ctx context.Context, s *mcp.Session) bool {
	bounded, cancel := context.WithTimeout(ctx, toolsPatience)
	defer cancel()
	_, err := s.Await(bounded, func(f mcp.Frame) bool { return toolsBrings(f, toolsListChanged) })
	return err == nil
}

// toolsBrings reports whether a received frame holds a message of the method.
func toolsBrings(f mcp.Frame, method string) bool {
	for _, m := range f.Messages() {
		if f.Direction == mcp.Received && m.Method() == method {
			return true
		}
	}
	return false
}

func toolsChangeDeclared(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range t.Notifications(toolsListChanged) {
		j.Met(m)
		if t.Facts.Missing("tools.listChanged") != "" {
			j.Faultf(m, "", "the server sent %s, but does not declare tools.listChanged", toolsListChanged)
		}
	}
	return j.Err("the server announced no change of its tools")
}
