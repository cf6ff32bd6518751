package app

import (
	"net/http"
	"testing"
	"time"
)

func TestSessions(t *testing.T) {
	a, _ := newApp(t, "MCP_SESSION_MAX=1", "MCP_SESSION_IDLE=10m")
	if a.Lanes.SessionTimeout != 10*time.Minute {
		t.Errorf("the SDK keeps idle sessions for %s", a.Lanes.SessionTimeout)
	}
	s := serve(t, a)
	first := post(t, s, hello, nil)
	if first.StatusCode != http.StatusOK || first.Header.Get("Mcp-Session-Id") == "" {
		t.Fatalf("the first session: %s", first.Status)
	}
	if res := post(t, s, hello, nil); res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("one session too many: %s", res.Status)
	}
	ping := `{"jsonrpc":"2.0","id":2,"method":"ping"}`
	if res := post(t, s, ping, map[string]string{"Mcp-Session-Id": first.Header.Get("Mcp-Session-Id")}); res.StatusCode != http.StatusOK {
		t.Errorf("in the session: %s", res.Status)
	}
}
