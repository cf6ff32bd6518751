package checks_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func baseTwins() []twin {
	return slices.Concat(
		baseMessageTwins(),
		baseIDTwins(),
		baseResultTwins(),
		baseStatelessTwins(),
		baseRequiredTwins(),
		baseClientTwins(),
		baseMetaTwins(),
		baseCapabilityTwins(),
	)
}

// lists changes every response to tools/list, which every run asks for.
func lists(change func(c *mcptest.Context, out map[string]any)) func(*mcptest.Server) {
	return func(s *mcptest.Server) { s.Faults = mcptest.EditReply("tools/list", change) }
}

// metaOfLists sets the _meta of every result of tools/list.
func metaOfLists(meta map[string]any) func(*mcptest.Server) {
	return lists(func(_ *mcptest.Context, out map[string]any) {
		if result, ok := out["result"].(map[string]any); ok {
			result["_meta"] = meta
		}
	})
}

// beforeLists sends a message before every response to tools/list.
func beforeLists(message map[string]any) func(*mcptest.Server) {
	message["jsonrpc"] = "2.0"
	return func(s *mcptest.Server) { s.Faults = mcptest.SendBefore("tools/list", message) }
}

func baseMessageTwins() []twin {
	return []twin{{
		Check: "base/layers/served",
		Break: func(s *mcptest.Server) { s.Faults = mcptest.Refuse("ping", mcp.CodeMethodNotFound, "no such method") },
		Want:  "after the handshake ping got no result",
	}, {
		Check: "base/message/version",
		Break: lists(func(_ *mcptest.Context, out map[string]any) { out["jsonrpc"] = "1.0" }),
		Want:  `jsonrpc is "1.0"`,
	}, {
		Check: "base/message/version",
		Break: beforeListsRaw(`42`),
		Want:  "must be an object, not a number",
	}, {
		Check: "base/message/utf8",
		Break: func(s *mcptest.Server) {
			s.Faults = mcptest.Mangle("tools/list", func(raw []byte) []byte {
				return bytes.Replace(raw, []byte("Gives the text back."), []byte("Gives the t\xe9xt back."), 1)
			})
		},
		Want: `not UTF-8: "iption\":\"Gives the t\xe9xt back`,
	}, {
		Check: "base/message/utf8",
		Break: func(s *mcptest.Server) {
			s.Faults = mcptest.Mangle("tools/list", func(raw []byte) []byte { return append([]byte("\xef\xbb\xbf"), raw...) })
		},
		Want: "byte order mark",
	}, {
		Check: "base/response/outcome",
		Break: lists(func(_ *mcptest.Context, out map[string]any) { delete(out, "result") }),
		Want:  "neither result nor error",
	}, {
		Check: "base/response/not-both",
		Break: lists(func(_ *mcptest.Context, out map[string]any) { out["error"] = nil }),
		Want:  "and an error (null)",
	}, {
		Check: "base/response/result-object",
		Break: lists(func(_ *mcptest.Context, out map[string]any) { out["result"] = nil }),
		Want:  "not null",
	}, {
		Check:   "base/notification/no-id",
		Prepare: beforeLists(map[string]any{"method": "notifications/mcpctl"}),
		Break:   beforeLists(map[string]any{"method": "notifications/mcpctl", "id": 7}),
		Want:    `"notifications/mcpctl" has the id 7`,
	}, {
		Check: "base/notification/no-response",
		Break: func(s *mcptest.Server) { s.Faults = answerNotification("notifications/mcpctl-unknown") },
		Want:  "was answered with",
	}, {
		Check: "base/notification/no-response",
		Break: func(s *mcptest.Server) { s.Faults = answerNotification("notifications/mcpctl-unknown") },
		In:    mcp.Rev20251125,
		On:    mcp.HTTP,
		Want:  "notifications/mcpctl-unknown was answered with",
	}, {
		Check: "base/notification/no-response",
		Break: func(s *mcptest.Server) {
			s.Faults.ExitOn = func(_ *mcptest.Context, m mcp.Message) bool { return m.Method() == "notifications/mcpctl-unknown" }
		},
		Want: "no longer serves",
	}}
}

// beforeListsRaw sends a text before every response to tools/list.
func beforeListsRaw(text string) func(*mcptest.Server) {
	return func(s *mcptest.Server) { s.Faults = mcptest.SendBefore("tools/list", json.RawMessage(text)) }
}

// answerNotification answers a notification with an error.
func answerNotification(method string) mcptest.Faults {
	return mcptest.Faults{Handle: func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
		e := map[string]any{"code": mcp.CodeMethodNotFound, "message": "no such notification"}
		return []any{map[string]any{"jsonrpc": "2.0", "id": nil, "error": e}}, m.Method() == method
	}}
}

