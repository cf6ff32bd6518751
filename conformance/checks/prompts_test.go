package checks_test

import (
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func promptsTwins() []twin {
	return append(promptsListTwins(), promptsGetTwins()...)
}

func promptsListTwins() []twin {
	return []twin{{
		Check: "prompts/list/answers",
		Break: faulty(mcptest.Refuse("prompts/list", mcp.CodeMethodNotFound, "method not found")),
		Want:  "prompts/list got no result",
	}, {
		Check: "prompts/list/answers",
		Break: faulty(mcptest.SetIn("prompts/list", "/prompts", nil)),
		Want:  "must have an array prompts, not null",
	}, {
		Check: "prompts/list/declared",
		Break: faulty(mcptest.DropIn("initialize", "/capabilities/prompts")),
		Want:  "does not declare the capability prompts",
	}, {
		Check: "prompts/list/shape",
		Break: faulty(mcptest.SetIn("prompts/list", "/prompts/greet/arguments/name/required", "yes")),
		Want:  "required must be a boolean, not a string",
	}, {
		Check: "prompts/list/shape",
		Break: faulty(mcptest.SetIn("prompts/list", "/prompts/greet/arguments", map[string]any{"name": "string"})),
		Want:  "arguments must be an array, not an object",
	}, {
		Check: "prompts/list/name-unique",
		Break: faulty(mcptest.SetIn("prompts/list", "/prompts/greet/name", "plain")),
		Want:  `the name "plain" is listed twice`,
	}, {
		Check: "prompts/list/same-for-connections",
		Break: faulty(hidesSecond("prompts")),
		Want:  "two connections are shown different prompts",
	}, {
		Check: "prompts/list/unchanged-by-requests",
		Break: faulty(hidesAfter("prompts", "tools/list")),
		Want:  "other requests on the connection changed its prompts",
	}, {
		Check:   "prompts/list-changed/only-if-declared",
		Prepare: func(s *mcptest.Server) { s.Off[mcptest.OffListChanged] = true },
		Break:   faulty(mcptest.SendBefore("prompts/list", notice("notifications/prompts/list_changed"))),
		Want:    "does not declare prompts.listChanged",
	}, {
		Check: "prompts/list-changed/announced",
		Break: faulty(silence("notifications/prompts/list_changed")),
		Allow: []string{"change"},
		Want:  "no notifications/prompts/list_changed came",
	}}
}

func promptsGetTwins() []twin {
	// The prompt media: a picture, a resource and a sound.
	image, resource, audio := "/messages/0/content", "/messages/1/content", "/messages/2/content"
	media := func(pointer string, value any) func(*mcptest.Server) {
		return faulty(mcptest.EditReply("prompts/get", func(c *mcptest.Context, out map[string]any) {
			if c.In.Params().Get("name").Text() == "media" {
				mcptest.SetIn("prompts/get", pointer, value).Edit(c, out)
			}
		}))
	}
	return []twin{{
		Check: "prompts/get/unknown-name",
		Break: faulty(mcptest.OnError("prompts/get", mcp.CodeInternalError)),
		Want:  "gave error -32603, expected -32602",
	}, {
		Check: "prompts/get/unknown-name",
		Break: without(mcptest.SkipNotFound),
		Want:  "gave no error",
	}, {
		Check: "prompts/get/missing-argument",
		Break: without(mcptest.SkipParams),
		Want:  `getting "greet" without its required arguments gave no error`,
	}, {
		Check: "prompts/get/bad-arguments",
		Break: faulty(mcptest.OnError("prompts/get", mcp.CodeInternalError)),
		Want:  "as if the server had failed inside",
	}, {
		Check: "prompts/get/bad-arguments",
		Break: faulty(mcptest.Faults{ExitOn: func(_ *mcptest.Context, m mcp.Message) bool {
			return m.Method() == "prompts/get" && m.Params().Get("arguments").Is(mcp.Array)
		}}),
		On:   mcp.Stdio,
		Want: "was not answered",
	}, {
		Check: "prompts/get/malformed",
		Break: without(mcptest.SkipParams),
		Want:  "was not refused",
	}, {
		Check: "prompts/get/internal-error",
		Prepare: func(s *mcptest.Server) {
			for i := range s.Prompts {
				s.Prompts[i].Hidden = s.Prompts[i].Name != "throws"
			}
		},
		Break: faulty(mcptest.OnError("prompts/get", mcp.CodeMethodNotFound)),
		Want:  "failed with -32601",
	}, {
		Check: "prompts/get/shape",
		Break: faulty(mcptest.SetIn("prompts/get", image, []any{map[string]any{"type": "text", "text": "hello"}})),
		Want:  "content must be one object, not an array",
	}, {
		Check: "prompts/get/shape",
		Break: faulty(mcptest.SetIn("prompts/get", "/messages/0/role", "system")),
		Want:  `not "system"`,
	}, {
		Check: "prompts/get/shape",
		Break: faulty(mcptest.SetIn("prompts/get", "/messages", "hello")),
		Want:  "must have an array messages, not a string",
	}, {
		Check: "prompts/content/known-type",
		Break: media(image+"/type", "video"),
		Want:  `the content type "video" does not exist`,
	}, {
		Check: "prompts/content/known-type",
		Break: media(image, map[string]any{"type": "resource_link", "uri": "mcptest://ticks", "name": "ticks"}),
		In:    mcp.Rev20250326,
		Want:  `content of type "resource_link" exists only since 2025-06-18`,
	}, {
		Check: "prompts/content/image",
		Break: media(image+"/data", "data:image/png;base64,AAAA"),
		Want:  "it is a data: URL",
	}, {
		Check: "prompts/content/image",
		Break: media(image+"/mimeType", "png"),
		Want:  `"png" is no MIME type`,
	}, {
		Check: "prompts/content/audio",
		Break: media(audio+"/data", "not base64!"),
		Want:  "data is not base64",
	}, {
		Check: "prompts/content/embedded-resource",
		Break: media(resource+"/resource", map[string]any{"uri": "mcptest://x", "text": "x"}),
		Want:  "has no mimeType",
	}, {
		Check: "prompts/content/embedded-resource",
		Break: media(resource+"/resource/uri", "x.txt"),
		Want:  "is no absolute URI",
	}}
}
