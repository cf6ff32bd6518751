package traffic_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/mcp"
)

// called is a log of one request with its answer, over HTTP when url is given.
func called(t testing.TB, revision mcp.Revision, url, request, answer string) *traffic.Log {
	l := open(t, traffic.Options{})
	sent := traffic.Frame{Frame: mcp.NewFrame(mcp.Sent, mcp.ChannelBody, []byte(request)), Revision: revision}
	if url != "" {
		sent.Exchange, sent.HTTP = 0, &traffic.HTTP{Method: http.MethodPost, URL: url, Header: http.Header{
			"Content-Type": {"application/json"}, "Mcp-Session-Id": {"s3cr3t-session"}, "Content-Length": {"9"}}}
	}
	l.Add(sent)
	if answer != "" {
		l.Add(traffic.Frame{Frame: mcp.NewFrame(mcp.Received, mcp.ChannelBody, []byte(answer))})
	}
	return l
}

func export(t testing.TB, l *traffic.Log, n int, as traffic.As, o traffic.Exporting) string {
	t.Helper()
	text, err := l.Export(n, as, o)
	require.NoError(t, err)
	return text
}

func TestExportAsCurl(t *testing.T) {
	l := called(t, mcp.Rev20251125, "http://127.0.0.1:3000/mcp?token=s3cr3t", `{"id":1,"method":"tools/call","params":{"name":"it's"}}`, "")
	got := export(t, l, 1, traffic.AsCurl, traffic.Exporting{
		Header: http.Header{"Authorization": {"Bearer s3cr3t-token"}, "X-Api-Key": {"s3cr3t"}, "X-Tenant": {"a b"}},
		Refs:   map[string]string{"x-api-key": "OUR_KEY", "X-Other": "NO"},
	})
	assert.Equal(t, strings.Join([]string{
		`curl -sS -N -X POST 'http://127.0.0.1:3000/mcp?token=[redacted]'`,
		`-H "Authorization: Bearer $MCP_TOKEN"`,
		`-H 'Content-Type: application/json'`,
		`-H "Mcp-Session-Id: $MCP_SESSION_ID"`,
		`-H "X-Api-Key: $OUR_KEY"`,
		`-H 'X-Tenant: a b'`,
		`--data-raw '{"id":1,"method":"tools/call","params":{"name":"it'\''s"}}'`,
	}, " \\\n  "), got)
	assert.NotContains(t, got, "s3cr3t")
}

// Headers are those that the era owes when none were recorded.
func TestCurlHasTheHeadersOfTheEra(t *testing.T) {
	request := `{"id":1,"method":"tools/call","params":{"name":"größe"}}`
	o := traffic.Exporting{URL: "http://127.0.0.1/mcp"}
	stateless := export(t, called(t, mcp.Rev20260728, "", request, ""), 1, traffic.AsCurl, o)
	for _, h := range []string{"Mcp-Method: tools/call", "Mcp-Name: " + mcp.HeaderValue("größe"), "Mcp-Protocol-Version: 2026-07-28", "Accept: application/json, text/event-stream"} {
		assert.Contains(t, stateless, h)
	}
	handshake := export(t, called(t, mcp.Rev20250618, "", request, ""), 1, traffic.AsCurl, o)
	assert.Contains(t, handshake, "Mcp-Protocol-Version: 2025-06-18")
	assert.NotContains(t, handshake, "Mcp-Method")
	assert.NotContains(t, export(t, called(t, mcp.Rev20250326, "", request, ""), 1, traffic.AsCurl, o), "Mcp-Protocol-Version")
	opening := called(t, mcp.Rev20251125, "", `{"id":1,"method":"initialize"}`, "")
	assert.NotContains(t, export(t, opening, 1, traffic.AsCurl, o), "Mcp-Protocol-Version", "it is not agreed yet")
}

