package mcp

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestParamHeaders(t *testing.T) {
	tests := map[string]struct {
		schema, arguments string
		want              map[string]string
	}{
		"none asked for": {`{"properties":{"a":{"type":"string"}}}`, `{"a":"x"}`, nil},
		"primitives": {
			`{"properties":{"s":{"x-mcp-header":"S"},"n":{"x-mcp-header":"N"},"b":{"x-mcp-header":"B"}}}`, `{"s":"x","n":42,"b":true}`,
			map[string]string{"Mcp-Param-S": "x", "Mcp-Param-N": "42", "Mcp-Param-B": "true"},
		},
		"nested":               {`{"properties":{"a":{"properties":{"b":{"x-mcp-header":"B"}}}}}`, `{"a":{"b":"x"}}`, map[string]string{"Mcp-Param-B": "x"}},
		"encoded":              {`{"properties":{"s":{"x-mcp-header":"S"}}}`, `{"s":"ñ"}`, map[string]string{"Mcp-Param-S": "=?base64?w7E=?="}},
		"absent and null":      {`{"properties":{"s":{"x-mcp-header":"S"},"n":{"x-mcp-header":"N"}}}`, `{"n":null}`, nil},
		"no name for a header": {`{"properties":{"s":{"x-mcp-header":"S\r\nHost"},"t":{"x-mcp-header":""}}}`, `{"s":"x","t":"y"}`, nil},
		"below items":          {`{"properties":{"a":{"items":{"properties":{"b":{"x-mcp-header":"B"}}}}}}`, `{"a":[{"b":"x"}]}`, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, ParamHeaders(MustParse(tt.schema), MustParse(tt.arguments)))
		})
	}
}
