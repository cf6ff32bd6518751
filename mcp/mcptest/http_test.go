package mcptest_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// web serves a server over HTTP until the test ends.
func web(t *testing.T, s *mcptest.Server) string {
	t.Helper()
	h := s.Handler()
	site := httptest.NewServer(h)
	t.Cleanup(func() { _ = h.(io.Closer).Close(); site.Close() })
	return site.URL
}

// reply is what came back for a request over HTTP.
type reply struct {
	status int
	header http.Header
	body   string
}

// code is the code of the error in a JSON body, 0 when there is none.
func (r reply) code() int64 {
	m, err := mcp.ParseMessage([]byte(r.body))
	if err != nil || m.RPCError() == nil {
		return 0
	}
	return m.RPCError().Code
}

// send sends one request; headers are given as name, value pairs, and an
// empty value takes a header away.
func send(t *testing.T, verb, url, body string, header ...string) reply {
	t.Helper()
	response := begin(t.Context(), t, verb, url, body, header...)
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return reply{response.StatusCode, response.Header, string(raw)}
}

func begin(ctx context.Context, t *testing.T, verb, url, body string, header ...string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, verb, url, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Accept", "application/json, text/event-stream")
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		switch {
		case header[i] == "Host":
			r.Host = header[i+1]
		case header[i+1] == "":
			r.Header.Del(header[i])
		default:
			r.Header.Set(header[i], header[i+1])
		}
	}
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	return response
}

func initialize(revision string) string {
	return `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"` + revision +
		`","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`
}

const ping = `{"jsonrpc":"2.0","id":"é","method":"ping"}`

// opened opens a session and returns its id.
func opened(t *testing.T, url, revision string) string {
	t.Helper()
	r := send(t, "POST", url, initialize(revision))
	require.Equal(t, 200, r.status, r.body)
	id := r.header.Get("Mcp-Session-Id")
	require.NotEmpty(t, id)
	r = send(t, "POST", url, `{"jsonrpc":"2.0","method":"notifications/initialized"}`, "Mcp-Session-Id", id)
	assert.Equal(t, 202, r.status)
	assert.Empty(t, r.body)
	return id
}

func TestSessionsOverHTTP(t *testing.T) {
	url := web(t, mcptest.New()) + "/mcp"
	id := opened(t, url, "2025-11-25")
	for _, c := range []struct {
		name, verb, body string
		header           []string
		status           int
	}{
		{"ping", "POST", ping, nil, 200},
		{"version", "POST", ping, []string{"MCP-Protocol-Version", "2025-11-25"}, 200},
		{"bad version", "POST", ping, []string{"MCP-Protocol-Version", "1900-01-01"}, 400},
		{"bad version on DELETE", "DELETE", "", []string{"MCP-Protocol-Version", "garbage"}, 400},
		{"no session", "POST", ping, []string{"Mcp-Session-Id", ""}, 400},
		{"no session on GET", "GET", "", []string{"Mcp-Session-Id", ""}, 400},
		{"no session on DELETE", "DELETE", "", []string{"Mcp-Session-Id", ""}, 400},
		{"unknown session", "POST", ping, []string{"Mcp-Session-Id", "nonsense"}, 404},
		{"foreign origin", "POST", ping, []string{"Origin", "http://evil.example"}, 403},
		{"null origin", "GET", "", []string{"Origin", "null"}, 403},
		{"foreign host", "POST", ping, []string{"Host", "evil.example"}, 403},
		{"own origin", "POST", ping, []string{"Origin", "http://localhost:1234"}, 200},
		{"JSON only", "POST", ping, []string{"Accept", "application/json"}, 406},
		{"GET without SSE", "GET", "", []string{"Accept", "application/json"}, 406},
		{"no JSON", "POST", ping, []string{"Content-Type", "text/plain"}, 415},
		{"not JSON", "POST", `{"jsonrpc":"2.0",`, nil, 400},
		{"no message", "POST", `42`, nil, 400},
		{"old notification", "POST", `{"jsonrpc":"1.0","method":"notifications/initialized"}`, nil, 400},
		{"null id", "POST", `{"jsonrpc":"2.0","id":null,"method":"ping"}`, nil, 400},
		{"batch", "POST", "[" + ping + "]", nil, 400},
		{"answer to nothing", "POST", `{"jsonrpc":"2.0","id":99,"result":{}}`, nil, 202},
		{"PUT", "PUT", ping, nil, 405},
		{"end", "DELETE", "", nil, 204},
		{"after the end", "POST", ping, nil, 404},
		{"GET after the end", "GET", "", nil, 404},
	} {
		r := send(t, c.verb, url, c.body, append([]string{"Mcp-Session-Id", id}, c.header...)...)
		assert.Equal(t, c.status, r.status, "%s: %s", c.name, r.body)
		assert.Empty(t, r.header.Get("Mcp-Session-Id"), c.name)
		if c.body == ping && c.status == 200 {
			assert.JSONEq(t, `{"jsonrpc":"2.0","id":"é","result":{}}`, r.body, c.name)
		}
	}
}

func TestVersionsOfTheHandshake(t *testing.T) {
	url := web(t, mcptest.New()) + "/mcp"
	for asked, agreed := range map[string]string{
		"2024-11-05": "2024-11-05", "2025-03-26": "2025-03-26", "2025-06-18": "2025-06-18", "2025-11-25": "2025-11-25",
		"1900-01-01": "2025-11-25", "2099-12-31": "2025-11-25", "2026-07-28": "2025-11-25",
	} {
		assert.Contains(t, send(t, "POST", url, initialize(asked)).body, `"protocolVersion":"`+agreed+`"`, asked)
	}
	assert.EqualValues(t, mcp.CodeInvalidParams, send(t, "POST", url, strings.Replace(initialize("x"), `"x"`, "5", 1)).code())
}

