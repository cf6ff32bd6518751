package checks_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func streamableTwins() []twin {
	return slices.Concat(streamablePostTwins(), streamableStreamTwins(), streamableGetTwins(), streamableResumeTwins(),
		streamableSessionTwins(), streamableEndingTwins())
}

func streamablePostTwins() []twin {
	isResponse := func(_ *http.Request, m mcp.Message) bool { return m.MessageKind() == mcp.ResponseMessage }
	badVersion := func(_ *http.Request, m mcp.Message) bool { return m.Get("jsonrpc").Text() == "1.0" }
	strangeSession := func(r *http.Request, m mcp.Message) bool {
		return m.Method() == "notifications/initialized" && r.Header.Get("Mcp-Session-Id") == "mcpctl-no-such-session"
	}
	strangeVersion := func(r *http.Request, m mcp.Message) bool {
		return m.Method() == "notifications/initialized" && r.Header.Get("MCP-Protocol-Version") == "1900-01-01"
	}
	plainText := func(r *http.Request, m mcp.Message) bool {
		return m.Method() == "ping" && r.Header.Get("Accept") == "text/plain"
	}
	initialized := mcptest.OnMethod("notifications/initialized")
	return []twin{{
		Check: "streamable/post/content-type",
		Break: with(mcptest.SetHeader(mcptest.OnMethod("ping"), "Content-Type", "text/plain")),
		Want:  `ping was answered with Content-Type "text/plain"`,
	}, {
		Check: "streamable/post/one-object",
		Break: with(mcptest.Mangle("ping", func(raw []byte) []byte { return slices.Concat([]byte("["), raw, []byte("]")) })),
		Want:  "ping was answered with an array",
	}, {
		Check: "streamable/post/one-object",
		Break: with(mcptest.Serve(mcptest.OnMethod("ping"), webSays(http.StatusOK, "application/json", ""))),
		Want:  "ping was answered with an empty body",
	}, {
		Check: "streamable/post/one-object",
		Break: with(mcptest.Serve(mcptest.OnMethod("ping"), webSays(http.StatusOK, "application/json", `{"jsonrpc":"2.0","method":"notifications/message"}`))),
		Want:  "an object that is no response",
	}, {
		Check: "streamable/notification/accepted",
		Break: with(mcptest.Status(initialized, http.StatusOK)),
		Want:  "notifications/initialized was accepted with HTTP status 200",
	}, {
		Check: "streamable/notification/no-body",
		Break: with(mcptest.Serve(initialized, webSays(http.StatusAccepted, "application/json", "{}"))),
		Want:  `the answer to notifications/initialized has a body: "{}"`,
	}, {
		Check: "streamable/response/accepted",
		Break: with(mcptest.Status(isResponse, http.StatusNoContent)),
		Want:  "a response was accepted with HTTP status 204",
	}, {
		Check: "streamable/response/accepted",
		Break: with(mcptest.Serve(isResponse, webSays(http.StatusAccepted, "application/json", "null"))),
		Want:  "has a body",
	}, {
		Check: "streamable/refusal/status",
		Break: with(mcptest.Status(strangeSession, http.StatusOK)),
		Want:  "neither accepted with 202 nor refused",
	}, {
		Check: "streamable/refusal/status",
		Break: with(mcptest.Serve(strangeVersion, webSays(http.StatusAccepted, "application/json", `{"jsonrpc":"2.0","error":{"code":-32600,"message":"no"}}`))),
		Want:  "neither accepted with 202 nor refused",
	}, {
		Check: "streamable/refusal/body",
		Break: with(mcptest.Serve(badVersion, webSays(http.StatusBadRequest, "application/json", `{"jsonrpc":"2.0","id":"server","error":{"code":-32600,"message":"no"}}`))),
		Want:  `has the id "server"`,
	}, {
		Check: "streamable/refusal/body",
		Break: with(mcptest.Serve(badVersion, webSays(http.StatusBadRequest, "application/json", `{"jsonrpc":"2.0","result":{}}`))),
		Want:  "is JSON-RPC and no error",
	}, {
		Check: "streamable/accept/refusal",
		Break: with(mcptest.Status(plainText, http.StatusInternalServerError)),
		Want:  "neither served nor refused with a 4xx status",
	}}
}

