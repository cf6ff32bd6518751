package schema

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode/utf8"
)

// integer reads a count.
func integer(k keywords, keyword string, otherwise int) int {
	n, ok := k[keyword].(json.Number)
	if !ok {
		return otherwise
	}
	f, _ := n.Float64()
	return int(f)
}

// number makes the number nearest to zero that the bounds admit.
func number(k keywords, whole bool) (any, error) {
	low, high := math.Inf(-1), math.Inf(1)
	step := 0.0
	if whole {
		step = 1
	}
	for keyword, value := range k {
		n, ok := value.(json.Number)
		if !ok {
			continue
		}
		f, _ := n.Float64()
		switch keyword {
		case "minimum":
			low = max(low, f)
		case "maximum":
			high = min(high, f)
		case "exclusiveMinimum":
			low = max(low, beyond(f, whole, 1))
		case "exclusiveMaximum":
			high = min(high, beyond(f, whole, -1))
		case "multipleOf":
			if !whole || f == math.Trunc(f) {
				step = f
			}
		}
	}
	if k["exclusiveMinimum"] == true { // draft-04
		low = beyond(low, whole, 1)
	}
	if k["exclusiveMaximum"] == true {
		high = beyond(high, whole, -1)
	}
	value := min(max(0, low), high)
	if step > 0 {
		if value = math.Ceil(value/step) * step; value > high {
			value = math.Floor(high/step) * step
		}
	}
	if math.IsInf(value, 0) || math.IsNaN(value) {
		return nil, fmt.Errorf("%w: a number beyond %v is wanted", ErrSynthesis, low)
	}
	if value == math.Trunc(value) && math.Abs(value) < 1e15 {
		return json.Number(strconv.FormatInt(int64(value), 10)), nil
	}
	return json.Number(strconv.FormatFloat(value, 'g', -1, 64)), nil
}

// beyond is a number past an exclusive bound: the next whole one, else a bit on.
func beyond(f float64, whole bool, direction float64) float64 {
	if whole {
		if direction > 0 {
			return math.Floor(f) + 1
		}
		return math.Ceil(f) - 1
	}
	return f + direction*max(math.Abs(f)*1e-3, 1e-3)
}

// text makes a string: of its format, of its pattern, or of x's.
func text(k keywords) (any, error) {
	least, most := integer(k, "minLength", 0), integer(k, "maxLength", maxString)
	if least > maxString {
		return nil, fmt.Errorf("%w: a string of at least %d characters is wanted", ErrSynthesis, least)
	}
	if p, ok := k["pattern"].(string); ok {
		return matching(p, least)
	}
	format, _ := k["format"].(string)
	if s := formatted(format); s != "" && utf8.RuneCountInString(s) <= most {
		return pad(s, least), nil
	}
	return pad("x"[:min(1, most)], least), nil
}

func pad(s string, least int) string {
	return s + strings.Repeat("x", max(0, least-utf8.RuneCountInString(s)))
}

// formatted is an instance of a well-known format, from the reserved example
// names and addresses.
func formatted(format string) string {
	switch format {
	case "date-time":
		return "2025-01-01T00:00:00Z"
	case "date":
		return "2025-01-01"
	case "time":
		return "00:00:00Z"
	case "duration":
		return "PT1S"
	case "email", "idn-email":
		return "user@example.com"
	case "hostname", "idn-hostname":
		return "example.com"
	case "ipv4":
		return "192.0.2.1"
	case "ipv6":
		return "2001:db8::1"
	case "uri", "url", "iri":
		return "https://example.com/"
	case "uri-reference", "iri-reference":
		return "/"
	case "uuid":
		return "00000000-0000-4000-8000-000000000000"
	case "json-pointer":
		return "/x"
	case "regex":
		return "x"
	}
	return ""
}

// matching makes a string that a pattern matches. Where it comes out too short
// the repeats in the pattern are drawn out.
func matching(pattern string, least int) (any, error) {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSynthesis, err)
	}
	for _, more := range []int{0, 1, least} {
		budget := 100_000
		s := spell(tree, more, &budget)
		if budget < 0 {
			break
		}
		if utf8.RuneCountInString(s) >= least {
			return s, nil
		}
		if tree.Op != syntax.OpConcat || tree.Sub[len(tree.Sub)-1].Op != syntax.OpEndText {
			return pad(s, least), nil // an open end matches anything
		}
	}
	return nil, fmt.Errorf("%w: no string of at least %d characters found for the pattern %q", ErrSynthesis, least, short(pattern))
}

// spell writes a short match of a pattern, each repeat drawn out by more.
func spell(t *syntax.Regexp, more int, budget *int) string {
	if *budget--; *budget < 0 {
		return ""
	}
	repeat := func(n, limit int) string {
		if n += more; limit >= 0 {
			n = min(n, limit)
		}
		var b strings.Builder
		for range n {
			b.WriteString(spell(t.Sub[0], more, budget))
		}
		return b.String()
	}
	switch t.Op {
	case syntax.OpLiteral:
		return string(t.Rune)
	case syntax.OpCharClass:
		return string(readable(t.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return "x"
	case syntax.OpCapture:
		return spell(t.Sub[0], more, budget)
	case syntax.OpStar:
		return repeat(0, -1)
	case syntax.OpPlus:
		return repeat(1, -1)
	case syntax.OpQuest:
		return repeat(0, 1)
	case syntax.OpRepeat:
		return repeat(t.Min, t.Max)
	case syntax.OpAlternate:
		return spell(t.Sub[0], more, budget)
	case syntax.OpConcat:
		var b strings.Builder
		for _, sub := range t.Sub {
			b.WriteString(spell(sub, more, budget))
		}
		return b.String()
	}
	return "" // anchors and the empty match
}

// readable picks a letter or digit from a class where it has one.
func readable(ranges []rune) rune {
	for _, want := range "xaA01_- " {
		for i := 0; i+1 < len(ranges); i += 2 {
			if ranges[i] <= want && want <= ranges[i+1] {
				return want
			}
		}
	}
	if len(ranges) == 0 {
		return 'x'
	}
	return ranges[0]
}

// distinct alters the i-th of several like values so that it differs from the
// others.
func distinct(value any, i int, permitted []any) any {
	if len(permitted) > 0 {
		return permitted[i%len(permitted)]
	}
	switch v := value.(type) {
	case string:
		if i > 0 {
			return v + strconv.Itoa(i)
		}
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return json.Number(strconv.FormatInt(n+int64(i), 10))
		}
	case bool:
		return v != (i%2 == 1)
	}
	return value
}
