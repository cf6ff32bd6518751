package checks

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// toolsResultChecks judge the results of the calls that the user allowed.
func toolsResultChecks() []conformance.Check {
	check := func(name, title string, claim claims, watch func(*conformance.Traffic) error, fix string) conformance.Check {
		return conformance.Check{
			ID: "tools/result/" + name, Title: title, Claims: claim,
			Needs: "tools allowed-tools", Reach: conformance.Invoke, Watch: watch, Fix: fix,
		}
	}
	shape := claims{Handshake: ids{"tools.call.success-shape"}, Stateless: ids{"tools.call.result-shape"}}
	block := func(handshake string) claims {
		return claims{Handshake: ids{handshake}, Stateless: ids{"tools.call.content-blocks"}}
	}
	return []conformance.Check{
		check("content", "the result of a call has an array of content", shape, toolsResultContent,
			"Send content even beside structuredContent; it may be empty."),
		check("is-error", "isError is a boolean", shape, toolsResultIsError, ""),
		check("block-types", "content blocks are of types that the revision has", block("tools.content.known-types"), toolsBlockTypes, ""),
		check("text", "text blocks have a text", block("tools.content.text-shape"), toolsBlocks(contentTextFaults, "text"), ""),
		check("image", "image blocks have base64 data and a MIME type", block("tools.content.image-shape"), toolsBlocks(contentMediaFaults, "image"),
			"Encode data as standard base64 with padding, without a data: prefix."),
		check("audio", "audio blocks have base64 data and a MIME type", block("tools.content.audio-shape"), toolsBlocks(contentMediaFaults, "audio"),
			"Encode data as standard base64 with padding, without a data: prefix."),
		check("embedded-resource", "embedded resources have a URI and either text or base64",
			block("tools.content.embedded-resource-shape"), toolsBlocks(contentEmbeddedFaults, "resource"), ""),
		check("resource-link", "resource links have a URI and a name", block("tools.content.resource-link-shape"),
			toolsBlocks(toolsLinkFaults, "resource_link"), ""),
		check("embedded-capability", "a server that embeds resources declares the capability resources",
			claims{Handshake: ids{"tools.content.embedded-implies-resources"}, Stateless: ids{"tools.call.embedded-resource-capability"}},
			toolsEmbeddedCapability, ""),
		check("error", "a failing tool says so in its result, not in a JSON-RPC error",
			claims{Handshake: ids{"tools.call.execution-error-is-error"}, Stateless: ids{"tools.call.execution-error-in-result"}},
			toolsFailures, "Catch what a tool throws and put it into a result with isError."),
		{
			ID:     "tools/result/link-readable",
			Title:  "a resource link leads to something that can be read",
			Claims: claims{Handshake: ids{"tools.content.resource-link-fetchable"}},
			Needs:  "tools allowed-tools resources",
			Reach:  conformance.Invoke,
			Run:    toolsLinkReadable,
			Fix:    "Serve the linked URI through resources/read; it need not be listed.",
		}, {
			ID:     "tools/result/annotations",
			Title:  "annotations of content, resources and templates have the values that are defined",
			Claims: claims{Handshake: ids{"tools.content.annotations-valid"}},
			Watch:  toolsContentAnnotations,
			Fix:    `The audience is a list of "user" and "assistant", the priority a number from 0 to 1, lastModified an ISO 8601 timestamp.`,
		},
	}
}

// toolsResults are the final results of tool calls, with the tool's name.
func toolsResults(t *conformance.Traffic) iter.Seq2[conformance.Seen, string] {
	return func(yield func(conformance.Seen, string) bool) {
		for m := range t.Results("tools/call") {
			params := mcp.ValueOf(m.Exchange.Request.Params)
			if toolsComplete(m.Result()) && !params.Has("task") && !yield(m, params.Get("name").Text()) {
				return
			}
		}
	}
}

func toolsResultContent(t *conformance.Traffic) error {
	j := t.Judge()
	for m, tool := range toolsResults(t) {
		j.Met(m)
		if content := m.Result().Get("content"); !content.Is(mcp.Array) {
			j.Faultf(m, "/result", "the result of the tool %.60q must have an array content, not %s", tool, aKind(content))
		}
	}
	return j.Err("no tool call got a result")
}

func toolsResultIsError(t *conformance.Traffic) error {
	j := t.Judge()
	for m, tool := range toolsResults(t) {
		j.Met(m)
		if is := m.Result().Get("isError"); is.Exists() && !is.Is(mcp.Bool) {
			j.Faultf(m, "/result/isError", "isError of the tool %.60q must be a boolean, not %s", tool, aKind(is))
		}
	}
	return j.Err("no tool call got a result")
}

// toolsBlock is a content block of a tool's result, and where it stands.
type toolsBlock struct {
	mcp.Value
	seen    conformance.Seen
	tool    string
	pointer string
}

// toolsContent are the content blocks of all tool results.
func toolsContent(t *conformance.Traffic) iter.Seq[toolsBlock] {
	return func(yield func(toolsBlock) bool) {
		for m, tool := range toolsResults(t) {
			for i, b := range m.Result().Get("content").Items() {
				if !yield(toolsBlock{b, m, tool, fmt.Sprintf("/result/content/%d", i)}) {
					return
				}
			}
		}
	}
}

