package app

import (
	"strings"
	"testing"
)

func TestLimits(t *testing.T) {
	a, _ := newAppWithTools(t, "MCP_MAX_STRING_BYTES=50", "MCP_MAX_RESULT_BYTES=10")
	client := connect(t, a, nil)
	for _, query := range []string{strings.Repeat("x", 51), "x"} {
		res := call(t, client, reading, question(query))
		if !res.IsError || !strings.Contains(text(res), "too_large") {
			t.Errorf("a query of %d bytes: %s", len(query), text(res))
		}
	}
}
