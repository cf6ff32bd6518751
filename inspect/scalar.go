package inspect

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/mcp"
)

// scalar reads text as one of the kinds. Text that can be several things is a
// choice of the enumeration before all, then a number or a boolean, then text.
func scalar(p shape, text string, kinds []string) (any, bool) {
	for _, choice := range p.choices() {
		if choice.Is(mcp.String) && choice.Text() == text {
			return text, true
		}
	}
	may := func(kind string) bool { return len(kinds) == 0 || slices.Contains(kinds, kind) }
	n, number := readNumber(text)
	switch {
	case number && (may("number") || may("integer") && mcp.ValueOf(n).Whole()):
		return n, true
	case may("boolean") && (text == "true" || text == "false"):
		b, _ := strconv.ParseBool(text)
		return b, true
	case may("object") && strings.HasPrefix(strings.TrimSpace(text), "{"):
		if v, err := decode([]byte(text)); err == nil {
			return v, true
		}
	case len(kinds) == 0 && strings.HasPrefix(strings.TrimSpace(text), "["):
		if v, err := decode([]byte(text)); err == nil {
			return v, true
		}
	}
	if may("string") && utf8.ValidString(text) {
		return text, true
	}
	if may("null") && text == "null" {
		return nil, true
	}
	return nil, false
}

// readNumber reads a number as JSON writes one.
func readNumber(text string) (json.Number, bool) {
	v, err := mcp.Parse([]byte(text))
	return json.Number(text), err == nil && v.Is(mcp.Number) && len(text) < 400
}
