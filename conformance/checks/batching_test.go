package checks_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// bodyHolds reports whether the body of a request holds a text; the body can
// still be read.
func bodyHolds(r *http.Request, text string) bool {
	body, _ := io.ReadAll(r.Body) // a broken body holds less
	r.Body = io.NopCloser(bytes.NewReader(body))
	return strings.Contains(string(body), text)
}

// webAnswer answers the POSTs that hold a text.
func webAnswer(holds string, status int, media, body string) mcptest.Faults {
	return mcptest.Faults{HTTP: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !bodyHolds(r, holds) {
				next.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Content-Type", media)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		})
	}}
}

func batchingTwins() []twin {
	in := mcp.Rev20250326
	pong := func(id string) string { return fmt.Sprintf(`{"jsonrpc":"2.0","id":%q,"result":{}}`, id) }
	wrong := `{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"it went wrong"}}`
	one, two := pong("mcpctl-b1"), pong("mcpctl-b2")
	stream := func(messages ...string) mcptest.Faults {
		return webAnswer("mcpctl-b1", 200, "text/event-stream", "data: "+strings.Join(messages, "\n\ndata: ")+"\n\n")
	}
	noBatches := mcptest.Faults{Line: func(_ *mcptest.Context, line []byte) ([][]byte, bool) { return nil, line[0] == '[' }}
	silentArray := `[{"jsonrpc":"2.0","method":"notifications/cancelled"`
	return []twin{
		{Check: "batching/requests/answered", Break: withFaults(noBatches), On: mcp.HTTP, Want: "the request mcpctl-b1 of a batch got no response"},
		{Check: "batching/requests/answered", Break: withFaults(onText("mcpctl-b1", "["+one+"]")), Want: "the request mcpctl-b2 of a batch got no response"},
		{Check: "batching/requests/answered", Break: withFaults(webAnswer("mcpctl-b1", 400, "text/plain", "no")), On: mcp.HTTP, Want: "HTTP status 400"},
		{Check: "batching/requests/each", Break: withFaults(onText("mcpctl-b3", "["+pong("mcpctl-b3")+"]")), Want: "an unknown method in a batch got no error"},
		{
			Check: "batching/requests/each", Want: "got 3 responses",
			Break: withFaults(onText("mcpctl-b3", "["+pong("mcpctl-b3")+`,{"jsonrpc":"2.0","id":"mcpctl-b4","error":{"code":-32601,"message":"no"}},`+wrong+"]")),
		},
		{Check: "batching/notifications/silent", Break: withFaults(onText(silentArray, "[]")), Want: `was answered with "[]"`},
		{Check: "batching/notifications/silent", Break: withFaults(onText(silentArray, wrong)), Want: "was answered with"},
		{Check: "batching/http/accepted", Break: withFaults(webAnswer(silentArray, 200, "application/json", "[]")), Want: "a batch of notifications got HTTP status 200 with 2 bytes"},
		{Check: "batching/http/accepted", Break: withFaults(webAnswer(`[{"jsonrpc":"2.0","id":"mcpctl-no-such-request","result":{}}]`, 202, "application/json", "null")), Want: "a batch of responses got HTTP status 202 with 4 bytes"},
		{Check: "batching/http/content-type", Break: withFaults(webAnswer("mcpctl-b1", 200, "text/plain", "["+one+","+two+"]")), Want: `the Content-Type "text/plain"`},
		{Check: "batching/http/content-type", Break: withFaults(webAnswer("mcpctl-b1", 200, "application/json", one)), Want: "JSON that is no array"},
		{Check: "batching/http/stream", Prepare: withFaults(stream(one, two)), Break: withFaults(stream(one)), Want: "holds no response to mcpctl-b2"},
		{Check: "batching/empty/refused", Break: withFaults(onExactly("[]")), Want: "an empty batch got no answer at all"},
		{Check: "batching/empty/refused", Break: withFaults(onExactly("[]", wrong)), Want: "with error -32603, expected -32600"},
		{Check: "batching/invalid/each", Break: withFaults(onText("[42,", pong("mcpctl-b5"))), Want: "a bare number in a batch got no error -32600"},
		{Check: "batching/invalid/each", Break: withFaults(onText("[42,", `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no"}}`)), Want: "ping beside a bare number in a batch got no result"},
		{Check: "batching/initialize/refused", Break: withFaults(onText("mcpctl-b6", "["+pong("mcpctl-b6")+"]")), Want: "initialize in a batch was served"},
		{
			Check: "batching/server/well-formed", In: in, Want: "a batch of 1 responses and 1 other messages",
			Prepare: inBatch(`[%s]`), Break: inBatch(`[%s,{"jsonrpc":"2.0","method":"notifications/x"}]`),
		},
		{
			Check: "batching/server/well-formed", In: in, Want: "an empty batch",
			Prepare: inBatch(`[%s]`), Break: beforeListsRaw(`[]`),
		},
		{Check: "batching/server/none", Break: inBatch(`[%s]`), Want: "the server sent an array in 2025-11-25"},
		{Check: "batching/server/none", Break: inBatch(`[%s]`), In: mcp.Rev20241105, Want: "the server sent an array in 2024-11-05"},
		{Check: "batching/array/refused", Break: withFaults(mcptest.Without(mcptest.SkipBatch)), Want: "an array of one request was served in 2025-11-25"},
		{Check: "batching/array/refused", Break: withFaults(exitOn("mcpctl-array")), Want: "the server ended the connection on an array"},
	}
}

