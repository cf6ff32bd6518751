package judged_test

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asked is one HTTP request of a conversation that every language has.
type asked struct {
	name, method, path string // the path is on the admin port, if it is not /mcp
	body               string
	headers            map[string]string
}

// calling is a request of the stateless era.
func calling(name, method, params string, headers map[string]string) asked {
	all := map[string]string{
		"Content-Type": "application/json", "Accept": "application/json, text/event-stream",
		"MCP-Protocol-Version": modern, "Mcp-Method": method,
	}
	var named struct{ Name, URI string }
	if json.Unmarshal([]byte("{"+params+"}"), &named) == nil && named.Name+named.URI != "" {
		all["Mcp-Name"] = cmp.Or(named.Name, named.URI)
	}
	for k, v := range headers {
		all[k] = v
	}
	if params != "" {
		params += ","
	}
	body := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":%q,"params":{%s%s}}`, method, params, meta)
	return asked{name, http.MethodPost, "/mcp", body, all}
}

// told are the headers of an answer that somebody acts on.
var told = []string{
	"Access-Control-Allow-Origin", "Allow", "Cache-Control", "Content-Security-Policy", "Content-Type", "Referrer-Policy", "Retry-After",
	"Strict-Transport-Security", "Vary", "Www-Authenticate", "X-Content-Type-Options", "X-Frame-Options",
}

// talk has a conversation and answers its transcript, without what differs from
// one run to the next.
func talk(t *testing.T, r running, conversation []asked) string {
	t.Helper()
	var out strings.Builder
	for _, a := range conversation {
		to := strings.TrimSuffix(r.url, "/mcp")
		if strings.HasSuffix(a.path, "z") || a.path == "/metrics" || a.path == "/nothing" {
			to = r.admin
		}
		request, err := http.NewRequestWithContext(t.Context(), a.method, to+a.path, strings.NewReader(a.body))
		require.NoError(t, err)
		for k, v := range a.headers {
			request.Header.Set(k, v)
		}
		answer, err := (&http.Client{Timeout: 30 * time.Second}).Do(request)
		require.NoError(t, err, a.name)
		var body bytes.Buffer
		_, err = body.ReadFrom(answer.Body)
		require.NoError(t, err, a.name)
		require.NoError(t, answer.Body.Close())
		fmt.Fprintf(&out, "## %s\n%s %s: %d\n", a.name, a.method, a.path, answer.StatusCode)
		for _, name := range told {
			if theirs(a.path, name, answer.StatusCode) {
				continue
			}
			if v := strings.Split(strings.Join(answer.Header.Values(name), ", "), ", "); v[0] != "" {
				if name == "Allow" {
					slices.Sort(v) // it is a set
				}
				fmt.Fprintf(&out, "%s: %s\n", name, strings.ToLower(steady(r, strings.Join(v, ", "))))
			}
		}
		if a.path != "/metrics" {
			out.WriteString(steady(r, gist(body.Bytes())) + "\n")
		} else {
			out.WriteString(strings.Join(families(body.String()), "\n") + "\n")
		}
	}
	return out.String()
}

// theirs reports whether a header is a library's own matter: whether an answer of
// MCP is an event, and which forms of metrics are negotiated.
func theirs(path, name string, status int) bool {
	return path == "/mcp" && (name == "Cache-Control" || name == "Content-Type" && status == http.StatusOK) ||
		path == "/metrics" && (name == "Content-Type" || name == "Vary")
}

