package resources

import (
	"bytes"
	"image/png"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/notes"
)

func TestReadNote(t *testing.T) {
	book := notes.New(10)
	res, err := ReadNote(book, URI("n1"))
	if err != nil {
		t.Fatal(err)
	}
	if c := res.Contents[0]; !strings.HasPrefix(c.Text, "# Welcome\n") || c.MIMEType != "text/markdown" {
		t.Errorf("contents = %+v", c)
	}
	for _, uri := range []string{URI("n9"), URI(""), "notes://index", "file:///etc/passwd"} {
		if _, err := ReadNote(book, uri); err == nil {
			t.Errorf("ReadNote(%s) finds something", uri)
		}
	}
}

func TestRegister(t *testing.T) {
	server := mcp.NewServer(&mcp.Implementation{Name: "test", Version: "1"}, nil)
	Register(server, notes.New(10))
	ct, st := mcp.NewInMemoryTransports()
	if _, err := server.Connect(t.Context(), st, nil); err != nil {
		t.Fatal(err)
	}
	client, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(t.Context(), ct, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()

	res, err := client.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: LogoURI})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := png.Decode(bytes.NewReader(res.Contents[0].Blob)); err != nil {
		t.Errorf("the logo is no image: %v", err)
	}
	res, err = client.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: IndexURI})
	if err != nil || !strings.Contains(res.Contents[0].Text, `"notes://note/n1"`) {
		t.Errorf("index = %+v, %v", res, err)
	}
}
