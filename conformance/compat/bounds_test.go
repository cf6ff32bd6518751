package compat

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

// TestCompareIsBounded compares schemas that are made to take long.
func TestCompareIsBounded(t *testing.T) {
	repeat := func(n int, f func(i int) string) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = f(i)
		}
		return strings.Join(parts, ",")
	}
	// nested are alternatives in three levels, all but the first few.
	nested := func(from int) string {
		level := func(n int, kid func(i int) string) string {
			return `{"anyOf":[` + repeat(n, kid) + `]}`
		}
		return level(12, func(i int) string {
			return level(12, func(j int) string {
				return level(12, func(k int) string {
					n := max(144*i+12*j+k, from)
					return fmt.Sprintf(`{"type":"object","properties":{"x%d":{"type":"string"}},"required":["x%d"]}`, n, n)
				})
			})
		})
	}
	tests := map[string][2]string{
		"many variants": {
			`{"oneOf":[` + repeat(25, func(i int) string {
				return fmt.Sprintf(`{"properties":{"k":{"const":"v%d"},"a":{"type":"integer"},"b":{"minLength":%d}},"required":["k","a"]}`, i, i)
			}) + `]}`,
			`{"oneOf":[` + repeat(25, func(i int) string {
				return fmt.Sprintf(`{"properties":{"k":{"const":"v%d"},"a":{"type":"number"},"b":{"minLength":%d}},"required":["k","a"]}`, i, i)
			}) + `]}`,
		},
		"variants without a mark": {
			`{"anyOf":[` + repeat(30, func(i int) string {
				return fmt.Sprintf(`{"properties":{"p%d":{"type":"integer"},"q%d":{"type":"string"},"r":{"minimum":%d}}}`, i, i, i)
			}) + `]}`,
			`{"anyOf":[` + repeat(30, func(i int) string {
				return fmt.Sprintf(`{"properties":{"p%d":{"type":"number"},"q%d":{"type":"string"},"r":{"minimum":%d}}}`, i, i, i+1)
			}) + `]}`,
		},
		"variants within variants": {nested(0), nested(1)},
		"many members": {
			`{"properties":{` + repeat(250, func(i int) string { return fmt.Sprintf(`"p%d":{"type":"integer","minimum":%d}`, i, i) }) + `}}`,
			`{"properties":{` + repeat(250, func(i int) string { return fmt.Sprintf(`"p%d":{"type":"integer","minimum":%d}`, i, i+1) }) + `}}`,
		},
		"a long chain of references": {
			`{"$ref":"#/$defs/d0","$defs":{` + repeat(250, func(i int) string {
				return fmt.Sprintf(`"d%d":{"properties":{"n":{"$ref":"#/$defs/d%d"},"v":{"type":"integer"}}}`, i, (i+1)%250)
			}) + `}}`,
			`{"$ref":"#/$defs/d0","$defs":{` + repeat(200, func(i int) string {
				return fmt.Sprintf(`"d%d":{"properties":{"n":{"$ref":"#/$defs/d%d"},"v":{"type":"number"}}}`, i, (i+1)%200)
			}) + `}}`,
		},
		"patterns that take long elsewhere": {
			`{"type":"string","pattern":"^(a+)+$","allOf":[{"pattern":"(x{0,200}){0,3}y$"}]}`,
			`{"type":"string","pattern":"^(a|aa)+$","minLength":50000}`,
		},
		"many patterns": {
			`{"patternProperties":{` + repeat(200, func(i int) string { return fmt.Sprintf(`"a%d":{"minimum":%d}`, i, i) }) + `}}`,
			`{"patternProperties":{` + repeat(200, func(i int) string { return fmt.Sprintf(`"a%d":{"minimum":%d}`, i, i+1) }) + `}}`,
		},
		"huge counts": {
			`{"type":"array","minItems":1000000000000,"contains":{"const":1},"minContains":999999999}`,
			`{"type":"array","minItems":1000000000001,"items":{"type":"string","minLength":99999999999}}`,
		},
		"huge numbers": {`{"minimum":1e180,"multipleOf":1e-180}`, `{"minimum":1e181,"multipleOf":3e-180}`},
		"many listed values": {
			`{"enum":[` + repeat(2000, func(i int) string { return fmt.Sprint(i) }) + `]}`,
			`{"enum":[` + repeat(2000, func(i int) string { return fmt.Sprint(i + 1) }) + `]}`,
		},
		"a long list of places": {
			`{"prefixItems":[` + repeat(300, func(i int) string { return fmt.Sprintf(`{"minimum":%d}`, i) }) + `]}`,
			`{"prefixItems":[` + repeat(300, func(i int) string { return fmt.Sprintf(`{"minimum":%d}`, i+1) }) + `]}`,
		},
	}
	for name, pair := range tests {
		t.Run(name, func(t *testing.T) {
			for _, d := range []Direction{Input, Output} {
				start := time.Now()
				r, err := Compare(mcp.MustParse(pair[0]), mcp.MustParse(pair[1]), d)
				require.NoError(t, err)
				assert.NotEmpty(t, r.Verdict)
				assert.LessOrEqual(t, len(r.Differences), maxDifferences+1)
				took := time.Since(start)
				t.Log(name, d, r.Verdict, len(r.Differences), took)
				assert.Less(t, took, 20*time.Second, "ten times what it takes")
			}
		})
	}
}

var _ = schema.ErrDialect
