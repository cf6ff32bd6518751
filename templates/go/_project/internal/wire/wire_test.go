package wire

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

const (
	hello = `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"%s","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`
	ready = `{"jsonrpc":"2.0","method":"notifications/initialized"}`
	meta  = `"_meta":{"io.modelcontextprotocol/protocolVersion":"%s","io.modelcontextprotocol/clientCapabilities":{}}`
)

// messages and the codes they are refused with; 0: they are in order.
var messages = map[string]struct {
	text string
	code int64
}{
	"request":               {`{"jsonrpc":"2.0","id":1,"method":"ping"}`, 0},
	"notification":          {`{"jsonrpc":"2.0","method":"notifications/x"}`, 0},
	"response":              {`{"jsonrpc":"2.0","id":"a","result":{}}`, 0},
	"braces in a text":      {`{"jsonrpc":"2.0","id":"` + strings.Repeat(`[{\"`, 200) + `","method":"ping"}`, 0},
	"a revision":            {`{"jsonrpc":"2.0","id":1,"method":"x","params":{` + fmt.Sprintf(meta, "2026-07-28") + `}}`, 0},
	"no such revision":      {`{"jsonrpc":"2.0","id":1,"method":"x","params":{` + fmt.Sprintf(meta, "1900-01-01") + `}}`, mcp.CodeUnsupportedProtocolVersion},
	"no JSON":               {`{"jsonrpc"`, -32700},
	"number":                {`42`, -32600},
	"null":                  {`null`, -32600},
	"empty object":          {`{}`, -32600},
	"other version":         {`{"jsonrpc":"1.0","id":1,"method":"ping"}`, -32600},
	"other case":            {`{"jsonrpc":"2.0","id":1,"Method":"ping"}`, -32600},
	"null id":               {`{"jsonrpc":"2.0","id":null,"method":"ping"}`, -32600},
	"id and nothing":        {`{"jsonrpc":"2.0","id":1}`, -32600},
	"result and error":      {`{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}}`, -32600},
	"method is a number":    {`{"jsonrpc":"2.0","id":1,"method":1}`, -32600},
	"too deep":              {`{"jsonrpc":"2.0","id":1,"method":"x","params":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `}`, -32600},
	"tool's arguments":      {`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"arguments":[1]}}`, -32602},
	"prompt's arguments":    {`{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"arguments":{"a":1}}}`, -32602},
	"prompt's arguments ok": {`{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"arguments":{"a":"1"}}}`, 0},
}

func TestRead(t *testing.T) {
	for name, test := range messages {
		t.Run(name, func(t *testing.T) {
			_, refusal := read([]byte(test.text))
			if code := codeOf(refusal); code != test.code {
				t.Errorf("code = %d, want %d", code, test.code)
			}
		})
	}
}

func codeOf(refusal interface{ Error() string }) int64 {
	text, _ := json.Marshal(refusal)
	var e struct{ Code int64 }
	_ = json.Unmarshal(text, &e)
	return e.Code
}

func FuzzRead(f *testing.F) {
	for _, m := range messages {
		f.Add([]byte(m.text))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, refusal := read(raw)
		if refusal == nil && !json.Valid(raw) {
			t.Error("accepts what is no JSON")
		}
		if refusal != nil && !json.Valid(errorResponse(m, refusal)) {
			t.Errorf("answers with what is no JSON: %s", errorResponse(m, refusal))
		}
	})
}

// Each line and what comes back; the server must live through all.
func TestStdio(t *testing.T) {
	tests := map[string]struct{ revision, line, want string }{
		"ping":               {"2025-03-26", `{"jsonrpc":"2.0","id":1,"method":"ping"}`, `"result"`},
		"no message":         {"2025-11-25", `42`, `-32600`},
		"too long":           {"2025-11-25", `"` + strings.Repeat("x", 70000) + `"`, `too long`},
		"batch":              {"2025-03-26", `[{"jsonrpc":"2.0","id":7,"method":"ping"}]`, `"id":7`},
		"broken member":      {"2025-03-26", `[42]`, `-32600`},
		"initialize in one":  {"2025-03-26", "[" + fmt.Sprintf(hello, "2025-03-26") + "]", `-32600`},
		"empty batch":        {"2025-03-26", `[]`, `-32600`},
		"batch no more":      {"2025-06-18", `[{"jsonrpc":"2.0","id":7,"method":"ping"}]`, `-32600`},
		"no such revision":   {"2025-11-25", `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{` + fmt.Sprintf(meta, "1900-01-01") + `}}`, `-32022`},
		"blank, then a ping": {"2025-11-25", "\n  \n" + `{"jsonrpc":"2.0","id":1,"method":"ping"}`, `"result"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			say, lines := startStdio(t)
			say(fmt.Sprintf(hello, test.revision))
			next(t, lines)
			say(ready)
			say(test.line)
			if got := next(t, lines); !strings.Contains(got, test.want) {
				t.Errorf("answer = %s, want %s in it", got, test.want)
			}
			say(`{"jsonrpc":"2.0","id":"alive","method":"ping"}`)
			if got := next(t, lines); !strings.Contains(got, `"alive"`) {
				t.Errorf("afterwards the answer is %s", got)
			}
		})
	}
}

