package cli

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/mcpctl/mcpctl/conformance/lint"
)

// cost is what the tools of a server cost a model in every request, as
// `lint --cost --format json` prints it.
type cost struct {
	Schema string     `json:"schema"`
	Tokens int        `json:"tokens"`
	Tools  []toolCost `json:"tools"` // the dearest first
}

type toolCost struct {
	Name   string `json:"name"`
	Tokens int    `json:"tokens"`
}

// printCost prints the estimate for each tool and for all.
func (a *app) printCost(s lint.Surface, format string) error {
	all := cost{Schema: "mcpctl.cost/v1", Tokens: lint.ListTokens(s.Tools), Tools: []toolCost{}}
	for _, t := range s.Tools {
		all.Tools = append(all.Tools, toolCost{a.safe(t.Get("name").Text()), lint.ToolTokens(t)})
	}
	slices.SortStableFunc(all.Tools, func(a, b toolCost) int { return cmp.Compare(b.Tokens, a.Tokens) })
	var out bytes.Buffer
	switch format {
	case "json":
		e := json.NewEncoder(&out)
		e.SetIndent("", "  ")
		if err := e.Encode(all); err != nil {
			return err
		}
	case "text":
		for _, t := range all.Tools {
			fmt.Fprintf(&out, "%7d  %s\n", t.Tokens, t.Name)
		}
		fmt.Fprintf(&out, "%7d  in all, for %d tools: names, descriptions and input schemas, estimated\n", all.Tokens, len(all.Tools))
	default:
		return usagef("--cost is printed as text or json, not as %s", format)
	}
	_, err := a.Out.Write(out.Bytes())
	return written(err)
}