// otherID gives responses to the request with one id another one.
func otherID(id string, other any) func(*mcptest.Server) {
	return func(s *mcptest.Server) {
		s.Faults.Edit = func(c *mcptest.Context, out map[string]any) {
			if c.In.ID().String() != id || out["method"] != nil {
				return
			}
			if out["id"] = other; other == nil {
				delete(out, "id")
			}
		}
	}
}

func baseIDTwins() []twin {
	twice := func(method string) func(*mcptest.Server) {
		return func(s *mcptest.Server) {
			s.Faults.Encode = func(c *mcptest.Context, raw []byte) [][]byte {
				if c.In.Method() == method {
					return [][]byte{raw, raw}
				}
				return [][]byte{raw}
			}
		}
	}
	asks := func(ids ...any) func(*mcptest.Server) {
		return func(s *mcptest.Server) {
			var all []mcptest.Faults
			for _, id := range ids {
				all = append(all, mcptest.SendBefore("tools/list", map[string]any{"jsonrpc": "2.0", "id": id, "method": "ping"}))
			}
			s.PageSize, s.Faults = 100, mcptest.Combine(all...)
		}
	}
	return []twin{{
		Check: "base/response/id",
		Break: otherID("0", "0"),
		Want:  `with id 0 was answered with id "0"`,
	}, {
		Check: "base/response/id",
		Break: otherID("9007199254740991", json.Number("9007199254740992")),
		On:    mcp.HTTP,
		Want:  "with id 9007199254740991 was answered with id 9007199254740992",
	}, {
		Check: "base/response/id",
		Break: otherID(`"mcpctl-é"`, "mcpctl-?"),
		In:    mcp.Rev20251125,
		On:    mcp.HTTP,
		Want:  `was answered with id "mcpctl-?"`,
	}, {
		Check: "base/error/id",
		Break: otherID(`"9007199254740988"`, json.Number("9007199254740988")),
		On:    mcp.HTTP,
		Want:  `was answered`,
	}, {
		Check: "base/error/id",
		Break: otherID("-7", nil),
		In:    mcp.Rev20260728,
		On:    mcp.HTTP,
		Want:  "has the id (absent)",
	}, {
		Check: "base/response/one-per-request",
		Break: twice("tools/list"),
		Want:  "was answered 2 times",
	}, {
		Check:   "base/request/id-type",
		Prepare: asks("a"),
		Break:   asks(nil),
		Want:    `"ping" has the id null`,
	}, {
		Check:   "base/request/id-type",
		Prepare: asks(7),
		Break:   asks(7.5),
		Want:    "has the id 7.5",
	}, {
		Check:   "base/request/id-unique",
		Prepare: asks("a", 1, "1"),
		Break:   asks("a", 1, "a"),
		Want:    `uses the id "a"`,
	}, {
		Check: "base/request/none",
		Break: asks("a"),
		Want:  `a request of its own, "ping"`,
	}}
}

func baseResultTwins() []twin {
	info := "/_meta/io.modelcontextprotocol~1serverInfo"
	change := func(f mcptest.Faults) func(*mcptest.Server) { return func(s *mcptest.Server) { s.Faults = f } }
	return []twin{{
		Check: "base/result/type-present",
		Break: change(mcptest.DropIn("tools/list", "/resultType")),
		Want:  "the result of tools/list has the resultType (absent)",
	}, {
		Check: "base/result/type-known",
		Break: change(mcptest.SetIn("tools/list", "/resultType", "done")),
		Want:  `the unknown resultType "done"`,
	}, {
		Check: "base/result/server-info",
		Break: change(mcptest.DropIn("tools/list", info)),
		Want:  "results do not name the server, such as that of tools/list",
	}, {
		Check: "base/result/server-info-shape",
		Break: change(mcptest.DropIn("tools/list", info+"/version")),
		Want:  "the version in serverInfo must be a string, not absent",
	}}
}

// refuseWhen refuses the requests that it picks, as if something had broken.
func refuseWhen(picks func(mcp.Message) bool) mcptest.Faults {
	return refuseAs(mcp.CodeInternalError, picks)
}

func refuseAs(code int64, picks func(mcp.Message) bool) mcptest.Faults {
	return mcptest.Faults{Handle: func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
		e := map[string]any{"code": code, "message": "it went wrong"}
		return []any{map[string]any{"jsonrpc": "2.0", "id": m.ID(), "error": e}}, picks(m)
	}}
}

