package property_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/property"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

type object = map[string]any

// sum is a tool that conforms: it adds whole numbers from -9 to 999.
func sum() mcptest.Tool {
	number := object{"type": "integer", "minimum": -9, "maximum": 999, "default": 1, "examples": []any{2}}
	return mcptest.Tool{
		Name: "sum",
		Descriptor: object{
			"description": "Adds.", "annotations": object{"readOnlyHint": true},
			"inputSchema":  object{"type": "object", "properties": object{"a": number, "b": number}, "required": []any{"a"}, "additionalProperties": false},
			"outputSchema": object{"type": "object", "properties": object{"sum": object{"type": "integer"}}, "required": []any{"sum"}},
		},
		Call: func(c *mcptest.Call) (map[string]any, error) {
			return mcptest.Structured(object{"sum": a(c) + whole(c, "b")}), nil
		},
	}
}

func whole(c *mcptest.Call, name string) int64 {
	n, _ := c.Arguments.Get(name).Int()
	return n
}

func a(c *mcptest.Call) int64 { return whole(c, "a") }

// server has sum, another tool that says it is idempotent, and whatever change
// makes of them.
func server(change func(*mcptest.Server)) *mcptest.Server {
	again := sum()
	again.Name = "again"
	again.Descriptor["annotations"] = object{"idempotentHint": true, "readOnlyHint": false}
	fails := sum()
	fails.Name = "fails"
	fails.Call = func(*mcptest.Call) (map[string]any, error) { return mcptest.Failure("There is no such day."), nil }
	s := mcptest.New()
	s.Tools = []mcptest.Tool{sum(), again, fails}
	s.PageSize = 2
	if change != nil {
		change(s)
	}
	return s
}

func options() property.Options {
	o := property.DefaultOptions()
	o.Limits = mcptest.Limits()
	o.Limits.Rolling = true
	o.Limits.Call = 2 * time.Second
	o.Shrink = time.Minute // the machine may be busy
	o.AllowTools, o.Calls, o.Seed = []string{"*"}, 20, 3
	o.Command = func(r property.Repro) string { return "repeat " + r.String() }
	return o
}

// broken are the ids of the findings that count.
func broken(r *conformance.Report) []string {
	var all []string
	for _, f := range r.Findings {
		if f.Counts() || f.Verdict == conformance.Errored {
			all = append(all, f.Check)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func messages(r *conformance.Report) string {
	var b strings.Builder
	for _, f := range r.Findings {
		if f.Verdict != conformance.Pass {
			fmt.Fprintln(&b, f.Verdict, f.Revision, f.Check, f.Message, f.Details)
		}
	}
	return b.String()
}
