package contract_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance/contract"
)

// Schemas that lead in circles, away, or nowhere in time are told, and end.
func TestHostileSchemas(t *testing.T) {
	deep := strings.Repeat(`{"properties":{"a":`, 20) + `{"type":"string"}` + strings.Repeat(`}}`, 20)
	wide := func(kind string) string {
		var all []string
		for range 200 {
			all = append(all, `{"type":"`+kind+`","pattern":"^(a+)+$"}`)
		}
		return `{"type":"object","properties":{"p":{"anyOf":[` + strings.Join(all, ",") + `]}}}`
	}
	for _, c := range []struct{ name, old, now string }{
		{"recursion", `{"$ref":"#/$defs/n","$defs":{"n":{"properties":{"a":{"$ref":"#/$defs/n"},"v":{"type":"string"}}}}}`, `{"$ref":"#/$defs/n","$defs":{"n":{"properties":{"a":{"$ref":"#/$defs/n"},"v":{"type":"number"}}}}}`},
		{"itself", `{"$ref":"#"}`, `{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/a"}}}`},
		{"a reference to elsewhere", `{"type":"object"}`, `{"$ref":"http://127.0.0.1:1/schema"}`},
		{"a reference to nothing", `{"type":"object"}`, `{"$ref":"#/$defs/none"}`},
		{"depth", deep, strings.Replace(deep, "string", "number", 1)},
		{"width and patterns", wide("string"), wide("number")},
		{"nonsense", `{"type":7,"properties":[],"required":{"a":1}}`, `{"type":"objekt"}`},
		{"no object", `true`, `[]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, pair := range [][2][]string{{in(c.old), in(c.now)}, {out(c.old), out(c.now)}, {in(c.now), in(c.old)}} {
				d := contract.Compare(snapshot(t, pair[0]...), snapshot(t, pair[1]...), contract.Options{Now: today})
				require.NotEmpty(t, d.Changes)
				var text bytes.Buffer
				require.NoError(t, d.WriteMarkdown(&text, contract.Failing()))
				assert.Less(t, text.Len(), 70_000)
			}
		})
	}
}
