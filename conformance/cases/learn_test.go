package cases_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/cases"
	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// recorded is the traffic of a session in which a client uses a server.
func recorded(t *testing.T, target mcp.Target, revision mcp.Revision) *traffic.Log {
	t.Helper()
	log := traffic.New(traffic.Options{})
	t.Cleanup(func() { require.NoError(t, log.Close()) })
	c, err := inspect.Open(t.Context(), target, inspect.Options{
		Revision: revision, Frame: func(_ int, f mcp.Frame, x *mcp.Exchange) {
			if f.Channel == mcp.ChannelHTTP {
				return
			}
			one := traffic.FrameOf(f, x)
			one.Revision = revision
			log.Add(one)
		},
		Respond: func(context.Context, string, mcp.Value) (any, error) {
			return map[string]any{"action": "accept", "content": map[string]any{"name": "Ada {{x}}"}}, nil
		},
	})
	require.NoError(t, err)
	defer func() { _ = c.Close(t.Context()) }()
	ask := func(method string, params map[string]any) mcp.Value {
		result, err := c.Ask(t.Context(), method, params, nil)
		var fault *mcp.RPCError
		if !errors.As(err, &fault) {
			require.NoError(t, err, method)
		}
		return result
	}
	call := func(name string, arguments map[string]any) mcp.Value {
		return ask("tools/call", map[string]any{"name": name, "arguments": arguments})
	}
	ask("ping", nil)
	ask("tools/list", nil)
	handle := call("handle", map[string]any{}).Get("content").Items()[0].Get("text")
	call("handle", map[string]any{"handle": handle})
	call("echo", map[string]any{"text": "literal {{braces}}, \\{{more}}, the handle is " + handle.Text()})
	call("elicit", map[string]any{})
	call("fail", map[string]any{})
	call("nowhere", map[string]any{})
	ask("resources/read", map[string]any{"uri": "mcptest://text/greeting"})
	ask("prompts/get", map[string]any{"name": "greet", "arguments": map[string]any{"name": "Ada"}})
	ask("no/such", map[string]any{"a": 1})
	return log
}

// passes runs a file of cases that must pass.
func passes(t *testing.T, target mcp.Target, text string, revision mcp.Revision) {
	t.Helper()
	f, err := cases.Parse("made.yaml", []byte(text))
	require.NoError(t, err, text)
	kind := mcp.HTTP
	if target.URL == "" {
		kind = mcp.Stdio
	}
	for _, found := range cases.NewPlan([]*cases.File{f}, options(kind, revision)).Run(t.Context(), target, nil) {
		assert.Equal(t, conformance.Pass, found.Verdict, "%s\n%s\n%s", found.Message, strings.Join(found.Details, "\n"), text)
	}
}

func TestLearn(t *testing.T) {
	for _, kind := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP} {
		target := mcptest.New().Target(t, kind)
		for _, revision := range []mcp.Revision{mcp.Rev20251125, mcp.Rev20260728} {
			learnt, err := cases.Learn(recorded(t, target, revision), recorded(t, target, revision))
			require.NoError(t, err)
			text := string(learnt.Text)
			assert.Equal(t, 1, learnt.Cases, text)
			if revision == mcp.Rev20251125 || kind == mcp.Stdio { // over HTTP the lists of a call's headers are asked for, too
				assert.Equal(t, 10, learnt.Steps, text)
			}
			assert.Empty(t, learnt.Notes)
			assert.Equal(t, 1, learnt.Captures, text)
			assert.Equal(t, 4, strings.Count(text, "{{text}}"), text)
			assert.Contains(t, text, "text: $.content[0].text")
			assert.Contains(t, text, "handle: '{{text}}'")
			assert.Contains(t, text, `text: literal \{{braces}}, \\{{more}}, the handle is {{text}}`)
			assert.Contains(t, text, "$type: string")
			assert.Contains(t, text, "elicitation/create:")
			assert.NotContains(t, text, "ping")
			passes(t, target, text, revision)

			one, err := cases.Learn(recorded(t, target, revision), nil)
			require.NoError(t, err)
			assert.Zero(t, one.Captures+one.Matchers)
			_, err = cases.Parse("one.yaml", one.Text)
			require.NoError(t, err, "%s", one.Text)
		}
	}
}