func baseStatelessTwins() []twin {
	return []twin{{
		Check: "base/stateless/first-request",
		// The first request of a connection has the id 1.
		Break: func(s *mcptest.Server) {
			s.Faults = refuseWhen(func(m mcp.Message) bool { return m.Method() == "tools/list" && m.ID().String() == "1" })
		},
		Want: "tools/list as the first request of a connection got no result",
	}, {
		Check: "base/stateless/meta-forgotten",
		Break: func(s *mcptest.Server) { s.Faults = mcptest.Without(mcptest.SkipStateless) },
		Want:  "without version and capabilities was served",
	}, {
		Check: "base/stateless/version-forgotten",
		Break: func(s *mcptest.Server) { s.Faults = mcptest.Without(mcptest.SkipVersion) },
		Want:  "in version 1900-01-01 was served",
	}, {
		Check: "base/stateless/interleaved",
		Break: func(s *mcptest.Server) {
			s.Faults = refuseWhen(func(m mcp.Message) bool {
				return strings.HasPrefix(m.Params().Get("_meta", mcp.MetaClientInfo, "name").Text(), "mcpctl-")
			})
		},
		Want: "got no result among 10 requests at once",
	}, {
		Check: "base/stateless/interleaved",
		Break: func(s *mcptest.Server) {
			s.Faults = mcptest.EditReply("resources/list", func(c *mcptest.Context, out map[string]any) {
				if c.In.Params().Get("_meta", mcp.MetaClientInfo, "name").Text() != "mcpctl" {
					out["result"] = map[string]any{"resultType": "complete", "tools": []any{}}
				}
			})
		},
		Want: "with the result of another request",
	}, {
		Check: "base/stateless/affinity",
		// On the new connection the page is asked for with the id 2.
		Break: func(s *mcptest.Server) {
			s.Faults = refuseWhen(func(m mcp.Message) bool { return m.Params().Has("cursor") && m.ID().String() == "2" })
		},
		Want: "a cursor of tools/list from one connection was not accepted on another",
	}}
}

// statelessOnly readies a server that speaks the stateless era alone.
func statelessOnly(s *mcptest.Server) { s.Revisions = []mcp.Revision{mcp.Rev20260728} }

// refusedWith changes the code with which bad _meta is refused.
func refusedWith(code int) func(*mcptest.Server) {
	return func(s *mcptest.Server) { s.Faults = mcptest.OnError("server/discover", code) }
}

func baseRequiredTwins() []twin {
	served := func(s *mcptest.Server) { s.Faults = mcptest.Without(mcptest.SkipMeta, mcptest.SkipVersion) }
	return []twin{
		{Check: "base/meta/required", Break: served, Want: "without params was served"},
		{Check: "base/meta/required", Prepare: statelessOnly, Break: refusedWith(-32600), Want: "with error -32600, expected -32602"},
		{
			Check: "base/meta/required",
			Break: func(s *mcptest.Server) { s.Faults = mcptest.Without(mcptest.SkipStatus) },
			On:    mcp.HTTP,
			Want:  "with HTTP status 200, expected 400",
		},
		{Check: "base/meta/version-required", Break: served, Want: "without a protocol version was served"},
		{Check: "base/meta/version-required", Prepare: statelessOnly, Break: refusedWith(-32600), Want: "expected -32602"},
		{Check: "base/meta/capabilities-required", Break: served, Want: "without client capabilities was served"},
		{Check: "base/meta/capabilities-required", Break: refusedWith(-32603), Want: "expected -32602"},
		{Check: "base/meta/types", Break: served, Want: "with a number as protocol version was served"},
	}
}

func baseClientTwins() []twin {
	meta := func(m mcp.Message) mcp.Value { return m.Params().Get("_meta") }
	return []twin{{
		Check: "base/meta/client-info-optional",
		Break: func(s *mcptest.Server) {
			s.Faults = refuseWhen(func(m mcp.Message) bool { return meta(m).Exists() && !meta(m).Has(mcp.MetaClientInfo) })
		},
		Want: "without clientInfo got no result",
	}, {
		Check: "base/meta/client-info-neutral",
		Break: lists(func(c *mcptest.Context, out map[string]any) {
			if meta(c.In).Get(mcp.MetaClientInfo, "name").Text() == "example-client" {
				out["result"].(map[string]any)["tools"] = []any{}
			}
		}),
		Want: `for the clientInfo {"name":"example-client"`,
	}, {
		Check: "base/meta/unknown-tolerated",
		Break: func(s *mcptest.Server) {
			s.Faults = refuseWhen(func(m mcp.Message) bool { return meta(m).Has("mcpctl") })
		},
		Want: "with unknown keys in _meta got no result",
	}}
}
