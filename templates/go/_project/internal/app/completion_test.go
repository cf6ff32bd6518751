package app

import (
	"slices"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/prompts"
	"example.com/acme-server/internal/resources"
)

func TestCompletions(t *testing.T) {
	a, _ := newApp(t)
	client := connect(t, a, nil)
	prompt := &mcp.CompleteReference{Type: "ref/prompt", Name: prompts.Review}
	template := &mcp.CompleteReference{Type: "ref/resource", URI: resources.Template}
	tests := map[string]struct {
		ref        *mcp.CompleteReference
		arg, value string
		want       []string
	}{
		"a prompt's tone":   {prompt, "tone", "f", []string{"friendly", "formal"}},
		"a prompt's note":   {prompt, "id", "", []string{"n1"}},
		"a template's note": {template, "id", "n", []string{"n1"}},
		"nothing begins so": {template, "id", "x", []string{}},
		"no such argument":  {prompt, "colour", "", []string{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			res, err := client.Complete(t.Context(), &mcp.CompleteParams{
				Ref: test.ref, Argument: mcp.CompleteParamsArgument{Name: test.arg, Value: test.value},
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := res.Completion.Values; !slices.Equal(got, test.want) {
				t.Errorf("values = %q, want %q", got, test.want)
			}
		})
	}
}