func TestLearnRefusesWhatHoldsNothing(t *testing.T) {
	empty := traffic.New(traffic.Options{})
	defer func() { _ = empty.Close() }()
	_, err := cases.Learn(empty, nil)
	assert.ErrorIs(t, err, cases.ErrNothing)
}

// TestLearnFromDifferences: what differs becomes the narrowest matcher that fits
// both, and runs that contradict each other are left out.
func TestLearnFromDifferences(t *testing.T) {
	played := func(lines ...string) *traffic.Log {
		log := traffic.New(traffic.Options{})
		t.Cleanup(func() { require.NoError(t, log.Close()) })
		for i, line := range lines {
			direction, channel := mcp.Sent, mcp.ChannelStdin
			if i%2 == 1 {
				direction, channel = mcp.Received, mcp.ChannelStdout
			}
			log.Add(traffic.Frame{Frame: mcp.NewFrame(direction, channel, []byte(line))})
		}
		return log
	}
	call := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{}}}`
	late := `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"u","arguments":{"n":%s}}}`
	learnt, err := cases.Learn(
		played(call, `{"jsonrpc":"2.0","id":1,"result":{"at":"on 2026-01-02T03:04:05Z","ms":"took 12 ms","id":7,"x":1.5,"ok":true,"l":[1],"same":{"$a":[1]},"gone":1,"odd":"a","kind":1}}`,
			strings.Replace(late, "%s", "7", 1), `{"jsonrpc":"2.0","id":2,"result":{"n":7}}`,
			`{"jsonrpc":"2.0","id":3,"method":"m","params":{}}`, `{"jsonrpc":"2.0","id":3,"result":{}}`),
		played(call, `{"jsonrpc":"2.0","id":1,"result":{"at":"on 2026-11-12T13:04:05Z","ms":"took 9 ms","id":8,"x":2.5,"ok":false,"l":[1,2],"same":{"$a":[1]},"odd":"b","kind":"k"}}`,
			strings.Replace(late, "%s", "8", 1), `{"jsonrpc":"2.0","id":2,"result":{"n":8}}`,
			`{"jsonrpc":"2.0","id":3,"method":"m","params":{}}`, `{"jsonrpc":"2.0","id":3,"error":{"code":-1,"message":"no"}}`))
	require.NoError(t, err)
	assert.Equal(t, `cases:
  - name: recorded session
    steps:
      - call: t
        arguments: {}
        expect:
          result:
            at:
              $regex: ^on [\d:T +.Z-]+$
            ms:
              $regex: ^took \d+ ms$
            id:
              $type: integer
            x:
              $type: number
            ok:
              $type: boolean
            l:
              $type: array
            same:
              $$a:
                - 1
            odd:
              $type: string
            kind:
              $any: true
        capture:
          id: $.id
      - call: u
        arguments:
          "n": '{{id}}'
        expect:
          result:
            "n": '{{id}}'
`, string(learnt.Text))
	assert.Equal(t, []string{"m is left out: it failed in one of the two runs"}, learnt.Notes)
	_, err = cases.Parse("a.yaml", learnt.Text)
	require.NoError(t, err)
}

// TestExportedCasesRun: what the inspector saves as a case is read and passes.
func TestExportedCasesRun(t *testing.T) {
	for _, kind := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP} {
		target := mcptest.New().Target(t, kind)
		for _, revision := range []mcp.Revision{mcp.Rev20251125, mcp.Rev20260728} {
			log := recorded(t, target, revision)
			ran := 0
			for n := 1; n <= log.Len(); n++ {
				e, ok := log.Entry(n)
				if !ok || e.Kind != traffic.Request || e.Direction != mcp.Sent || e.Round > 0 || e.Name == "handle" || e.Method == "initialize" || e.Method == "server/discover" {
					continue
				}
				text, err := log.Export(n, traffic.AsCase, traffic.Exporting{})
				require.NoError(t, err, "%s %s", e.Method, e.Name)
				passes(t, target, text, revision)
				ran++
			}
			assert.GreaterOrEqual(t, ran, 9)
		}
	}
}