func TestBatches(t *testing.T) {
	url := web(t, mcptest.New()) + "/mcp"
	id := []string{"Mcp-Session-Id", opened(t, url, "2025-03-26")}
	r := send(t, "POST", url, `[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"x"},42,{"jsonrpc":"2.0","id":2,"method":"x"}]`, id...)
	m, err := mcp.ParseMessage([]byte(r.body))
	require.NoError(t, err)
	require.Len(t, m.Batch(), 3, r.body)
	r = send(t, "POST", url, `[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"progress","_meta":{"progressToken":7}}}]`, id...)
	assert.Equal(t, "text/event-stream", r.header.Get("Content-Type"))
	assert.Equal(t, 4, strings.Count(r.body, "data: "), r.body)
	assert.Equal(t, 400, send(t, "POST", url, `[]`, id...).status)
	assert.Equal(t, 202, send(t, "POST", url, `[{"jsonrpc":"2.0","method":"notifications/x"}]`, id...).status)
	r = send(t, "POST", url, "["+initialize("2025-03-26")+"]", id...)
	assert.Contains(t, r.body, "-32600")
}

// events reads a stream event by event.
type events struct {
	t    *testing.T
	scan *bufio.Scanner
}

func read(t *testing.T, response *http.Response) *events {
	t.Helper()
	require.Equal(t, "text/event-stream", response.Header.Get("Content-Type"))
	t.Cleanup(func() { _ = response.Body.Close() })
	return &events{t, bufio.NewScanner(response.Body)}
}

// next is the id and the data of the next event.
func (e *events) next() (id, data string) {
	for e.scan.Scan() {
		line := e.scan.Text()
		switch {
		case strings.HasPrefix(line, "id: "):
			id = line[4:]
		case strings.HasPrefix(line, "data: "):
			data += line[6:]
		case line == "":
			return id, data
		}
	}
	return "", ""
}

func TestResumption(t *testing.T) {
	url := web(t, mcptest.New()) + "/mcp"
	session := []string{"Mcp-Session-Id", opened(t, url, "2025-11-25")}
	ctx, cancel := context.WithCancel(t.Context())
	call := `{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"slow","arguments":{"ms":40},"_meta":{"progressToken":"p"}}}`
	stream := read(t, begin(ctx, t, "POST", url, call, session...))
	id, data := stream.next()
	assert.NotEmpty(t, id, "the stream is primed")
	assert.Empty(t, data)
	first, data := stream.next()
	assert.Contains(t, data, "notifications/progress")
	cancel()
	resumed := read(t, begin(t.Context(), t, "GET", url, "", append(session, "Last-Event-ID", first)...))
	seen := map[string]bool{first: true}
	for {
		id, data := resumed.next()
		require.NotEmpty(t, id, "the response comes")
		require.False(t, seen[id], "nothing comes twice")
		seen[id] = true
		if strings.Contains(data, `"result"`) {
			break
		}
	}
	id, _ = resumed.next()
	assert.Empty(t, id, "the stream ends")
}

func TestStandaloneStreams(t *testing.T) {
	url := web(t, mcptest.New()) + "/mcp"
	session := []string{"Mcp-Session-Id", opened(t, url, "2025-06-18")}
	change := `{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"change","arguments":{"what":"%"}}}`
	one := read(t, begin(t.Context(), t, "GET", url, "", session...))
	two := read(t, begin(t.Context(), t, "GET", url, "", session...))
	send(t, "POST", url, strings.Replace(change, "%", "tools", 1), session...)
	_, data := one.next()
	assert.JSONEq(t, `{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}`, data)
	send(t, "POST", url, strings.Replace(change, "%", "resource", 1), session...)
	send(t, "POST", url, `{"jsonrpc":"2.0","id":6,"method":"resources/subscribe","params":{"uri":"mcptest://ticks"}}`, session...)
	send(t, "POST", url, strings.Replace(change, "%", "resource", 1), session...)
	_, data = one.next()
	assert.JSONEq(t, `{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"mcptest://ticks"}}`, data)
	send(t, "DELETE", url, "", session...)
	id, _ := two.next()
	assert.Empty(t, id, "the second stream had nothing, and ends with the session")
}

func TestOldTransport(t *testing.T) {
	url := web(t, mcptest.New())
	stream := read(t, begin(t.Context(), t, "GET", url+"/sse", ""))
	_, endpoint := stream.next()
	assert.Equal(t, 405, send(t, "POST", url+"/sse", initialize("2024-11-05")).status)
	assert.Equal(t, 404, send(t, "POST", url+"/messages?sessionId=x", ping).status)
	assert.Equal(t, 403, send(t, "GET", url+"/sse", "", "Origin", "http://evil.example").status)
	r := send(t, "POST", url+endpoint, initialize("2024-11-05"))
	assert.Equal(t, 202, r.status)
	assert.Empty(t, r.body)
	_, data := stream.next()
	assert.Contains(t, data, `"protocolVersion":"2024-11-05"`)
	assert.Equal(t, 400, send(t, "POST", url+endpoint, `{"jsonrpc"`).status)
	send(t, "POST", url+endpoint, ping)
	_, data = stream.next()
	assert.JSONEq(t, `{"jsonrpc":"2.0","id":"é","result":{}}`, data)
}
