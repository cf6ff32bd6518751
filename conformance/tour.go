package conformance

import (
	"context"

	"github.com/mcpctl/mcpctl/mcp"
)

// Bounds on what the tour uses of what a server lists.
const (
	tourResources = 5
	tourPrompts   = 5
	tourTools     = 50
)

// tour uses a session as an ordinary client would, so that the watching checks
// have something to see: lists, and with a longer reach a few reads, prompts
// and the calls that the user allowed.
func (a *arena) tour(ctx context.Context) {
	if a.facts.Revision.Era() == mcp.Handshake {
		_, _ = a.ask(ctx, "ping", nil)
	}
	for _, what := range []string{"tools", "resources", "resources/templates", "prompts"} {
		capability := what
		if what == "resources/templates" {
			capability = "resources"
		}
		if a.facts.declares(capability) {
			_, _ = a.list(ctx, what, false) // judged by the checks of the list
		}
	}
	if a.options.Reach >= Provoke {
		a.useResources(ctx)
		a.usePrompts(ctx)
	}
	if a.options.Reach >= Invoke {
		a.useTools(ctx)
	}
}

// entries are the listed descriptors of what, none when there is no list.
func (a *arena) entries(ctx context.Context, what string, most int) []Entry {
	if !a.facts.declares(what) {
		return nil
	}
	l, err := a.list(ctx, what, false)
	if err != nil {
		return nil
	}
	return l.Entries[:min(most, len(l.Entries))]
}

func (a *arena) useResources(ctx context.Context) {
	for _, e := range a.entries(ctx, "resources", tourResources) {
		if uri := e.Get("uri").Text(); uri != "" {
			_, _ = a.ask(ctx, "resources/read", map[string]any{"uri": uri})
		}
	}
}

func (a *arena) usePrompts(ctx context.Context) {
	for _, e := range a.entries(ctx, "prompts", tourPrompts) {
		if name := e.Get("name").Text(); name != "" {
			_, _ = a.ask(ctx, "prompts/get", map[string]any{"name": name, "arguments": PromptArguments(e.Value)})
		}
	}
}

func (a *arena) useTools(ctx context.Context) {
	for _, e := range a.entries(ctx, "tools", tourTools) {
		if !a.options.allows(e.Get("name").Text()) {
			continue
		}
		if call, err := ExampleCall(e); err == nil {
			_, _ = a.askFor(ctx, call, false)
		}
	}
}

// PromptArguments gives every required argument of a prompt a value.
func PromptArguments(prompt mcp.Value) map[string]string {
	values := map[string]string{}
	for _, argument := range prompt.Get("arguments").Items() {
		if argument.Get("required").True() {
			values[argument.Get("name").Text()] = "1"
		}
	}
	return values
}
