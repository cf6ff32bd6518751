package checks_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// TestSurfaceAllows holds what the suites of resources, prompts and completion
// must not flag, because the specification allows it or does not say.
func TestSurfaceAllows(t *testing.T) {
	greeting := "/resources/mcptest:~1~1text~1greeting"
	contents := "/contents/mcptest:~1~1data~1picture"
	needsInput := map[string]any{"resultType": "input_required", "inputRequests": map[string]any{}, "requestState": "s"}
	for _, trap := range []struct {
		name, check string
		server      func(*mcptest.Server)
		want        conformance.Verdict
		in          mcp.Revision
	}{
		{"a server without templates may not know the method", "resources/templates/list",
			faulty(mcptest.Refuse("resources/templates/list", mcp.CodeMethodNotFound, "no")), conformance.Skip, ""},
		{"nor is the shape of what there is not judged", "resources/templates/shape",
			faulty(mcptest.Refuse("resources/templates/list", mcp.CodeMethodNotFound, "no")), conformance.Skip, ""},
		{"an empty list is a list", "resources/list/answers",
			faulty(mcptest.SetIn("resources/list", "/resources", []any{})), conformance.Pass, ""},
		{"an empty list has no shape", "resources/list/shape",
			faulty(mcptest.SetIn("resources/list", "/resources", []any{})), conformance.Unproven, ""},
		{"members of the server's own", "resources/list/shape",
			faulty(mcptest.SetIn("resources/list", greeting+"/colour", "blue")), conformance.Pass, ""},
		{"a folder has an XDG type", "resources/templates/mime-uniform",
			faulty(mcptest.SetIn("resources/list", greeting+"/mimeType", "inode/directory")), conformance.Pass, ""},
		{"custom schemes and opaque paths", "resources/list/uri-valid",
			faulty(mcptest.SetIn("resources/list", greeting+"/uri", "x-my.app+v1:a/b;c=(d)%20?e=f#g")), conformance.Pass, ""},
		{"all levels of RFC 6570", "resources/templates/rfc6570",
			faulty(mcptest.SetIn("resources/templates/list", "/resourceTemplates/0/uriTemplate", "db://{host}/it's/größe{/path*}{?q,limit:3}{#a.b}")), conformance.Pass, ""},
		{"a drawing is text", "resources/read/text-only-if-text",
			faulty(mcptest.SetIn("resources/read", "/contents/0/mimeType", "image/svg+xml")), conformance.Pass, ""},
		{"lines of base64", "resources/read/blob-base64",
			faulty(mcptest.SetIn("resources/read", contents+"/blob", "AAAA\r\nAAA=\n")), conformance.Pass, ""},
		{"a folder read as its files", "resources/read/uri-matches",
			faulty(mcptest.EditReply("resources/read", func(c *mcptest.Context, out map[string]any) {
				if result, ok := out["result"].(map[string]any); ok {
					result["contents"] = []any{mcptest.TextContents(c.In.Params().Get("uri").Text()+"/a", "text/plain", "a")}
				}
			})), conformance.Pass, ""},
		{"reading may be denied", "resources/read/listed-readable",
			faulty(mcptest.Refuse("resources/read", -32001, "Permission denied")), conformance.Unproven, ""},
		{"a foreign scheme may be invalid params", "resources/read/not-found", func(s *mcptest.Server) {
			s.Resources = nil
			s.Faults = mcptest.Refuse("resources/read", mcp.CodeInvalidParams, "what scheme is that?")
		}, conformance.Pass, mcp.Rev20251125},
		{"params of a wrong shape may be an invalid request", "resources/read/missing-uri",
			faulty(mcptest.OnError("resources/read", mcp.CodeInvalidRequest)), conformance.Pass, mcp.Rev20260728},
		{"the list changes while it is looked at", "resources/list/same-for-connections",
			faulty(growing("resources")), conformance.Unproven, mcp.Rev20260728},
		{"input is asked for in place of an argument", "prompts/get/missing-argument",
			faulty(mcptest.Answer("prompts/get", needsInput)), conformance.Pass, mcp.Rev20260728},
		{"a result that wants input has no messages yet", "prompts/get/shape",
			faulty(mcptest.Answer("prompts/get", needsInput)), conformance.Unproven, mcp.Rev20260728},
		{"bad arguments may be put up with", "prompts/get/bad-arguments",
			without(mcptest.SkipParams), conformance.Pass, mcp.Rev20251125},
		{"total and hasMore are optional", "completion/result/shape",
			faulty(mcptest.Combine(mcptest.DropIn("completion/complete", "/completion/total"), mcptest.DropIn("completion/complete", "/completion/hasMore"))), conformance.Pass, ""},
		{"more without a total", "completion/result/total-consistent",
			faulty(mcptest.DropIn("completion/complete", "/completion/total")), conformance.Pass, ""},
		{"2024-11-05 need not complete", "completion/capability/untold",
			func(s *mcptest.Server) { s.Off[mcptest.OffCompletions] = true }, conformance.Pass, mcp.Rev20241105},
		{"and its completions are then not judged", "completion/result/shape",
			func(s *mcptest.Server) { s.Off[mcptest.OffCompletions] = true }, conformance.Skip, mcp.Rev20241105},
		{"nothing to complete", "completion/result/max-100",
			func(s *mcptest.Server) { s.Prompts, s.Templates = nil, nil }, conformance.Unproven, ""},
	} {
		t.Run(trap.name, func(t *testing.T) {
			t.Parallel()
			check, ok := checks.Find(trap.check)
			require.True(t, ok, "no check %s", trap.check)
			w := twin{Check: trap.check, In: trap.in}
			for _, at := range w.places(check) {
				got := w.run(t, check, at, trap.server)
				assert.Equal(t, trap.want, got.Verdict, "%s: %s", at.revision, got.Message)
			}
		})
	}
}

// growing shows one entry more of a list each time.
func growing(what string) mcptest.Faults {
	n := 0
	return mcptest.EditReply(what+"/list", func(c *mcptest.Context, out map[string]any) {
		result, _ := out["result"].(map[string]any)
		if list, ok := result[what].([]any); ok && !c.In.Params().Has("cursor") {
			for range n {
				list = append(list, map[string]any{"uri": "mcptest://n/" + string(rune('a'+n)), "name": "n"})
			}
			n++
			result[what] = list
		}
	})
}
