package traffic_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

const oneCase = "cases:\n  - name: tools/call add\n    steps:\n      - call: add\n        arguments:\n          text: |\n            two\n\n            lines\n"

func TestACaseIsAddedBehindTheOthers(t *testing.T) {
	for _, test := range []struct{ name, file, title, tail string }{
		{"new", "", "tools/call add", oneCase},
		{"as the program writes it", "cases:\n  - name: a\n    steps: [{call: x}]\n", "tools/call add", "\n  - name: tools/call add\n    steps:\n"},
		{"without indent, with a comment, no end", "# mine\ncases:\n- name: a # it\n  steps:\n  - call: x\n# end", "tools/call add", "# end\n- name: tools/call add\n  steps:\n"},
		{"a name that is taken", "other: 1\ncases:\n    - name: tools/call add\n      steps: []\n    - name: tools/call add 2\n      steps: []\n", "tools/call add 3", "\n    - name: tools/call add 3\n      steps:\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			out, title, err := traffic.AppendCase([]byte(test.file), oneCase)
			require.NoError(t, err)
			assert.Equal(t, test.title, title)
			assert.True(t, strings.HasPrefix(string(out), test.file), "what was there stays as it is")
			assert.Contains(t, string(out), test.tail)
			var read struct {
				Cases []struct {
					Name  string
					Steps []struct{ Arguments map[string]string }
				}
			}
			require.NoError(t, yaml.Unmarshal(out, &read))
			last := read.Cases[len(read.Cases)-1]
			assert.Equal(t, test.title, last.Name)
			assert.Equal(t, "two\n\nlines\n", last.Steps[0].Arguments["text"])
			again, title, err := traffic.AppendCase(out, oneCase)
			require.NoError(t, err)
			assert.NotEqual(t, test.title, title)
			assert.True(t, strings.HasPrefix(string(again), string(out)))
		})
	}
}

func TestACaseIsNotAddedWhereItWouldNotBeRead(t *testing.T) {
	for name, file := range map[string]string{
		"no YAML":           "a: [",
		"another file":      "servers: {}\n",
		"cases not last":    "cases:\n  - name: a\nother: 1\n",
		"cases in brackets": "cases: [{name: a}]\n",
		"an empty list":     "cases:\n",
		"text":              "hello",
		"two documents":     "cases:\n  - name: a\n---\ncases:\n  - name: b\n",
		"too long":          "cases:\n  - name: a\n" + strings.Repeat("#\n", 3<<20),
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := traffic.AppendCase([]byte(file), oneCase)
			assert.ErrorIs(t, err, traffic.ErrNotAppended)
		})
	}
	_, _, err := traffic.AppendCase(nil, "nothing")
	assert.ErrorIs(t, err, traffic.ErrNotAppended)
}

func FuzzAppendCase(f *testing.F) {
	f.Add("cases:\n- name: a\n")
	f.Add("cases:\n  - &x {name: a}\n  - *x\n")
	f.Fuzz(func(t *testing.T, file string) {
		out, _, err := traffic.AppendCase([]byte(file), oneCase)
		if err != nil {
			return
		}
		if !strings.HasPrefix(string(out), file) {
			t.Fatalf("%q is no beginning of %q", file, out)
		}
	})
}

func TestFramesComeAgainAsTheyWere(t *testing.T) {
	l := open(t, traffic.Options{})
	frames := []traffic.Frame{
		frame(t, `→ 1 x0 {"jsonrpc":"2.0","id":1,"method":"ping"}`),
		frame(t, `← 2 x0 {"jsonrpc":"2.0","id":1,"result":{}}`),
		frame(t, `→ 3 x1 [{"jsonrpc":"2.0","id":2,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/x"}]`),
		frame(t, `→ 4 x2 {"jsonrpc":"2.0","method":"notifications/y"}`),
	}
	for i := range frames {
		if frames[i].Direction == mcp.Sent {
			frames[i].HTTP = &traffic.HTTP{Method: "POST", URL: "http://x/mcp"}
		}
		l.Add(frames[i])
	}
	other := frames[0]
	other.Session = 9
	l.Add(other)
	status := frame(t, `← 5 x2 {}`)
	status.Data, status.Channel, status.HTTP = nil, traffic.ChannelHTTP, &traffic.HTTP{Status: 202}
	l.Add(status)
	again := l.Again(0)
	require.Len(t, again, 5)
	for i, f := range frames {
		assert.Equal(t, string(f.Data), string(again[i].Data))
		assert.Equal(t, f.At, again[i].At)
		assert.Equal(t, f.Direction, again[i].Direction)
		assert.Equal(t, f.Exchange, again[i].Exchange)
	}
	assert.Equal(t, traffic.ChannelHTTP, again[4].Channel)
	assert.Equal(t, 202, again[4].HTTP.Status)
}
