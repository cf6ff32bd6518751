package app

import (
	"strings"
	"testing"
)

func TestPII(t *testing.T) {
	a, log := newApp(t, upstream(t), "MCP_PII_RESULTS=true")
	join(t, a)
	a.Log.Error("writing to jane@example.com")
	if !strings.Contains(log.String(), "writing to") || strings.Contains(log.String(), "jane@") {
		t.Errorf("log = %s", log.String())
	}
	client := connect(t, a, nil)
	call(t, client, "notes__add", map[string]any{"title": "Jane", "text": "jane@example.com"})
	if got := text(call(t, client, "notes__search", map[string]any{"query": "jane"})); strings.Contains(got, "jane@") || !strings.Contains(got, "[email]") {
		t.Errorf("result = %s", got)
	}
}
