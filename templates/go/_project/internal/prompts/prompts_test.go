package prompts

import (
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/notes"
)

func TestReview(t *testing.T) {
	tests := map[string]struct {
		args map[string]string
		want string // in the first message; empty: refused
	}{
		"default tone":  {map[string]string{"id": "n1"}, "friendly tone"},
		"a tone":        {map[string]string{"id": "n1", "tone": "strict"}, "strict tone"},
		"unknown tone":  {map[string]string{"id": "n1", "tone": "rude"}, ""},
		"unknown note":  {map[string]string{"id": "n9"}, ""},
		"no note given": {nil, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			res, err := review(notes.New(10), test.args)
			if test.want == "" {
				if err == nil {
					t.Error("not refused")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if text := res.Messages[0].Content.(*mcp.TextContent).Text; !strings.Contains(text, test.want) {
				t.Errorf("text = %q, want it to contain %q", text, test.want)
			}
			if embedded := res.Messages[1].Content.(*mcp.EmbeddedResource); embedded.Resource.URI != "notes://note/n1" {
				t.Errorf("embedded = %+v", embedded.Resource)
			}
		})
	}
}
