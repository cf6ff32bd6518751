package checks

import (
	"context"
	"fmt"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

// maxToolLoop is how often a model may ask for tools before a server counts as
// one that would let it go on for ever.
const maxToolLoop = 100

// samplingToolUse are the checks of servers that offer the client's model
// tools of their own. The model is made up.
func samplingToolUse() []conformance.Check {
	return []conformance.Check{{
		ID:    "sampling/tools/results-alone",
		Title: "messages with tool results hold nothing else",
		Claims: claims{Handshake: ids{"sampling.tool-result-only-messages"},
			Stateless: ids{"sampling.messages.tool-results-alone"}},
		Reach: conformance.Provoke,
		Run:   samplingFollowUps(aloneFaults),
	}, {
		ID:    "sampling/tools/balanced",
		Title: "every tool use is answered by the very next message",
		Claims: claims{Handshake: ids{"sampling.tool-use-balanced"},
			Stateless: ids{"sampling.messages.tool-use-balanced", "sampling.tool-use-answered"}},
		Reach: conformance.Provoke,
		Run:   samplingFollowUps(balanceFaults),
	}, {
		ID:     "sampling/tools/structured",
		Title:  "structured tool results fit the outputSchema that was sent",
		Claims: claims{Handshake: ids{"sampling.tool-result-structured-conforms"}},
		Reach:  conformance.Provoke,
		Run:    samplingStructured,
	}, {
		ID:    "sampling/tools/limited",
		Title: "a model that uses tools for ever is stopped",
		Claims: claims{Handshake: ids{"sampling.tool-loop-limited"},
			Stateless: ids{"sampling.iteration-limit"}},
		Reach: conformance.Provoke,
		Run:   samplingLimited,
		Fix:   "Count the rounds, and send toolChoice none on the last one.",
	}}
}

// offersTools reports a sampling request with tools that may be used.
func offersTools(q question) bool {
	return q.method() == askSample && q.params().Get("tools").Len() > 0 && q.params().Get("toolChoice", "mode").Text() != "none"
}

// usingTools is a model that uses two tools at once in each of its first
// answers, and then says a word.
func usingTools(times int) reply {
	used := 0
	return func(q question) (any, *mcp.RPCError) {
		if !offersTools(q) || used >= times {
			return accepting(q)
		}
		used++
		result := sampled(samplingToolUses(q.params().Get("tools"), used))
		result["stopReason"] = "toolUse"
		return result, nil
	}
}

// samplingToolUses are two uses of the first tool of a list, or of the first that
// promises structured results.
func samplingToolUses(tools mcp.Value, round int) []any {
	tool := tools.Items()[0]
	for _, t := range tools.Items() {
		if t.Has("outputSchema") {
			tool = t
			break
		}
	}
	input, err := schema.Example(tool.Get("inputSchema").Raw())
	if err != nil {
		input = map[string]any{}
	}
	var all []any
	for i := range 2 {
		all = append(all, map[string]any{"type": "tool_use", "id": fmt.Sprintf("mcpctl-%d-%d", round, i), "name": tool.Get("name"), "input": input})
	}
	return all
}

// followUps are the sampling requests that a server sends once a model has
// used its tools, asked for once for all checks.
func followUps(ctx context.Context, p *conformance.Probe) ([]question, error) {
	return conformance.Once(ctx, p, "sampling with tools", func(ctx context.Context) ([]question, error) {
		talks, err := askers(ctx, p, askSample, offersTools)
		if err != nil {
			return nil, err
		}
		h, err := newHost(ctx, p, nil, accepting)
		if err != nil {
			return nil, err
		}
		var all []question
		for _, t := range talks {
			asked := h.talk(ctx, t.request, usingTools(1)).asks(askSample)
			all = append(all, asked[min(1, len(asked)):]...)
		}
		return all, nil
	})
}

// samplingFollowUps judges the messages of the requests that follow the use of
// tools.
func samplingFollowUps(look func(messages mcp.Value) []fault) func(context.Context, *conformance.Probe) error {
	return func(ctx context.Context, p *conformance.Probe) error {
		all, err := followUps(ctx, p)
		if err != nil {
			return err
		}
		j := p.Judge()
		for _, q := range all {
			messages := q.params().Get("messages")
			if speaksOfTools(messages) {
				j.Met(q.in)
				q.faults(j, under("/params/messages", look(messages)))
			}
		}
		return j.Err("the server did not go on with what came of its tools")
	}
}

// speaksOfTools reports messages that speak of tool uses at all. A server may also
// do without the model that wanted them, and begin anew.
func speaksOfTools(messages mcp.Value) bool {
	for _, m := range messages.Items() {
		for _, b := range blocksOf(m) {
			if kind := b.Get("type").Text(); kind == "tool_use" || kind == "tool_result" {
				return true
			}
		}
	}
	return false
}

func samplingStructured(ctx context.Context, p *conformance.Probe) error {
	all, err := followUps(ctx, p)
	if err != nil {
		return err
	}
	j := p.Judge()
	for _, q := range all {
		tools := toolsInUse(q)
		for i, m := range q.params().Get("messages").Items() {
			for _, b := range blocksOf(m) {
				output := tools[b.Get("toolUseId").Text()].Get("outputSchema")
				if !isToolResult(b) || !b.Has("structuredContent") || !output.Is(mcp.Object) {
					continue
				}
				v, err := schema.Compile(output.Raw())
				if err != nil {
					continue // a schema that cannot be used is no measure
				}
				j.Met(q.in)
				if problems, err := v.Validate(b.Get("structuredContent").Raw()); err == nil && len(problems) > 0 {
					q.fault(j, fmt.Sprintf("/params/messages/%d", i), "a structured tool result does not fit its outputSchema: %s", problems[0])
				}
			}
		}
	}
	return j.Err("the server sent no structured tool result of a tool with an outputSchema")
}

// toolsInUse are the tools that a request offers, by the ids of their uses.
func toolsInUse(q question) map[string]mcp.Value {
	all := map[string]mcp.Value{}
	for _, m := range q.params().Get("messages").Items() {
		for _, b := range blocksOf(m) {
			for _, tool := range q.params().Get("tools").Items() {
				if b.Get("type").Text() == "tool_use" && mcp.Equal(tool.Get("name"), b.Get("name")) {
					all[b.Get("id").Text()] = tool
				}
			}
		}
	}
	return all
}

func samplingLimited(ctx context.Context, p *conformance.Probe) error {
	talks, err := askers(ctx, p, askSample, offersTools)
	if err != nil {
		return err
	}
	h, err := newHost(ctx, p, nil, accepting)
	if err != nil {
		return err
	}
	h.rounds = maxToolLoop + 2
	j := p.Judge()
	for _, t := range talks[:1] {
		t.request.Timeout = samplingPatience
		again := h.talk(ctx, t.request, usingTools(maxToolLoop))
		x := again.last()
		switch asked := again.asks(askSample); {
		case len(asked) > maxToolLoop:
			j.Failf(x, "%s still asked for a message after the model had used tools %d times", t.named(), maxToolLoop)
		case x.Reply() == nil:
			return conformance.Unprovenf("%s did not end in time: %s", t.named(), outcome(x))
		default:
			j.Saw(x)
		}
	}
	return j.Err("")
}