// What is exported means the same to a shell.
func TestQuotingHoldsInAShell(t *testing.T) {
	hostile := "a'b\"c $HOME `id` \\ !x\n* ~ #é"
	request := `{"id":1,"method":"tools/call","params":{"name":"t","arguments":{"q":` + string(mcp.ValueOf(hostile).Raw()) + `}}}`
	command := export(t, called(t, mcp.Rev20251125, "", request, ""), 1, traffic.AsCommand, traffic.Exporting{Target: "my server"})
	out, err := exec.Command("sh", "-c", `printf '%s\0' `+strings.TrimPrefix(command, "mcpctl ")).Output()
	require.NoError(t, err)
	assert.Equal(t, []string{"tools", "call", "my server", "t", "q=" + hostile, ""}, strings.Split(string(out), "\x00"))
	curl := export(t, called(t, mcp.Rev20251125, "", request, ""), 1, traffic.AsCurl, traffic.Exporting{URL: "http://127.0.0.1/"})
	out, err = exec.Command("sh", "-c", `curl() { for last; do :; done; printf %s "$last"; }; `+curl).Output()
	require.NoError(t, err)
	assert.Equal(t, request, string(out))
}

func TestExportAsCommand(t *testing.T) {
	for request, want := range map[string]string{
		`{"id":1,"method":"tools/call","params":{"name":"get-sum","arguments":{"a":1,"b":[2],"c":"x","d":"7","e":"@f","g":null}}}`:      `mcpctl tools call URL get-sum a:=1 'b:=[2]' c=x 'd:="7"' 'e:="@f"' g:=null`,
		`{"id":1,"method":"tools/call","params":{"name":"x","arguments":{"a.b":1}}}`:                                                    `mcpctl tools call URL x '--args={"a.b":1}'`,
		`{"id":1,"method":"tools/call","params":{"name":"x"}}`:                                                                          `mcpctl tools call URL x`,
		`{"id":1,"method":"prompts/get","params":{"name":"x","arguments":{"to":"me"}}}`:                                                 `mcpctl prompts get URL x to=me`,
		`{"id":1,"method":"resources/read","params":{"uri":"file:///a b"}}`:                                                             `mcpctl resources read URL 'file:///a b'`,
		`{"id":1,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"p"},"argument":{"name":"a","value":"v"}}}`: `mcpctl complete URL p a v`,
		`{"id":1,"method":"resources/templates/list"}`:                                                                                  `mcpctl resources templates URL`,
		`{"id":1,"method":"tools/list"}`:                                                                                                `mcpctl tools list URL`,
		`{"id":1,"method":"initialize"}`:                                                                                                `mcpctl discover URL`,
		`{"id":1,"method":"ping"}`:                                                                                                      `mcpctl ping URL`,
	} {
		got := export(t, called(t, mcp.Rev20251125, "", request, ""), 1, traffic.AsCommand, traffic.Exporting{Target: "URL"})
		assert.Equal(t, want, got)
	}
	l := called(t, mcp.Rev20251125, "", `{"id":1,"method":"tools/call","params":{"name":"x"}}`, `{"id":1,"result":{}}`)
	o := traffic.Exporting{Command: []string{"npx", "-y", "my server"}}
	assert.Equal(t, `mcpctl tools call x -- npx -y 'my server'`, export(t, l, 2, traffic.AsCommand, o), "a response counts as its request")
	o = traffic.Exporting{Target: "http://h/mcp", Header: http.Header{"Authorization": {"Bearer s"}}}
	assert.Equal(t, `mcpctl tools call http://h/mcp x --bearer-env MCP_TOKEN`, export(t, l, 1, traffic.AsCommand, o))
}

func TestExportSaysWhyNot(t *testing.T) {
	l := called(t, mcp.Rev20251125, "", `{"id":1,"method":"tools/call","params":{"name":"--help"}}`, "")
	l.Add(frame(t, `← 1 {"method":"notifications/message"}`))
	l.Add(frame(t, `→ 1 {"id":2,"method":"tasks/get"}`))
	for _, c := range []struct {
		n    int
		as   traffic.As
		o    traffic.Exporting
		want string
	}{
		{1, traffic.AsCurl, traffic.Exporting{}, "curl speaks HTTP"},
		{1, traffic.AsCommand, traffic.Exporting{}, "how the server is called"},
		{1, traffic.AsCommand, traffic.Exporting{Target: "x"}, "read as a flag"},
		{1, traffic.AsCase, traffic.Exporting{}, "no answer to expect"},
		{1, "crul", traffic.Exporting{}, "did you mean curl?"},
		{1, "xxxxxxxxx", traffic.Exporting{}, "jsonrpc, curl"},
		{2, traffic.AsCommand, traffic.Exporting{Target: "x"}, "only requests of the client"},
		{2, traffic.AsCurl, traffic.Exporting{URL: "http://h"}, "only what the client sent"},
		{3, traffic.AsCommand, traffic.Exporting{Target: "x"}, "no command that sends tasks/get"},
		{9, traffic.AsJSONRPC, traffic.Exporting{}, "no longer kept"},
	} {
		_, err := l.Export(c.n, c.as, c.o)
		assert.ErrorContains(t, err, c.want)
	}
}

