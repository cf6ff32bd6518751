package app

import (
	"strings"
	"testing"
)

func TestPII(t *testing.T) {
	a, log := newAppWithTools(t, "MCP_PII_RESULTS=true")
	a.Log.Error("writing to jane@example.com")
	if !strings.Contains(log.String(), "writing to") || strings.Contains(log.String(), "jane@") {
		t.Errorf("log = %s", log.String())
	}
	client := connect(t, a, nil)
	call(t, client, writing, addition("Jane", "jane@example.com"))
	if got := text(call(t, client, reading, question("jane"))); strings.Contains(got, "jane@") || !strings.Contains(got, "[email]") {
		t.Errorf("result = %s", got)
	}
}
