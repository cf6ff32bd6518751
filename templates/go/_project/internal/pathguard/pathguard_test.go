package pathguard_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/pathguard"
)

// folder makes a folder "in" with files and traps, beside a file that must not be read.
func folder(t *testing.T) *pathguard.Folder {
	t.Helper()
	outside := t.TempDir()
	inside := filepath.Join(outside, "in")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	link := func(target, name string) {
		t.Helper()
		if err := os.Symlink(target, filepath.Join(inside, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(inside, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(filepath.Join(outside, "secret.txt"), "secret")
	write(filepath.Join(inside, "sub", "a b.txt"), "hello")
	write(filepath.Join(inside, "raw.bin"), "\xff\x00")
	write(filepath.Join(inside, "large.txt"), strings.Repeat("x", 101))
	link(filepath.Join("..", "secret.txt"), "relative")
	link(filepath.Join(outside, "secret.txt"), "absolute")
	link("..", "up")
	link(filepath.Join("sub", "a b.txt"), "within")

	f, err := pathguard.Open(pathguard.Config{Dir: inside, MaxSize: 100})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func TestReadFile(t *testing.T) {
	f := folder(t)
	for _, name := range []string{"sub/a b.txt", "within"} {
		if data, err := f.ReadFile(name); err != nil || string(data) != "hello" {
			t.Errorf("%s: %q, %v", name, data, err)
		}
	}
	for _, name := range []string{
		"", ".", "sub", "missing", "../secret.txt", "sub/../../secret.txt", "/etc/passwd", `..\secret.txt`,
		"relative", "absolute", "up/secret.txt", "secret.txt\x00.txt",
	} {
		if data, err := f.ReadFile(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %q, %v; want ErrNotExist", name, data, err)
		}
	}
	if _, err := f.ReadFile("large.txt"); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("large file: %v, want an error that says why", err)
	}
}

func TestRead(t *testing.T) {
	f := folder(t)
	read := func(uri string) (*mcp.ReadResourceResult, error) {
		return f.Read(t.Context(), &mcp.ReadResourceRequest{Params: &mcp.ReadResourceParams{URI: uri}})
	}
	if result, err := read("folder:///sub/a%20b.txt"); err != nil || result.Contents[0].Text != "hello" || !strings.HasPrefix(result.Contents[0].MIMEType, "text/plain") {
		t.Errorf("text: %+v, %v", result, err)
	}
	if result, err := read("folder:///raw.bin"); err != nil || string(result.Contents[0].Blob) != "\xff\x00" {
		t.Errorf("binary: %+v, %v", result, err)
	}
	for _, uri := range []string{"folder:///%2e%2e/secret.txt", "folder:///..%2fsecret.txt", "folder:///absolute", "folder:///%", "file:///etc/passwd"} {
		if _, err := read(uri); err == nil || err.Error() != mcp.ResourceNotFoundError(uri).Error() {
			t.Errorf("%s: %v, want not found", uri, err)
		}
	}
}

func TestOpen(t *testing.T) {
	if f, err := pathguard.Open(pathguard.Config{}); f != nil || err != nil {
		t.Errorf("no folder: %v, %v", f, err)
	}
	if _, err := pathguard.Open(pathguard.Config{Dir: filepath.Join(t.TempDir(), "missing")}); err == nil {
		t.Error("a missing folder was opened")
	}
}
