package tui

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
)

func TestFormViewIsSafeAndBounded(t *testing.T) {
	evil := "\x1b]52;c;AAAA\a\u202e\u009b31m\n\t"
	schema := map[string]any{"type": "object", "properties": map[string]any{
		evil:    map[string]any{"type": "string", "title": evil, "description": evil, "default": evil, "pattern": "a" + evil, "examples": []string{evil}},
		"enum":  map[string]any{"enum": []string{evil, "b"}, "description": evil},
		"union": map[string]any{"oneOf": []any{map[string]any{"title": evil, "type": "string"}, map[string]any{"title": "b", "type": "integer"}}},
		"ref":   map[string]any{"$ref": "http://x/" + evil},
	}}
	f := newFormView(formRoom(t), mcp.ValueOf(schema))
	for range 10 {
		for _, w := range []int{1, 7, 40, 200} {
			for _, line := range f.View(w, 30) {
				assert.LessOrEqual(t, line.Width(), w)
				for _, r := range line.String() {
					require.False(t, unicode.IsControl(r) || unicode.Is(unicode.Cf, r), "%q", line.String())
				}
			}
		}
		pressKeys(t, f, "i", "j", "space")
		f.stop()
	}

	var many []string
	for i := range 5_000 {
		many = append(many, fmt.Sprintf(`"p%d":{"type":"string"}`, i))
	}
	large := testForm(t, `{"type":"object","properties":{`+strings.Join(many, ",")+`}}`)
	start := time.Now()
	for range 100 {
		pressKeys(t, large, "j")
		large.View(80, 24)
	}
	assert.Less(t, time.Since(start), time.Minute, "it has no end")
	pressKeys(t, large, "G")
	assert.Contains(t, shown(large, 80, 24), "p4999")
	assert.Contains(t, shown(large, 80, 24), "not checked")

	none := testForm(t, `{"type":"object","properties":{},"additionalProperties":false}`)
	assert.Contains(t, shown(none, 40, 10), "no arguments")
	assert.Empty(t, none.Keys())
	assert.Nil(t, none.Update(keyMsg("j")))
}

func TestFormViewInASCII(t *testing.T) {
	f := testForm(t, `{"properties":{"s":{"type":"string","minLength":2,"pattern":"a"},"u":{"type":["string","null"]},"e":{"enum":["a","b"]}}}`)
	f.room.Theme = newTheme(look{bare: true, ascii: true})
	pressKeys(t, f, "i", "'x", "enter", "j", "o", "j", "space")
	text := shown(f, 70, 20)
	assert.Contains(t, text, "length >= 2")
	assert.Contains(t, text, "(*) a")
	for _, r := range text {
		assert.Less(t, r, rune(0x80), text)
	}
}

// Any keys, in any order, leave a form that can be drawn and a value that is JSON.
func TestFormViewSurvivesAnyKeys(t *testing.T) {
	all := []string{"i", "space", "o", "b", "+", "-", "J", "K", "n", "right", "left", "j", "k", "up", "down", "tab", "shift+tab", "enter", "backspace", "m", "1", "x", "\"", "{", "G", "g"}
	schemas := []string{toolSchema, askSchema, `{"$ref":"#/$defs/n","$defs":{"n":{"properties":{"v":{"type":["integer","null"]},"k":{"type":"array","items":{"$ref":"#/$defs/n"}}},"additionalProperties":{"enum":[1,2]}}}}`, `true`, `{"type":"array","items":{"anyOf":[{"type":"string"},{"type":"object"}]}}`}
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 1))
		f := testForm(t, schemas[int(seed)%len(schemas)])
		for range 120 {
			name := all[random.IntN(len(all))]
			if q, ok := pressKeys(t, f, name).(askMsg); ok {
				runCmd(f, q.done(name))
			}
			if random.IntN(20) == 0 {
				runCmd(f, f.Click(random.IntN(60), random.IntN(20)))
			}
			for _, line := range f.View(40, 12) {
				require.LessOrEqual(t, line.Width(), 40)
			}
		}
		v, _ := f.Value()
		_, err := mcp.Parse(v.Raw())
		require.NoError(t, err)
	}
}