func TestExportAsACase(t *testing.T) {
	l := open(t, traffic.Options{})
	script(t, l,
		`→ 0 {"id":1,"method":"tools/call","params":{"name":"book","arguments":{"day":"2026-01-01","n":1,"on":"yes"},"_meta":{"progressToken":1}}}`,
		`← 1 {"id":"q","method":"elicitation/create","params":{"message":"who?"}}`,
		`→ 2 {"id":"q","result":{"action":"accept","content":{"name":"Ada"}}}`,
		`← 3 {"id":1,"result":{"content":[{"type":"text","text":"two\nlines"}],"x":1.50,"isError":false,"_meta":{"a":1}}}`,
		`→ 4 {"id":2,"method":"nope/it","params":{"a":null,"_meta":{}}}`,
		`← 5 {"id":2,"error":{"code":-32601,"message":"no"}}`)
	assert.Equal(t, `cases:
  - name: tools/call book
    steps:
      - call: book
        arguments:
          day: "2026-01-01"
          "n": 1
          "on": "yes"
        answers:
          - elicitation/create:
              action: accept
              content:
                name: Ada
        expect:
          result:
            content:
              - type: text
                text: |-
                  two
                  lines
            x: 1.50
            isError: false
`, export(t, l, 1, traffic.AsCase, traffic.Exporting{}))
	text := export(t, l, 5, traffic.AsCase, traffic.Exporting{Redact: redact.New("nope/it")})
	assert.NotContains(t, text, "nope/it")
	var read map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &read))
}

func TestSessionsAreExported(t *testing.T) {
	l := mixed(t)
	var lines bytes.Buffer
	require.NoError(t, l.WriteJSONL(&lines, traffic.Filter{}, redact.New("get-sum")))
	assert.Equal(t, l.Len(), strings.Count(lines.String(), "\n"))
	assert.NotContains(t, lines.String(), "get-sum")
	for line := range strings.Lines(lines.String()) {
		var one struct {
			N       int
			Kind    string
			Message json.RawMessage
			Text    string
		}
		require.NoError(t, json.Unmarshal([]byte(line), &one))
		assert.True(t, one.Message != nil || one.Text != "", line)
	}
	web := called(t, mcp.Rev20251125, "http://h/mcp?token=s3cr3t", `{"id":1,"method":"ping"}`, `{"id":1,"result":{}}`)
	web.Add(frame(t, `→ 9 {"id":2,"method":"tools/list"}`))
	var har bytes.Buffer
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	require.NoError(t, web.WriteHAR(&har, traffic.Filter{}, began, nil))
	assert.NotContains(t, har.String(), "s3cr3t-t")
	v, err := mcp.Parse(har.Bytes())
	require.NoError(t, err)
	entries := v.Get("log", "entries").Items()
	require.Len(t, entries, 2)
	assert.Equal(t, "http://h/mcp?token=[redacted]", entries[0].Get("request", "url").Text())
	assert.Equal(t, `{"id":1,"result":{}}`, entries[0].Get("response", "content", "text").Text())
	assert.Equal(t, "stdio:///tools/list", entries[1].Get("request", "url").Text())
	assert.Equal(t, "1.2", v.Get("log", "version").Text())
}

func TestACommandNamesTheFileOfAServersName(t *testing.T) {
	l := called(t, mcp.Rev20251125, "http://127.0.0.1:3000/mcp", `{"id":1,"method":"ping"}`, "")
	secret := http.Header{"Authorization": {"Bearer s3cr3t-token"}}
	for _, one := range []struct {
		target, config, want string
	}{
		{"web", ".mcp.json", "mcpctl ping web --config .mcp.json"},
		{"web", "", "mcpctl ping web"},
		{"http://127.0.0.1:3000/mcp", "", "mcpctl ping http://127.0.0.1:3000/mcp --bearer-env MCP_TOKEN"},
	} {
		o := traffic.Exporting{Target: one.target, Config: one.config, Header: secret}
		assert.Equal(t, one.want, export(t, l, 1, traffic.AsCommand, o))
	}
}
