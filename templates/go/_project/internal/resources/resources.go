// Package resources holds what clients may read: texts, an image, and the notes
// by a URI template.
package resources

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/notes"
)

// The URIs.
const (
	IndexURI = "notes://index"
	LogoURI  = "notes://logo"
	Template = "notes://note/{id}"

	notePrefix = "notes://note/"
)

//go:embed logo.png
var logo []byte

// URI returns the URI of a note.
func URI(id string) string { return notePrefix + id }

// Register adds the resources to s.
func Register(s *mcp.Server, book *notes.Notebook) {
	s.AddResource(&mcp.Resource{
		URI:         IndexURI,
		Name:        "index",
		Title:       "All notes",
		Description: "The ids and titles of all notes.",
		MIMEType:    "application/json",
		Annotations: &mcp.Annotations{Audience: []mcp.Role{"assistant"}, Priority: 0.8},
	}, func(context.Context, *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
		return readIndex(book)
	})
	s.AddResource(&mcp.Resource{
		URI:         LogoURI,
		Name:        "logo",
		Title:       "Logo",
		Description: "The server's logo.",
		MIMEType:    "image/png",
		Size:        int64(len(logo)),
		Annotations: &mcp.Annotations{Audience: []mcp.Role{"user"}, Priority: 0.1},
	}, func(context.Context, *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
		return &mcp.ReadResourceResult{
			Contents:  []*mcp.ResourceContents{{URI: LogoURI, MIMEType: "image/png", Blob: logo}},
			Cacheable: mcp.Cacheable{TTLMs: 24 * 60 * 60 * 1000, CacheScope: "public"},
		}, nil
	})
	s.AddResourceTemplate(&mcp.ResourceTemplate{
		URITemplate: Template,
		Name:        "note",
		Title:       "A note",
		Description: "One note, by its id.",
		MIMEType:    "text/markdown",
	}, func(_ context.Context, req *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
		return ReadNote(book, req.Params.URI)
	})
}

func readIndex(book *notes.Notebook) (*mcp.ReadResourceResult, error) {
	type line struct {
		ID    string `json:"id"`
		Title string `json:"title"`
		URI   string `json:"uri"`
	}
	lines := []line{}
	for _, n := range book.All() {
		lines = append(lines, line{n.ID, n.Title, URI(n.ID)})
	}
	text, err := json.Marshal(lines)
	if err != nil {
		return nil, fmt.Errorf("encoding the index: %w", err)
	}
	return private(&mcp.ResourceContents{URI: IndexURI, MIMEType: "application/json", Text: string(text)}), nil
}

// ReadNote returns the note of a URI.
func ReadNote(book *notes.Notebook, uri string) (*mcp.ReadResourceResult, error) {
	id, ok := strings.CutPrefix(uri, notePrefix)
	if !ok {
		return nil, mcp.ResourceNotFoundError(uri)
	}
	n, err := book.Get(id)
	if err != nil {
		return nil, mcp.ResourceNotFoundError(uri)
	}
	return private(&mcp.ResourceContents{URI: uri, MIMEType: "text/markdown", Text: "# " + n.Title + "\n\n" + n.Text}), nil
}

// private marks contents as not to be kept, nor shared between users.
func private(c *mcp.ResourceContents) *mcp.ReadResourceResult {
	return &mcp.ReadResourceResult{
		Contents:  []*mcp.ResourceContents{c},
		Cacheable: mcp.Cacheable{CacheScope: "private"},
	}
}
