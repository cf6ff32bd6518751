package mcptest_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
)

// official compiles definitions of the published schemas, once each.
var official sync.Map

// definition is a type of the published schema of a revision; nil where the
// schemas are not at hand.
func definition(t *testing.T, r mcp.Revision, name string) *jsonschema.Schema {
	t.Helper()
	key := string(r) + "#" + name
	if s, ok := official.Load(key); ok {
		return s.(*jsonschema.Schema)
	}
	file := filepath.Join("..", "..", "..", "shared", "spec", "schema", string(r), "schema.json")
	raw, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		t.Log("passed over: the published schemas are not in ../shared")
		return nil
	}
	require.NoError(t, err)
	group := "definitions"
	if bytes.Contains(raw, []byte(`"$defs"`)) {
		group = "$defs"
	}
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("mcp:schema", bytes.NewReader(raw)))
	s, err := c.Compile("mcp:schema#/" + group + "/" + name)
	require.NoError(t, err)
	official.Store(key, s)
	return s
}

// results names the type of each method's result.
var results = map[string]string{
	"initialize": "InitializeResult", "server/discover": "DiscoverResult", "tools/list": "ListToolsResult",
	"tools/call": "CallToolResult", "resources/list": "ListResourcesResult", "resources/read": "ReadResourceResult",
	"resources/templates/list": "ListResourceTemplatesResult", "prompts/list": "ListPromptsResult",
	"prompts/get": "GetPromptResult", "completion/complete": "CompleteResult", "ping": "EmptyResult",
	"logging/setLevel": "EmptyResult", "resources/subscribe": "EmptyResult", "resources/unsubscribe": "EmptyResult",
	"subscriptions/listen": "SubscriptionsListenResult",
}

// valid checks everything that came over a session against the published
// schema of its revision.
func valid(t *testing.T, p place, s *mcp.Session) {
	t.Helper()
	check := func(name string, v mcp.Value) {
		if d := definition(t, p.revision, name); d != nil {
			assert.NoError(t, d.Validate(plain(t, v)), "%s: %s", name, v)
		}
	}
	asked := map[string]string{}
	for _, x := range s.Log().Exchanges() {
		if x.Asked.Exists() {
			asked[x.Asked.String()] = x.Request.Method
		}
	}
	for _, f := range s.Log().Frames() {
		if f.Direction != mcp.Received || len(bytes.TrimSpace(f.Data)) == 0 || f.Event != nil && f.Event.Name == "endpoint" {
			continue
		}
		m, err := f.Message()
		require.NoError(t, err, "%q", f.Data)
		switch m.MessageKind() {
		case mcp.RequestMessage:
			require.False(t, p.modern(), "a request: %s", m)
			check("ServerRequest", m.Value)
		case mcp.NotificationMessage:
			check("ServerNotification", m.Value)
		case mcp.ResponseMessage:
			switch {
			case m.Has("error") && p.revision >= mcp.Rev20251125:
				check("JSONRPCErrorResponse", m.Value)
			case m.Has("error"):
				check("JSONRPCError", m.Value)
			case m.Result().Get("resultType").Text() == "input_required":
				check("InputRequiredResult", m.Result())
			default:
				name := results[asked[m.ID().String()]]
				require.NotEmpty(t, name, "a response to nothing known: %s", m)
				check(name, m.Result())
			}
		default:
			assert.Fail(t, "not a message", "%s", m)
		}
	}
}

// plain is a value as the schema library wants it.
func plain(t *testing.T, v mcp.Value) any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(v.String()))
	d.UseNumber()
	var out any
	require.NoError(t, d.Decode(&out))
	return out
}
