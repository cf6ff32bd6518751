package app

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func TestPathguard(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.txt"), []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	a, _ := newApp(t, "MCP_FILES_DIR="+dir)
	client := connect(t, a, nil)
	res, err := client.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: "folder:///a.txt"})
	if err != nil || res.Contents[0].Text != "hello" {
		t.Errorf("a file: %+v, %v", res, err)
	}
	if _, err := client.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: "folder:///../a.txt"}); err == nil {
		t.Error("a path that leads out was read")
	}
	if err := a.life.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}
