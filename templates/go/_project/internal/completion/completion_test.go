package completion

import (
	"fmt"
	"slices"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func TestComplete(t *testing.T) {
	var s Source
	s.Add("ref/prompt", "greet", "name", func() []string { return []string{"Ada", "Alan", "Grace"} })
	s.Add("ref/resource", "x://{id}", "id", func() []string {
		var many []string
		for i := range 150 {
			many = append(many, fmt.Sprint(i))
		}
		return many
	})
	prompt := &mcp.CompleteReference{Type: "ref/prompt", Name: "greet"}
	tests := map[string]struct {
		ref         *mcp.CompleteReference
		arg, value  string
		want, total int
		more        bool
	}{
		"all":              {prompt, "name", "", 3, 3, false},
		"some, any case":   {prompt, "name", "a", 2, 2, false},
		"none":             {prompt, "name", "Zoe", 0, 0, false},
		"another argument": {prompt, "tone", "", 0, 0, false},
		"too many":         {&mcp.CompleteReference{Type: "ref/resource", URI: "x://{id}"}, "id", "", 100, 150, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			res, err := s.Complete(t.Context(), &mcp.CompleteRequest{Params: &mcp.CompleteParams{
				Ref: test.ref, Argument: mcp.CompleteParamsArgument{Name: test.arg, Value: test.value},
			}})
			if err != nil {
				t.Fatal(err)
			}
			got := res.Completion
			if len(got.Values) != test.want || got.Total != test.total || got.HasMore != test.more {
				t.Errorf("completion = %+v", got)
			}
			if got.Values == nil || !slices.IsSorted(got.Values) && test.want < 10 {
				t.Errorf("values = %#v, want them in the order of the source", got.Values)
			}
		})
	}
}

func TestCompleteUnknown(t *testing.T) {
	var s Source
	_, err := s.Complete(t.Context(), &mcp.CompleteRequest{Params: &mcp.CompleteParams{
		Ref: &mcp.CompleteReference{Type: "ref/prompt", Name: "nobody"}, Argument: mcp.CompleteParamsArgument{Name: "x"},
	}})
	if err == nil {
		t.Error("an unknown prompt is completed")
	}
}