// A cancelled subscription is answered no more; one that is not cancelled is.
func TestCancelledSubscription(t *testing.T) {
	say, lines := startStdio(t)
	listen := `{"jsonrpc":"2.0","id":"%s","method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true},` + fmt.Sprintf(meta, "2026-07-28") + `}}`
	say(fmt.Sprintf(listen, "sub"))
	if got := next(t, lines); !strings.Contains(got, "acknowledged") {
		t.Fatalf("answer = %s", got)
	}
	say(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"sub"}}`)
	say(`{"jsonrpc":"2.0","id":"alive","method":"tools/list","params":{` + fmt.Sprintf(meta, "2026-07-28") + `}}`)
	if got := next(t, lines); !strings.Contains(got, `"alive"`) {
		t.Errorf("answer = %s", got)
	}
}

func TestHTTPBatch(t *testing.T) {
	s := newHTTP(t)
	res := post(t, s, fmt.Sprintf(hello, "2025-03-26"), "", "")
	session := res.Header.Get("Mcp-Session-Id")
	post(t, s, ready, session, "2025-03-26")

	res = post(t, s, `[{"jsonrpc":"2.0","id":1,"method":"ping"},42,{"jsonrpc":"2.0","id":2,"method":"no/such"},`+ready+`]`, session, "2025-03-26")
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"id":1`, `"id":2`, `-32601`, `-32600`} {
		if !strings.Contains(string(body), want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
	if res := post(t, s, "["+ready+"]", session, "2025-03-26"); res.StatusCode != http.StatusAccepted {
		t.Errorf("a batch of notifications: status %d", res.StatusCode)
	}
	if res := post(t, s, `[{"jsonrpc":"2.0","id":1,"method":"ping"}]`, "guess", "2025-03-26"); res.StatusCode != http.StatusNotFound {
		t.Errorf("a batch of an unknown session: status %d", res.StatusCode)
	}
	if res := post(t, s, `[{"jsonrpc":"2.0","id":1,"method":"ping"}]`, session, "2025-06-18"); res.StatusCode != http.StatusBadRequest {
		t.Errorf("a batch where there are none: status %d", res.StatusCode)
	}
}

// Refusals are JSON-RPC errors under the request's id.
func TestHTTPRefusals(t *testing.T) {
	s := newHTTP(t)
	session := post(t, s, fmt.Sprintf(hello, "2025-11-25"), "", "").Header.Get("Mcp-Session-Id")
	post(t, s, ready, session, "2025-11-25")
	for line, want := range map[string]string{
		`{"jsonrpc":"2.0","id":5,"method":"no/such"}`: `"code":-32601`,
		`{"jsonrpc":"2.0","id":5}`:                    `"code":-32600`,
	} {
		res := post(t, s, line, session, "2025-11-25")
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(body), want) || !strings.Contains(string(body), `"id":5`) || res.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s is answered with %s", line, body)
		}
	}
}

