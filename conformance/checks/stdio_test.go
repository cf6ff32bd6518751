package checks_test

import (
	"bytes"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func stdioTwins() []twin {
	return []twin{{
		Check: "stdio/stdout/only-messages",
		Break: func(s *mcptest.Server) { s.Faults = mcptest.Faults{Banner: []byte("Server ready.\n")} },
		Want:  `is no message: "Server ready."`,
	}, {
		Check: "stdio/stdout/only-messages",
		Break: func(s *mcptest.Server) {
			s.Faults = stdioAround(func(raw []byte) []byte { return append([]byte("DEBUG answering\n"), raw...) })
		},
		Want: "DEBUG answering",
	}, {
		Check: "stdio/framing/one-line",
		Break: func(s *mcptest.Server) {
			s.Faults = stdioAlso("{\n  \"jsonrpc\": \"2.0\",\n  \"method\": \"notifications/tools/list_changed\"\n}")
		},
		Want: "spread over several lines",
	}, {
		Check: "stdio/framing/newline",
		Break: func(s *mcptest.Server) {
			changed := `{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}`
			s.Faults = stdioAlso(changed + changed)
		},
		Want: "more than one message",
	}, {
		Check: "stdio/framing/newline",
		Break: func(s *mcptest.Server) {
			s.Faults = stdioAround(func(raw []byte) []byte { return append([]byte("Content-Length: 99\r\n\r\n"), raw...) })
		},
		Want: "Content-Length",
	}, {
		Check: "stdio/framing/no-array",
		Break: func(s *mcptest.Server) {
			s.Faults = stdioAround(func(raw []byte) []byte { return append(append([]byte{'['}, raw...), ']') })
		},
		Want: "holds an array",
	}, {
		Check:   "stdio/stderr/utf8",
		Prepare: func(s *mcptest.Server) { s.Faults = mcptest.Faults{Stderr: []byte("starting: Grüße\n")} },
		Break:   func(s *mcptest.Server) { s.Faults = mcptest.Faults{Stderr: []byte("starting: Gr\xfc\xdfe\n")} },
		Want:    "not UTF-8",
	}, {
		Check: "stdio/shutdown/clean",
		Break: func(s *mcptest.Server) { s.Faults = mcptest.Faults{Farewell: []byte("Bye!\n")} },
		Want:  `"Bye!"`,
	}, {
		Check: "stdio/restart/retry",
		Break: func(s *mcptest.Server) { s.Faults = stdioRemembers() },
		Want:  "repeated on a new one it got no result",
	}}
}

// stdioAround changes the text of every message.
func stdioAround(change func(raw []byte) []byte) mcptest.Faults {
	return mcptest.Faults{Encode: func(_ *mcptest.Context, raw []byte) [][]byte { return [][]byte{change(bytes.Clone(raw))} }}
}

// stdioAlso writes a text after every message.
func stdioAlso(text string) mcptest.Faults {
	return mcptest.Faults{Encode: func(_ *mcptest.Context, raw []byte) [][]byte { return [][]byte{raw, []byte(text)} }}
}

// stdioRemembers keeps string ids over all processes, and serves none twice.
func stdioRemembers() mcptest.Faults {
	var seen sync.Map
	return mcptest.Faults{Line: func(_ *mcptest.Context, line []byte) ([][]byte, bool) {
		m, err := mcp.ParseMessage(bytes.Clone(line))
		if err != nil || !m.ID().Is(mcp.String) {
			return nil, false
		}
		if _, twice := seen.LoadOrStore(m.ID().Text(), true); !twice {
			return nil, false
		}
		return [][]byte{[]byte(`{"jsonrpc":"2.0","id":` + m.ID().String() + `,"error":{"code":-32000,"message":"the job is locked"}}`)}, true
	}}
}

// TestStdioAllows: oddities on standard streams that are no defects.
func TestStdioAllows(t *testing.T) {
	for name, faults := range map[string]mcptest.Faults{
		"blank lines":         {Banner: []byte("\n\r\n"), Farewell: []byte("\n")},
		"carriage returns":    stdioAround(func(raw []byte) []byte { return append(raw, '\r') }),
		"talk on stderr":      {Stderr: bytes.Repeat([]byte("Grüße\n"), 50_000)},
		"a last notification": {Farewell: []byte(`{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"bye"}}` + "\n")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mcptest.New()
			s.Faults = faults
			report := judge(t, s, mcp.Stdio, func(o *conformance.Options) { o.Check = []string{"stdio/"} })
			for _, f := range report.Findings {
				assert.Contains(t, []conformance.Verdict{conformance.Pass, conformance.Skip, conformance.Unproven}, f.Verdict, "%s in %s: %s", f.Check, f.Revision, f.Message)
			}
		})
	}
}
