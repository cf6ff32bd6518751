// Package pathguard gives out the files of one folder and none beside it.
package pathguard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// Config names the folder.
type Config struct {
	Dir     string `env:"MCP_FILES_DIR"`                            // empty: no files are given out
	MaxSize int64  `env:"MCP_FILES_MAX_BYTES" envDefault:"1048576"` // of one file
}

// Folder reads files of one folder. The operating system holds it to that
// ([os.Root]): neither dots nor symbolic links lead out, also not one that is
// swapped in while a file is being opened. It is safe for concurrent use.
type Folder struct {
	root *os.Root
	max  int64
}

// Open opens the folder that cfg names; with none it returns nil.
func Open(cfg Config) (*Folder, error) {
	if cfg.Dir == "" {
		return nil, nil
	}
	root, err := os.OpenRoot(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("opening the folder of MCP_FILES_DIR: %w", err)
	}
	return &Folder{root, cfg.MaxSize}, nil
}

// Close closes the folder.
func (f *Folder) Close() error { return f.root.Close() }

// ReadFile reads a regular file. The name is relative to the folder, with
// slashes. What is no such file, or lies elsewhere, is fs.ErrNotExist: a caller
// must not learn what exists outside.
func (f *Folder) ReadFile(name string) ([]byte, error) {
	if !fs.ValidPath(name) || strings.Contains(name, `\`) {
		return nil, fs.ErrNotExist
	}
	// Asked before opening: opening a pipe would wait for its writer.
	if info, err := f.root.Stat(name); err != nil || !info.Mode().IsRegular() {
		return nil, fs.ErrNotExist
	}
	file, err := f.root.Open(name)
	if err != nil {
		return nil, fs.ErrNotExist
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, f.max+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	if int64(len(data)) > f.max {
		return nil, fmt.Errorf("%s is larger than the %d bytes of MCP_FILES_MAX_BYTES", name, f.max)
	}
	return data, nil
}

// scheme of the folder's resources. It is not file:, since their paths are not
// those of the machine.
const scheme = "folder:///"

// Template describes the files as resources.
func Template() *mcp.ResourceTemplate {
	return &mcp.ResourceTemplate{
		URITemplate: scheme + "{+path}",
		Name:        "file",
		Title:       "File",
		Description: "A file of the folder that this server gives out, by its path in it.",
	}
}

// Read is the handler of the resources that Template describes.
func (f *Folder) Read(_ context.Context, req *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
	uri := req.Params.URI
	escaped, ok := strings.CutPrefix(uri, scheme)
	name, err := url.PathUnescape(escaped)
	if !ok || err != nil {
		return nil, mcp.ResourceNotFoundError(uri)
	}
	data, err := f.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, mcp.ResourceNotFoundError(uri)
	}
	if err != nil {
		return nil, err
	}
	contents := &mcp.ResourceContents{URI: uri, MIMEType: mimeType(name, data)}
	if utf8.Valid(data) {
		contents.Text = string(data)
	} else {
		contents.Blob = data
	}
	return &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{contents}}, nil
}

func mimeType(name string, data []byte) string {
	if byName := mime.TypeByExtension(path.Ext(name)); byName != "" {
		return byName
	}
	return http.DetectContentType(data)
}