// inBatch puts every response to tools/list into a batch.
func inBatch(format string) func(*mcptest.Server) {
	return withFaults(mcptest.Mangle("tools/list", func(raw []byte) []byte { return fmt.Appendf(nil, format, raw) }))
}

// TestBatchingAllows holds what must not be flagged.
func TestBatchingAllows(t *testing.T) {
	stdio, web := place{mcp.Rev20250326, mcp.Stdio}, place{mcp.Rev20250326, mcp.HTTP}
	separate := withFaults(mcptest.Faults{Handle: func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
		return []any{map[string]any{"jsonrpc": "2.0", "id": m.ID(), "result": map[string]any{}}}, m.Method() == "ping"
	}})
	for name, test := range map[string]struct {
		check   string
		at      place
		prepare func(*mcptest.Server)
		want    conformance.Verdict
	}{
		"responses on lines of their own":  {"batching/requests/answered", stdio, separate, conformance.Pass},
		"responses refused over HTTP":      {"batching/http/accepted", web, withFaults(webAnswer(`"mcpctl-no-such-request","result"`, 400, "text/plain", "no")), conformance.Pass},
		"an invalid member as HTTP 400":    {"batching/invalid/each", web, withFaults(webAnswer("[42,", 400, "text/plain", "no")), conformance.Pass},
		"an empty batch as HTTP 400":       {"batching/empty/refused", web, withFaults(webAnswer("[]", 400, "text/plain", "no")), conformance.Pass},
		"no stream for batches":            {"batching/http/stream", web, nothing, conformance.Unproven},
		"no batches of the server's own":   {"batching/server/well-formed", stdio, nothing, conformance.Unproven},
		"an array passed over in silence":  {"batching/array/refused", place{mcp.Rev20251125, mcp.Stdio}, withFaults(onText("mcpctl-array")), conformance.Pass},
		"initialize passed over":           {"batching/initialize/refused", stdio, withFaults(onText("mcpctl-b6")), conformance.Pass},
		"no batches, which another judges": {"batching/requests/each", stdio, withFaults(onText("mcpctl-b1")), conformance.Unproven},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := verdictFor(t, test.check, test.at, test.prepare)
			assert.Equal(t, test.want, f.Verdict, f.Message)
		})
	}
}