// A feature is served if it is named or has something, else not.
func TestOnly(t *testing.T) {
	s := newServer()
	s.AddReceivingMiddleware(Only("tools"))
	ct, st := mcp.NewInMemoryTransports()
	if _, err := s.Connect(t.Context(), st, nil); err != nil {
		t.Fatal(err)
	}
	client, err := mcp.NewClient(&mcp.Implementation{Name: "t", Version: "1"}, nil).Connect(t.Context(), ct, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := client.ListTools(t.Context(), nil); err != nil {
		t.Errorf("tools are refused: %v", err)
	}
	if _, err := client.ListResources(t.Context(), nil); err == nil {
		t.Error("resources are served although there are none")
	}
	if _, err := client.ListPrompts(t.Context(), nil); err == nil {
		t.Error("prompts are served although there are none")
	}
	s.AddResource(&mcp.Resource{URI: "x://y", Name: "y"}, func(context.Context, *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
		return nil, mcp.ResourceNotFoundError("x://y")
	})
	if _, err := client.ListResources(t.Context(), nil); err != nil {
		t.Errorf("resources are refused: %v", err)
	}
}

func TestDecodeName(t *testing.T) {
	for value, want := range map[string]string{
		"plain":                   "plain",
		"=?base64?YWRk?=":         "add",
		"=?BASE64?YWRk?=":         "=?BASE64?YWRk?=",
		"=?base64?PT9iYXNlNjQ/?=": "=?base64?",
	} {
		h := http.Header{"Mcp-Name": {value}}
		if err := decodeName(h); err != nil || h.Get("Mcp-Name") != want {
			t.Errorf("%s decodes to %s, %v, want %s", value, h.Get("Mcp-Name"), err, want)
		}
	}
	if decodeName(http.Header{"Mcp-Name": {"=?base64?!?="}}) == nil {
		t.Error("broken base64 is accepted")
	}
}

func newServer() *mcp.Server {
	s := mcp.NewServer(&mcp.Implementation{Name: "test", Version: "1"}, nil)
	mcp.AddTool(s, &mcp.Tool{Name: "x"}, func(context.Context, *mcp.CallToolRequest, struct{}) (*mcp.CallToolResult, any, error) {
		return nil, nil, nil
	})
	return s
}

func startStdio(t *testing.T) (say func(string), lines <-chan string) {
	t.Helper()
	inRead, in := io.Pipe()
	outRead, out := io.Pipe()
	session, err := newServer().Connect(t.Context(), NewStdio(inRead, out, 1<<16), nil)
	if err != nil {
		t.Fatal(err)
	}
	c := make(chan string, 10)
	go func() {
		for s := bufio.NewScanner(outRead); s.Scan(); {
			c <- s.Text()
		}
	}()
	t.Cleanup(func() {
		_ = in.Close()
		_ = session.Wait()
	})
	return func(line string) {
		t.Helper()
		if _, err := io.WriteString(in, line+"\n"); err != nil {
			t.Fatal(err)
		}
	}, c
}

func next(t *testing.T, lines <-chan string) string {
	t.Helper()
	select {
	case line := <-lines:
		return line
	case <-time.After(10 * time.Second):
		t.Fatal("nothing comes")
		return ""
	}
}

func newHTTP(t *testing.T) *httptest.Server {
	t.Helper()
	server := newServer()
	s := httptest.NewServer(Handler(mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, nil), 1<<16))
	t.Cleanup(s.Close)
	return s
}

func post(t *testing.T, s *httptest.Server, body, session, version string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	for name, value := range map[string]string{"Mcp-Session-Id": session, "Mcp-Protocol-Version": version} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	res, err := s.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

// A revision that nobody knows is refused as such only where the header names it
// too: a header that says something else is the graver fault.
func TestHeaderAndMetaNameOneRevision(t *testing.T) {
	for name, tc := range map[string]struct{ header, meta, code string }{
		"another":             {"2026-07-28", "2025-11-25", "-32020"},
		"another and unknown": {"2026-07-28", "v999.0.0", "-32020"},
		"unknown":             {"v999.0.0", "v999.0.0", "-32022"},
	} {
		t.Run(name, func(t *testing.T) {
			body := `{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"` + tc.meta + `"}}}`
			r := httptest.NewRequest(http.MethodPost, "/mcp", strings.NewReader(body))
			r.Header.Set("MCP-Protocol-Version", tc.header)
			w := httptest.NewRecorder()
			Handler(http.NotFoundHandler(), 1<<20).ServeHTTP(w, r)
			if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), tc.code) {
				t.Errorf("answered with %d %s, want 400 and %s", w.Code, w.Body, tc.code)
			}
		})
	}
}
