package schema

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestShrink(t *testing.T) {
	has := func(part string) func(any) bool {
		return func(v any) bool { return strings.Contains(compact(v), part) }
	}
	for _, tt := range []struct {
		name, schema, value string
		still               func(any) bool
		want                string
	}{
		{"to nothing", ``, `{"a":[1,2,{"b":"text"}],"c":null}`, func(any) bool { return true }, `{}`},
		{"to the plainest that is valid", `{"type":"object","required":["a"],"properties":{"a":{"type":"string","minLength":2}}}`,
			`{"a":"some long text","b":7}`, func(any) bool { return true }, `{"a":"aa"}`},
		{"one member among many", ``, `{"a":1,"b":2,"c":3,"d":{"e":"needle in a haystack","f":[1,2,3]}}`, has("needle"), `{"d":{"e":"needle"}}`},
		{"an item", ``, `[9,8,7,6,5]`, has("7"), `[7]`},
		{"a character", ``, `"日本語 and é more"`, has("é"), `"é"`},
		{"a number", ``, `{"n":123456}`, func(v any) bool {
			f, _ := at(v, []string{"n"}).(json.Number)
			n, err := f.Float64()
			return err == nil && n > 99
		}, `{"n":100}`},
		{"what is wrong stays wrong", `{"type":"object","required":["a","b"],"properties":{"a":{"type":"string"},"b":{"type":"integer"}}}`,
			`{"a":"long text","b":true,"c":1}`, has(`"b":`), `{"b":true}`},
		{"what does not shrink", ``, `{"a":"x"}`, has(`{"a":"x"}`), `{"a":"x"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			value, err := decode([]byte(tt.value))
			require.NoError(t, err)
			before := compact(value)
			var raw []byte
			if tt.schema != "" {
				raw = []byte(tt.schema)
			}
			got := Shrink(raw, value, tt.still)
			assert.Equal(t, tt.want, compact(got))
			assert.True(t, tt.still(got))
			assert.Equal(t, before, compact(value), "the value given is changed")
		})
	}
}

func TestShrinkIsBounded(t *testing.T) {
	big := map[string]any{}
	for _, name := range strings.Split(strings.Repeat("member,", 400), ",") {
		big[name+string(rune('a'+len(big)%26))+strings.Repeat("x", len(big)%300)] = strings.Repeat("text", 40)
	}
	asked := 0
	Shrink(nil, big, func(v any) bool { asked++; return asked%3 == 0 })
	assert.LessOrEqual(t, asked, maxShrinkAsked)
	asked = 0
	Shrink(nil, big, func(any) bool { asked++; return false })
	assert.LessOrEqual(t, asked, maxShrinkAsked)
}
