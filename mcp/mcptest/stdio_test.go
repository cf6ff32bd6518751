package mcptest_test

import (
	"bufio"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// talk writes lines to a process of s, closes its input and returns all that
// it wrote.
func talk(t *testing.T, s *mcptest.Server, lines ...string) []mcp.Message {
	t.Helper()
	var all []mcp.Message
	for _, line := range raw(t, s, lines...) {
		m, err := mcp.ParseMessage([]byte(line))
		require.NoError(t, err, line)
		all = append(all, m)
	}
	return all
}

func raw(t *testing.T, s *mcptest.Server, lines ...string) []string {
	t.Helper()
	p, err := s.Pipe(t.Context())
	require.NoError(t, err)
	for _, line := range lines {
		if _, err := io.WriteString(p.Stdin, line+"\n"); err != nil {
			break // a fault has ended the process
		}
	}
	require.NoError(t, p.Stdin.Close())
	var all []string
	scan := bufio.NewScanner(p.Stdout)
	for scan.Scan() {
		all = append(all, scan.Text())
	}
	_ = p.Wait()
	return all
}

const initialized = `{"jsonrpc":"2.0","method":"notifications/initialized"}`

func TestLines(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []string
		want  []string
	}{
		{"requests before initialize", []string{`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`},
			[]string{`{"id":1,"error":{"code":-32602}}`}},
		{"stateless ping", []string{modern("ping", "")}, []string{`{"id":"r","error":{"code":-32601}}`}},
		{"stateless first request", []string{modern("tools/list", "")}, []string{`{"id":"r","result":{"resultType":"complete","ttlMs":1000}}`}},
		{"no discover after initialize", []string{initialize("2025-11-25"), initialized, modern("server/discover", "")},
			[]string{`{"id":1,"result":{"protocolVersion":"2025-11-25"}}`, `{"id":"r","error":{"code":-32601}}`}},
		{"initialize twice", []string{initialize("2025-11-25"), initialize("2025-11-25")},
			[]string{`{"id":1,"result":{}}`, `{"id":1,"error":{"code":-32600}}`}},
		{"odd lines", []string{initialize("2025-06-18"), `{"jsonrpc":`, `42`, `{"id":1}`, `{"jsonrpc":"1.0","id":2,"method":"ping"}`, `[` + ping + `]`, ``, "\xff", ping},
			[]string{`{"id":1,"result":{}}`, `{"id":null,"error":{"code":-32700}}`, `{"id":null,"error":{"code":-32600}}`,
				`{"id":1,"error":{"code":-32600}}`, `{"id":2,"error":{"code":-32600}}`, `{"id":null,"error":{"code":-32600}}`, `{"error":{"code":-32700}}`, `{"id":"é","result":{}}`}},
		{"ids", []string{initialize("2025-11-25"), `{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}`, `{"jsonrpc":"2.0","id":"1","method":"ping"}`, `{"jsonrpc":"2.0","id":null,"method":"ping"}`, `{"jsonrpc":"2.0","id":1.5,"method":"ping"}`},
			[]string{`{"id":1,"result":{}}`, `{"id":9007199254740993,"result":{}}`, `{"id":"1","result":{}}`, `{"error":{"code":-32600}}`, `{"error":{"code":-32600}}`}},
		{"notifications are not answered", []string{initialize("2025-11-25"), initialized, `{"jsonrpc":"2.0","method":"notifications/x"}`,
			`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{}}}`, `{"jsonrpc":"2.0","method":"notifications/cancelled"}`, ping},
			[]string{`{"id":1,"result":{}}`, `{"id":"é","result":{}}`}},
		{"batches of 2025-03-26", []string{initialize("2025-03-26"), `[` + ping + `,{"jsonrpc":"2.0","method":"x"}]`, `[{"jsonrpc":"2.0","method":"x"}]`, `[]`},
			[]string{`{"id":1,"result":{}}`, `[{"id":"é","result":{}}]`, `{"error":{"code":-32600}}`}},
	} {
		out := talk(t, mcptest.New(), c.lines...)
		require.Len(t, out, len(c.want), "%s: %v", c.name, out)
		for i, want := range c.want {
			assert.NoError(t, mcptest.Holds(out[i].Value, mcp.MustParse(want)), "%s: %s", c.name, out[i])
		}
	}
}

func TestFaultsOfAProcess(t *testing.T) {
	s := mcptest.New()
	s.Faults = mcptest.Faults{
		Banner: []byte("Welcome!\n"), Farewell: []byte("Bye!\n"),
		ExitOn: func(_ *mcptest.Context, m mcp.Message) bool { return m.Method() == "ping" },
	}
	assert.Equal(t, []string{"Welcome!", "Bye!"}, raw(t, s, ping, ping))
	s = mcptest.New()
	s.Faults.IgnoreEOF = true
	p, err := s.Pipe(t.Context())
	require.NoError(t, err)
	require.NoError(t, p.Stdin.Close())
	require.NoError(t, p.Stdout.(io.Closer).Close())
	assert.NoError(t, p.Wait())
}

func TestCancellationOnStdio(t *testing.T) {
	cancel := func(id string) string {
		return `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":` + id + `}}`
	}
	slow := `"name":"slow","arguments":{"ms":60000},`
	out := talk(t, mcptest.New(), modern("tools/call", slow), cancel(`"r"`), cancel(`"none"`), strings.Replace(modern("server/discover", ""), `"r"`, `"d"`, 1))
	require.Len(t, out, 1, "%v", out)
	assert.Equal(t, "d", out[0].ID().Text())
	out = talk(t, mcptest.New(), initialize("2025-11-25"), initialized,
		`{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"slow","arguments":{"ms":60000}}}`, cancel("7"), ping)
	require.Len(t, out, 2, "%v", out)
}
