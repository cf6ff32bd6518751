package app

import (
	"strings"
	"testing"
)

func TestSecretsStayOutOfTheLog(t *testing.T) {
	a, log := newApp(t, "MCP_REDACT=hunter2-hunter2")
	a.Log.Error("signing in with hunter2-hunter2")
	if !strings.Contains(log.String(), "signing in") || strings.Contains(log.String(), "hunter2") {
		t.Errorf("log = %s", log.String())
	}
}