// gist is what an answer says to whoever acts on it: of MCP's answers what the
// tool gave or why the server refused, in plain JSON; of others all. How the SDKs
// say it, as an event or at once and with what words, is theirs.
func gist(body []byte) string {
	text := strings.TrimSpace(string(body))
	if _, data, ok := strings.Cut(text, "data: "); ok {
		text = strings.TrimSpace(data)
	}
	var value map[string]any
	if json.Unmarshal([]byte(text), &value) != nil {
		return text
	}
	if result, ok := value["result"].(map[string]any); ok {
		value = map[string]any{}
		for _, name := range []string{"isError", "structuredContent", "contents"} {
			value[name] = result[name]
		}
		value["isError"] = result["isError"] == true // which may be left out
	}
	if failure, ok := value["error"].(map[string]any); ok {
		data, _ := failure["data"].(map[string]any)
		if data["reason"] == nil {
			delete(failure, "message")
			delete(failure, "data")
		}
		value = failure
	}
	out, err := json.Marshal(value)
	if err != nil {
		return text
	}
	return string(out)
}

var varying = []struct {
	pattern *regexp.Regexp
	mark    string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)`), "TIME"},
	{regexp.MustCompile(`"(durationMs|took|millis|latencyMs)":[\d.]+`), `"$1":N`},
	{regexp.MustCompile(`"retryAfterMs":\d+`), `"retryAfterMs":N`},
	{regexp.MustCompile(`try again in [\d.]+(ms|s|m[\d.]*s?)`), "try again in N"},
}

// steady replaces what differs from one run to the next.
func steady(r running, text string) string {
	text = strings.ReplaceAll(text, strings.TrimSuffix(r.url, "/mcp"), "http://HOST")
	for _, v := range varying {
		text = v.pattern.ReplaceAllString(text, v.mark)
	}
	return text
}

var sample = regexp.MustCompile(`^(mcp_\w+)(?:\{(.*)\})? (\S+)`)

// families are the metrics of the server's own: name, labels and, of what is
// counted, how many. How long things took is no two servers' matter.
func families(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "# TYPE mcp_"); ok {
			all = append(all, "type mcp_"+rest)
		}
		m := sample.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		labels := strings.Split(m[2], ",")
		slices.Sort(labels)
		value := "…"
		if strings.HasSuffix(m[1], "_total") || strings.HasSuffix(m[1], "_count") {
			value = strings.TrimSuffix(m[3], ".0")
		}
		if m[1] == "mcp_build_info" {
			for i, l := range labels {
				labels[i], _, _ = strings.Cut(l, "=")
			}
		}
		all = append(all, fmt.Sprintf("%s{%s} %s", m[1], strings.ReplaceAll(strings.Join(labels, ","), `.0"`, `"`), value))
	}
	// Some libraries tell of what has not been counted yet.
	all = slices.DeleteFunc(all, func(line string) bool {
		name, isType := strings.CutPrefix(line, "type ")
		name, _, _ = strings.Cut(name, " ")
		return isType && !slices.ContainsFunc(all, func(other string) bool { return strings.HasPrefix(other, name) })
	})
	slices.Sort(all)
	return slices.Compact(all)
}

// logged are the kinds of lines in a log: what was said, how grave it was and
// which fields came with it.
func logged(t *testing.T, log string) []string {
	t.Helper()
	var all []string
	lines := bufio.NewScanner(strings.NewReader(log))
	for lines.Scan() {
		var line map[string]any
		if !assert.NoError(t, json.Unmarshal(lines.Bytes(), &line), "a line of the log is no JSON: %s", lines.Text()) {
			break
		}
		var names []string
		for name := range line {
			names = append(names, name)
		}
		slices.Sort(names)
		all = append(all, fmt.Sprintf("%v %v %s", line["level"], line["msg"], strings.Join(names, " ")))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// alikeForOperators compares the admin port and the log, after the same work.
func alikeForOperators(t *testing.T, dir string, made map[string]project) {
	conversation := []asked{
		calling("what there is", "tools/list", "", nil),
		calling("a note", "tools/call", `"name":"add_note","arguments":{"title":"Milk","text":"two bottles"}`, nil),
		calling("a search", "tools/call", `"name":"search_notes","arguments":{"query":"milk"}`, nil),
		calling("the same again", "tools/call", `"name":"search_notes","arguments":{"query":"milk"}`, nil),
		calling("wrong arguments", "tools/call", `"name":"search_notes","arguments":{"limit":"many"}`, nil),
		calling("no such tool", "tools/call", `"name":"never","arguments":{}`, nil),
		calling("no such resource", "resources/read", `"uri":"notes://note/n99"`, nil),
		calling("a prompt without its argument", "prompts/get", `"name":"review_note"`, nil),
		{"alive", http.MethodGet, "/livez", "", nil},
		{"ready", http.MethodGet, "/readyz", "", nil},
		{"started", http.MethodGet, "/startupz", "", nil},
		{"posting there", http.MethodPost, "/livez", "", nil},
		{"nothing there", http.MethodGet, "/nothing", "", nil},
		{"metrics", http.MethodGet, "/metrics", "", nil},
	}
	compare(t, func(id string) string {
		r := starts(t, dir, id, made[id], "MCP_LOG_LEVEL=debug", "MCP_METRICS_RUNTIME=false")
		said := talk(t, r, conversation)
		return said + "## log\n" + strings.Join(logged(t, r.log.String()), "\n") + "\n"
	})
}

// alikeForStrangers compares who is let in, and how the others are refused.
func alikeForStrangers(t *testing.T, dir string, made map[string]project) {
	bearer := func(token string) map[string]string { return map[string]string{"Authorization": "Bearer " + token} }
	search := `"name":"search_notes","arguments":{"query":""}`
	conversation := []asked{
		calling("nobody", "tools/list", "", nil),
		calling("a wrong key", "tools/list", "", bearer("wrong")),
		calling("an operator", "tools/call", search, bearer("operators-key")),
		calling("a reader calls a tool", "tools/call", search, bearer("readers-key")),
		calling("a reader reads", "resources/read", `"uri":"notes://note/n1"`, bearer("readers-key")),
		calling("a page of another site", "tools/list", "", map[string]string{"Origin": "https://evil.example", "Authorization": "Bearer operators-key"}),
		calling("a page of ours", "tools/call", search, map[string]string{"Origin": "https://ours.example", "Authorization": "Bearer operators-key"}),
		calling("too large a text", "tools/call", `"name":"search_notes","arguments":{"query":"`+strings.Repeat("a", 3000)+`"}`, bearer("operators-key")),
		{"whom to ask for a token", http.MethodGet, "/.well-known/oauth-protected-resource/mcp", "", nil},
		{"another page", http.MethodGet, "/elsewhere", "", nil},
	}
	for i := range 8 {
		conversation = append(conversation, calling(fmt.Sprintf("in haste %d", i), "tools/call", search, bearer("hasty-key")))
	}
	compare(t, func(id string) string {
		r := starts(t, dir, id, made[id],
			"MCP_API_KEYS="+strings.Join([]string{key("operator", "operators-key", "operator"), key("reader", "readers-key", "reader"), key("hasty", "hasty-key", "operator")}, ";"),
			"MCP_OAUTH_RESOURCE=https://server.example/mcp", "MCP_OAUTH_SERVERS=https://issuer.example", "MCP_OAUTH_SCOPES=",
			"MCP_JWT_SECRET=0123456789abcdef0123456789abcdef", "MCP_JWT_ISSUER=https://issuer.example",
			"MCP_HTTP_ORIGINS=https://ours.example", "MCP_MAX_STRING_BYTES=2000", "MCP_RATE_PER_MINUTE=6", "MCP_RATE_BURST=6")
		return talk(t, r, conversation)
	})
}

// compare holds what the first language gives to what the others give.
func compare(t *testing.T, give func(id string) string) {
	model := give(languages[0])
	require.Greater(t, strings.Count(model, "\n"), 30, model)
	t.Log(model)
	for _, id := range languages[1:] {
		t.Run(id, func(t *testing.T) { assert.Equal(t, model, give(id)) })
	}
}

// key is a line of MCP_API_KEYS.
func key(name, secret, permission string) string {
	return fmt.Sprintf("%s sha256:%x %s", name, sha256.Sum256([]byte(secret)), permission)
}