func streamableStreamTwins() []twin {
	tools := mcptest.OnMethod("tools/list")
	closes := func(events string) mcptest.Faults {
		return mcptest.Serve(tools, webSays(http.StatusOK, "text/event-stream", events))
	}
	return []twin{{
		Check: "streamable/stream/messages",
		Break: with(mcptest.SendBefore("tools/list", "hello")),
		Want:  "an event carries a string",
	}, {
		Check: "streamable/stream/messages",
		Break: with(mcptest.Mangle("tools/list", func([]byte) []byte { return []byte("alive") })),
		Want:  "text that is not JSON",
	}, {
		Check: "streamable/stream/messages",
		Break: with(mcptest.SendBefore("tools/list", []any{map[string]any{"jsonrpc": "2.0", "method": "notifications/message"}})),
		Want:  "an event carries an array",
	}, {
		Check: "streamable/stream/response",
		Break: with(mcptest.Ignore("tools/list")),
		Want:  "resuming it after",
	}, {
		Check: "streamable/stream/response",
		Break: with(mcptest.Ignore("tools/list")),
		In:    mcp.Rev20250618,
		Want:  "the stream that answers tools/list ended without the response",
	}, {
		Check: "streamable/stream/ends",
		Break: with(heldOpen(tools)),
		Want:  "was still open",
	}, {
		Check: "streamable/stream/priming",
		Break: with(mcptest.Without(mcptest.SkipPriming)),
		Want:  "begins with an event that holds",
	}, {
		Check:   "streamable/stream/early-close",
		Prepare: with(closes("id: e1\nretry: 10\ndata: \n\n")),
		Break:   with(closes("retry: 10\ndata: \n\n")),
		Want:    "no event had an id to resume from",
	}, {
		Check:   "streamable/stream/retry",
		Prepare: with(closes("id: e1\nretry: 10\ndata: \n\n")),
		Break:   with(closes("id: e1\ndata: \n\n")),
		Want:    "without a retry field",
	}, {
		Check:   "streamable/stream/disconnect",
		Prepare: lingering,
		Allow:   []string{"linger"},
		Break:   cutBeforeResumed,
		Want:    "ended without the response",
	}, {
		Check: "streamable/stream/related",
		Allow: []string{"progress"},
		Break: with(mcptest.SetSent("notifications/progress", "/progressToken", "mcpctl-0")),
		Want:  `brought progress for "mcpctl-0"`,
	}}
}

func streamableGetTwins() []twin {
	get := mcptest.OnVerb(http.MethodGet)
	return []twin{{
		Check: "streamable/get/served",
		Break: with(mcptest.Status(get, http.StatusNotFound)),
		Want:  "neither with an event stream nor with 405",
	}, {
		Check: "streamable/get/served",
		Break: with(mcptest.Serve(get, webSays(http.StatusOK, "text/html", "<p>Welcome"))),
		Want:  `Content-Type "text/html"`,
	}, {
		Check: "streamable/get/no-responses",
		Break: with(onGet(mcptest.OnMethod("ping"), `{"jsonrpc":"2.0","id":1,"result":{}}`)),
		Want:  "a response came on the GET stream",
	}, {
		Check: "streamable/get/second-stream",
		Break: with(mcptest.Serve(since(2, get), webSays(http.StatusInternalServerError, "text/plain", "too many"))),
		Want:  "a second GET was neither served nor refused",
	}, {
		Check: "streamable/get/no-broadcast",
		Allow: []string{"change"},
		Break: with(mcptest.Without(mcptest.SkipOneStream)),
		Want:  "came on both GET streams",
	}, {
		Check: "streamable/get/unrelated",
		Allow: []string{"progress"},
		Break: with(onGet(mcptest.OnMethod("tools/call"), `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"mcpctl-0","progress":1}}`)),
		Want:  "a call under way",
	}}
}

func streamableResumeTwins() []twin {
	sameStream := func(p []byte) []byte {
		id, rest, ok := strings.Cut(string(p), "-")
		if !ok || !strings.HasPrefix(id, "id: ") {
			return p
		}
		return []byte("id: 1-" + rest)
	}
	// An event id of the reference server is a stream and a place in it.
	resumeAt := func(place string) mcptest.Faults {
		return webMends(func(r *http.Request, _ mcp.Message) {
			if id, _, ok := strings.Cut(r.Header.Get("Last-Event-ID"), "-"); ok {
				r.Header.Set("Last-Event-ID", id+"-"+place)
			}
		})
	}
	return []twin{{
		Check: "streamable/resume/ids-unique",
		Break: with(rewritten(mcptest.OnMethod("tools/list"), sameStream)),
		Want:  "came twice in one session",
	}, {
		Check: "streamable/resume/replay",
		In:    mcp.Rev20250618, Allow: []string{"progress"},
		Break: with(resumeAt("0")),
		Want:  "an event that the client had already was sent again",
	}, {
		Check: "streamable/resume/replay",
		In:    mcp.Rev20250618, Allow: []string{"progress"},
		Break: with(resumeAt("2")),
		Want:  "of 3 missed events only 2 came again",
	}, {
		Check: "streamable/resume/replay",
		Break: with(rewritten(resuming, func(p []byte) []byte { return bytes.Repeat(p, 2) })),
		Want:  "was sent again twice",
	}, {
		Check: "streamable/resume/own-stream",
		Break: with(mcptest.Without(mcptest.SkipReplayOwn)),
		Want:  "brought the response of another stream",
	}, {
		Check: "streamable/resume/id-finds-stream",
		Break: with(wrapped(since(2, resuming), func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			r.Header.Del("Last-Event-ID")
			next.ServeHTTP(w, r)
		})),
		Want: "did not lead back to it",
	}, {
		Check: "streamable/resume/by-get",
		Break: with(mcptest.Serve(since(3, resuming), webSays(http.StatusBadRequest, "text/plain", "only streams of POSTs"))),
		Want:  "resuming the GET stream",
	}}
}