func toolsBlockTypes(t *conformance.Traffic) error {
	j := t.Judge()
	for b := range toolsContent(t) {
		j.Met(b.seen)
		for _, f := range contentKindFaults(b.Value, t.Revision) {
			j.Faultf(b.seen, b.pointer+f.pointer, "in the result of the tool %.60q, %s", b.tool, f.message)
		}
	}
	return j.Err("no tool result has content blocks")
}

// toolsBlocks judges the content blocks of one type.
func toolsBlocks(faults func(mcp.Value) []fault, kind string) func(*conformance.Traffic) error {
	return func(t *conformance.Traffic) error {
		j := t.Judge()
		for b := range toolsContent(t) {
			if b.Get("type").Text() != kind {
				continue
			}
			j.Met(b.seen)
			for _, f := range faults(b.Value) {
				j.Faultf(b.seen, b.pointer+f.pointer, "in the result of the tool %.60q, %s", b.tool, f.message)
			}
		}
		return j.Err("no tool result has a block of type " + kind)
	}
}

func toolsLinkFaults(block mcp.Value) []fault {
	return wantStrings(block, []string{"uri", "name"}, nil)
}

func toolsEmbeddedCapability(t *conformance.Traffic) error {
	j := t.Judge()
	for b := range toolsContent(t) {
		if b.Get("type").Text() != "resource" {
			continue
		}
		j.Met(b.seen)
		if t.Facts.Missing("resources") != "" {
			j.Faultf(b.seen, b.pointer, "the tool %.60q embeds a resource, but the server does not declare the capability resources", b.tool)
		}
	}
	return j.Err("no tool result embeds a resource")
}

// toolsFailures counts only an internal error as a tool's own failure: other
// codes may tell that the call never reached the tool.
func toolsFailures(t *conformance.Traffic) error {
	j := t.Judge()
	for m, tool := range toolsResults(t) {
		if m.Result().Get("isError").True() && tool != toolsUnknown {
			j.Met(m)
		}
	}
	listed := toolsListedIn(t)
	for m := range t.Errors() {
		if m.Exchange == nil || m.Exchange.Request.Method != "tools/call" || m.Exchange.Request.Raw != nil {
			continue
		}
		params := mcp.ValueOf(m.Exchange.Request.Params)
		tool, failure := params.Get("name").Text(), m.RPCError()
		if _, known := listed[tool]; known && params.Get("arguments").Is(mcp.Object) && failure.Code == mcp.CodeInternalError {
			j.Faultf(m, "/error", "the tool %.60q failed with the JSON-RPC error %d (%.80q), which a model never sees", tool, failure.Code, failure.Message)
		}
	}
	return j.Err("no tool that was called failed")
}

// toolsListedIn are the descriptors of all tools that were ever listed, by
// their names.
func toolsListedIn(t *conformance.Traffic) map[string]mcp.Value {
	all := map[string]mcp.Value{}
	for m := range t.Results("tools/list") {
		for _, tool := range m.Result().Get("tools").Items() {
			all[tool.Get("name").Text()] = tool
		}
	}
	return all
}

func toolsLinkReadable(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	all, err := toolsTried(ctx, p, nil)
	if err != nil {
		return err
	}
	for _, t := range all {
		for _, b := range t.Result().Get("content").Items() {
			uri := b.Get("uri").Text()
			if b.Get("type").Text() != "resource_link" || uri == "" || toolsFetchedAlone(uri) {
				continue
			}
			x, err := p.Ask(ctx, "resources/read", map[string]any{"uri": uri})
			if err != nil {
				return err
			}
			if x.RPCError() != nil && p.Missing("resources.subscribe") == "" {
				continue // it may be there to be subscribed to
			}
			j.Saw(x)
			if !x.Result().Exists() {
				j.Failf(x, "the tool %.60q links to %.80q, which cannot be read: %s", toolName(t.tool), uri, outcome(x))
			}
		}
	}
	return j.Err("no allowed tool links to a resource that only resources/read can fetch")
}

// toolsFetchedAlone reports whether a client can fetch a URI without the server.
func toolsFetchedAlone(uri string) bool {
	scheme, _, _ := strings.Cut(strings.ToLower(uri), ":")
	return scheme == "http" || scheme == "https" || scheme == "data"
}

func toolsContentAnnotations(t *conformance.Traffic) error {
	j := t.Judge()
	look := func(m conformance.Seen, v mcp.Value, pointer string) {
		if !v.Get("annotations").Exists() {
			return
		}
		j.Met(m)
		for _, f := range annotationFaults(v, t.Revision) {
			j.Faultf(m, pointer+f.pointer, "%s", f.message)
		}
	}
	for b := range toolsContent(t) {
		look(b.seen, b.Value, b.pointer)
	}
	for _, list := range []struct{ method, member, part string }{
		{"resources/list", "resources", ""},
		{"resources/templates/list", "resourceTemplates", ""},
		{"prompts/get", "messages", "content"},
	} {
		for m := range t.Results(list.method) {
			for i, v := range m.Result().Get(list.member).Items() {
				pointer := fmt.Sprintf("/result/%s/%d", list.member, i)
				if list.part != "" {
					v, pointer = v.Get(list.part), pointer+"/"+list.part
				}
				look(m, v, pointer)
			}
		}
	}
	return j.Err("the server sent no annotations")
}
