package app

import (
	"path/filepath"
	"strings"
	"testing"

	"example.com/acme-server/internal/audit"
)

func TestAudit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	a, _ := newAppWithTools(t, "MCP_AUDIT_PATH="+path)
	client := connect(t, a, nil)
	call(t, client, reading, question("private words"))
	if err := a.Auditor.Close(); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := audit.VerifyFile(path, &out); err != nil || !strings.Contains(out.String(), "unbroken") {
		t.Errorf("verification: %q, %v", out.String(), err)
	}
}
