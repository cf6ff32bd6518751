package checks_test

import (
	"slices"
	"strings"
	"sync/atomic"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// faulty breaks a server by faults alone.
func faulty(f mcptest.Faults) func(*mcptest.Server) {
	return func(s *mcptest.Server) { s.Faults = f }
}

// without leaves a guard of the reference server out.
func without(guards ...string) func(*mcptest.Server) { return faulty(mcptest.Without(guards...)) }

func resourcesTwins() []twin {
	return slices.Concat(
		resourcesListTwins(), resourcesTemplateTwins(), resourcesReadTwins(), resourcesRefusalTwins(), resourcesChangeTwins())
}

func resourcesListTwins() []twin {
	greeting := "/resources/mcptest:~1~1text~1greeting"
	return []twin{{
		Check: "resources/list/answers",
		Break: faulty(mcptest.Refuse("resources/list", mcp.CodeMethodNotFound, "method not found")),
		Want:  "resources/list got no result",
	}, {
		Check: "resources/list/answers",
		Break: faulty(mcptest.SetIn("resources/list", "/resources", map[string]any{})),
		Want:  "must have an array resources, not an object",
	}, {
		Check: "resources/list/declared",
		Break: faulty(mcptest.DropIn("initialize", "/capabilities/resources")),
		Want:  "does not declare the capability resources",
	}, {
		Check:   "resources/list/declared",
		Prepare: func(s *mcptest.Server) { s.Resources = nil },
		Break:   faulty(mcptest.DropIn("initialize", "/capabilities/resources")),
		Want:    "answers resources/templates/list with 2 entries",
	}, {
		Check: "resources/list/shape",
		Break: faulty(mcptest.DropIn("resources/list", greeting+"/name")),
		Want:  "name must be a string, not absent",
	}, {
		Check: "resources/list/shape",
		Break: faulty(mcptest.SetIn("resources/list", greeting+"/size", 1.5)),
		Want:  "size must be a whole number of bytes, not 1.5",
	}, {
		Check: "resources/list/uri-valid",
		Break: faulty(mcptest.SetIn("resources/list", greeting+"/uri", "text/greeting")),
		Want:  "it has no scheme",
	}, {
		Check: "resources/list/uri-valid",
		Break: faulty(mcptest.SetIn("resources/list", greeting+"/uri", "my_app://greeting")),
		Want:  `"my_app" is no scheme`,
	}, {
		Check: "resources/list/uri-unique",
		Break: faulty(mcptest.SetIn("resources/list", greeting+"/uri", "mcptest://ticks")),
		Want:  "is listed twice, first at /result/resources/0",
	}, {
		Check: "resources/list/same-for-connections",
		Break: faulty(hidesSecond("resources")),
		Want:  "two connections are shown different resources",
	}, {
		Check: "resources/list/unchanged-by-requests",
		Break: faulty(hidesAfter("resources", "resources/read")),
		Want:  "other requests on the connection changed its resources",
	}, {
		Check: "resources/uri/valid",
		Break: faulty(mcptest.SetIn("resources/read", "/contents/0/uri", "greeting.txt")),
		Want:  `"greeting.txt" is no absolute URI`,
	}, {
		Check: "resources/uri/valid",
		Break: faulty(mcptest.SetIn("prompts/get", "/messages/1/content/resource/uri", "a_b://c")),
		Want:  `"a_b" is no scheme`,
	}, {
		Check: "resources/uri/valid",
		Break: faulty(mcptest.SendBefore("resources/list", map[string]any{
			"jsonrpc": "2.0", "method": "notifications/resources/updated", "params": map[string]any{"uri": "file:///a b"},
		})),
		Want: "must be percent-encoded",
	}, {
		Check: "resources/annotations/valid",
		Break: faulty(mcptest.SetIn("resources/list", greeting+"/annotations/priority", 2)),
		Want:  "priority must be a number from 0 to 1, not 2",
	}, {
		Check: "resources/annotations/valid",
		Break: faulty(mcptest.SetIn("resources/templates/list", "/resourceTemplates/people/annotations/audience", []any{"everybody"})),
		Want:  `not "everybody"`,
	}, {
		Check: "resources/annotations/valid",
		Break: faulty(mcptest.SetIn("resources/list", greeting+"/annotations/lastModified", "last Tuesday")),
		Want:  "must be an ISO 8601 timestamp",
	}}
}

// hidesSecond shows one entry less of a list every second time, which is to
// the second connection when a check asks two of them by turns.
func hidesSecond(what string) mcptest.Faults {
	var asked atomic.Int64
	return mcptest.EditReply(what+"/list", func(c *mcptest.Context, out map[string]any) {
		if !c.In.Params().Has("cursor") && asked.Add(1)%2 == 0 {
			hideFirst(what, c, out)
		}
	})
}

// hideFirst takes the first entry of a list's first page away.
func hideFirst(what string, c *mcptest.Context, out map[string]any) {
	result, _ := out["result"].(map[string]any)
	if list, _ := result[what].([]any); len(list) > 0 && !c.In.Params().Has("cursor") {
		result[what] = list[1:]
	}
}

// hidesAfter shows one entry less of a list on a connection that has asked for
// a method. server/discover is the first that a connection asks for.
func hidesAfter(what, method string) mcptest.Faults {
	var asked atomic.Bool
	return mcptest.Faults{Edit: func(c *mcptest.Context, out map[string]any) {
		switch c.In.Method() {
		case "server/discover":
			asked.Store(false)
		case method:
			asked.Store(true)
		case what + "/list":
			if asked.Load() {
				hideFirst(what, c, out)
			}
		}
	}}
}

func resourcesTemplateTwins() []twin {
	people := "/resourceTemplates/people"
	return []twin{{
		Check: "resources/templates/list",
		Break: faulty(mcptest.Refuse("resources/templates/list", mcp.CodeInternalError, "no")),
		Want:  "resources/templates/list got no result",
	}, {
		Check: "resources/templates/list",
		Break: faulty(mcptest.DropIn("resources/templates/list", "/resourceTemplates")),
		Want:  "must have an array resourceTemplates, not absent",
	}, {
		Check: "resources/templates/shape",
		Break: faulty(mcptest.SetIn("resources/templates/list", people+"/uriTemplate", 7)),
		Want:  "uriTemplate must be a string, not a number",
	}, {
		Check: "resources/templates/rfc6570",
		Break: faulty(mcptest.SetIn("resources/templates/list", people+"/uriTemplate", "mcptest://people/{name")),
		Want:  "a brace does not close",
	}, {
		Check: "resources/templates/rfc6570",
		Break: faulty(mcptest.SetIn("resources/templates/list", people+"/uriTemplate", "mcptest://people/{the name}")),
		Want:  `"the name" is no variable`,
	}, {
		Check: "resources/templates/mime-uniform",
		Break: faulty(mcptest.SetIn("resources/list", "/resources/readme.md/mimeType", "text/html")),
		Want:  `is listed as "text/html"`,
	}, {
		Check: "resources/templates/mime-uniform",
		Break: faulty(mcptest.SetIn("resources/read", "/contents/file:~1~1~1mcptest~1readme.md/mimeType", "text/html")),
		Want:  `is read as "text/html"`,
	}}
}

func resourcesReadTwins() []twin {
	broken := func(s *mcptest.Server) {
		for i := range s.Resources {
			s.Resources[i].Hidden = s.Resources[i].URI != "mcptest://broken"
		}
	}
	picture := "/contents/mcptest:~1~1data~1picture"
	return []twin{{
		Check: "resources/read/shape",
		Break: faulty(mcptest.SetIn("resources/read", "/contents", map[string]any{"text": "hello"})),
		Want:  "must have an array contents, not an object",
	}, {
		Check: "resources/read/shape",
		Break: faulty(mcptest.DropIn("resources/read", "/contents/0/text")),
		Want:  "neither text nor blob",
	}, {
		Check: "resources/read/shape",
		Break: faulty(mcptest.DropIn("resources/read", "/contents/0/uri")),
		Want:  "uri must be a string, not absent",
	}, {
		Check: "resources/read/listed-readable",
		Break: faulty(mcptest.Refuse("resources/read", mcp.CodeInternalError, "out of order")),
		Want:  "cannot be read: error -32603",
	}, {
		Check: "resources/read/uri-matches",
		Break: faulty(mcptest.SetIn("resources/read", "/contents/0/uri", "mcptest://other")),
		Want:  `gave contents of "mcptest://other"`,
	}, {
		Check: "resources/read/text-only-if-text",
		Break: faulty(mcptest.SetIn("resources/read", "/contents/mcptest:~1~1data~1table/mimeType", "image/png")),
		Want:  `contents of type "image/png" were sent as text`,
	}, {
		Check: "resources/read/blob-base64",
		Break: faulty(mcptest.SetIn("resources/read", picture+"/blob", "_-8=")),
		Want:  "it uses the alphabet for URLs",
	}, {
		Check: "resources/read/blob-base64",
		Break: faulty(mcptest.SetIn("resources/read", picture+"/blob", "AA")),
		Want:  "its padding is missing",
	}, {
		Check:   "resources/read/internal-error",
		Prepare: broken,
		Break:   faulty(mcptest.OnError("resources/read", mcp.CodeInvalidRequest)),
		Want:    "failed with -32600",
	}}
}

func resourcesRefusalTwins() []twin {
	return []twin{{
		Check: "resources/read/not-found",
		Break: faulty(mcptest.OnError("resources/read", -32000)),
		Want:  "gave error -32000",
	}, {
		Check: "resources/read/not-found",
		Break: without(mcptest.SkipNotFound),
		In:    mcp.Rev20251125,
		Want:  "which does not exist, gave no error",
	}, {
		Check: "resources/read/not-found",
		Break: faulty(mcptest.OnError("resources/read", mcp.CodeResourceNotFound)),
		In:    mcp.Rev20260728,
		Want:  "gave error -32002, expected -32602",
	}, {
		Check: "resources/read/not-found-not-empty",
		Break: without(mcptest.SkipNotFound),
		Want:  "gave a result without contents",
	}, {
		Check: "resources/read/not-found-data",
		Break: faulty(mcptest.EditReply("resources/read", func(_ *mcptest.Context, out map[string]any) {
			if e, ok := out["error"].(map[string]any); ok {
				delete(e, "data")
			}
		})),
		Want: "does not name it in data.uri",
	}, {
		Check: "resources/read/validates-uri",
		Break: without(mcptest.SkipURI),
		Want:  "was not refused",
	}, {
		Check: "resources/read/validates-uri",
		Break: faulty(mcptest.Faults{ExitOn: func(_ *mcptest.Context, m mcp.Message) bool {
			return strings.HasPrefix(m.Params().Get("uri").Text(), "mcpctl://nowhere/xxx")
		}}),
		On:   mcp.Stdio,
		Want: "got no error response",
	}, {
		Check: "resources/read/missing-uri",
		Break: without(mcptest.SkipParams),
		Want:  "was not refused",
	}, {
		Check: "resources/read/missing-uri",
		Break: faulty(mcptest.OnError("resources/read", mcp.CodeInternalError)),
		Want:  "was refused with error -32603, expected -32602",
	}, {
		Check: "resources/read/path-traversal",
		Break: without(mcptest.SkipTraversal),
		Want:  "was read",
	}}
}

func resourcesChangeTwins() []twin {
	return []twin{{
		Check:   "resources/list-changed/only-if-declared",
		Prepare: func(s *mcptest.Server) { s.Off[mcptest.OffListChanged] = true },
		Break:   faulty(mcptest.SendBefore("resources/list", notice("notifications/resources/list_changed"))),
		Want:    "does not declare resources.listChanged",
	}, {
		Check: "resources/list-changed/announced",
		Break: faulty(silence("notifications/resources/list_changed")),
		Allow: []string{"change"},
		Want:  "no notifications/resources/list_changed came",
	}, {
		Check: "resources/updated/announced",
		Break: faulty(silence("notifications/resources/updated")),
		Allow: []string{"change"},
		Want:  "no notifications/resources/updated came for it",
	}}
}

// notice is a notification without params.
func notice(method string) map[string]any { return map[string]any{"jsonrpc": "2.0", "method": method} }

// silence swallows what the server sends under a method.
func silence(method string) mcptest.Faults {
	return mcptest.Faults{Encode: func(_ *mcptest.Context, raw []byte) [][]byte {
		if m, err := mcp.ParseMessage(slices.Clone(raw)); err == nil && m.Method() == method {
			return nil
		}
		return [][]byte{raw}
	}}
}
