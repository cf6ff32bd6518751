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

// number draws among the bounds, their neighbours and numbers at which programs
// go wrong.
func (d *drawing) number(k keywords, whole bool) (any, error) {
	b := intervalOf(k)
	candidates := []float64{0, 1, -1, 2, 10, 255, 65_536, 1<<31 - 1, -1 << 31, 1 << 32, 1<<53 - 1, -(1<<53 - 1)}
	if !whole {
		candidates = append(candidates, 0.1, -1.5, 1e-9, 3.141592653589793, 1e21)
	}
	for _, end := range []float64{b.low, b.high} {
		if !math.IsInf(end, 0) {
			near := []float64{end, end - 1, end + 1}
			candidates = append(candidates, append(near, near...)...)
		}
	}
	if width := b.high - b.low; !math.IsInf(width, 0) && width > 0 {
		at := b.low + d.random.Float64()*width
		candidates = append(candidates, at, at, math.Floor(at), math.Floor(at))
	}
	for range 12 {
		f := pickOne(d.random, candidates)
		if b.step > 0 {
			f = math.Round(f/b.step) * b.step
		}
		if b.has(f) && (!whole || f == math.Trunc(f)) {
			return asNumber(f), nil
		}
	}
	return number(k, whole)
}

// interval is where the keywords want a number.
type interval struct {
	low, high         float64
	openLow, openHigh bool // the bound itself is out
	step              float64
}

func intervalOf(k keywords) interval {
	b := interval{low: math.Inf(-1), high: math.Inf(1)}
	read := func(keyword string) (float64, bool) {
		n, ok := k[keyword].(json.Number)
		f, err := n.Float64()
		return f, ok && err == nil
	}
	if f, ok := read("minimum"); ok {
		b.low, b.openLow = f, k["exclusiveMinimum"] == true // draft-04
	}
	if f, ok := read("maximum"); ok {
		b.high, b.openHigh = f, k["exclusiveMaximum"] == true
	}
	if f, ok := read("exclusiveMinimum"); ok && f >= b.low {
		b.low, b.openLow = f, true
	}
	if f, ok := read("exclusiveMaximum"); ok && f <= b.high {
		b.high, b.openHigh = f, true
	}
	b.step, _ = read("multipleOf")
	return b
}

func (b interval) has(f float64) bool {
	return f >= b.low && f <= b.high && (!b.openLow || f > b.low) && (!b.openHigh || f < b.high)
}

// asNumber writes a float the way people and programs do.
func asNumber(f float64) json.Number {
	if f == math.Trunc(f) && math.Abs(f) < 1e18 {
		return json.Number(strconv.FormatInt(int64(f), 10))
	}
	return json.Number(strconv.FormatFloat(f, 'g', -1, 64))
}

// oddTexts are texts at which programs go wrong: empty, blank, with quotes and
// line ends, outside ASCII and outside the first plane, right to left, composed,
// and such as look like another type. None of them is a command or a path.
func oddTexts() []string {
	return []string{"", "x", "hello world", "Ünïcödé", "日本語", "👩‍👩‍👧‍👦", "e\u0301", "مرحبا", " ", "\n", "a\tb", `"'\`,
		"<b>&amp;</b>", "{{x}}", "%s%d", "0", "-1", "true", "null", "\u200b", "\u0000", "\U0001F600"}
}

// text draws a string: of its pattern, of its format, or any.
func (d *drawing) text(k keywords) (any, error) {
	least, most := integer(k, "minLength", 0), integer(k, "maxLength", maxString)
	if least > maxString {
		return nil, fmt.Errorf("%w: a string of at least %d characters is wanted", ErrSynthesis, least)
	}
	if p, ok := k["pattern"].(string); ok {
		return d.match(p, least, most)
	}
	if format, ok := k["format"].(string); ok {
		if known := formats(format); len(known) > 0 {
			return pad(pickOne(d.random, known), least), nil
		}
	}
	odd := oddTexts()
	word := []rune(pickOne(d.random, odd))
	for d.chance(0.3) {
		word = append(word, []rune(pickOne(d.random, odd))...)
	}
	var length int
	switch d.random.IntN(8) {
	case 0:
		length = least
	case 1:
		length = min(most, 300)
	case 2:
		length = min(most, 64+d.random.IntN(2000))
	default:
		length = min(max(len(word), least), most)
	}
	if len(word) == 0 {
		word = []rune("x")
		if least == 0 {
			length = 0
		}
	}
	var b strings.Builder
	for i := range max(length, least) {
		b.WriteRune(word[i%len(word)])
	}
	return b.String(), nil
}

// formats are instances of a well-known format, the plainest first.
func formats(format string) []string {
	plain := formatted(format)
	if plain == "" {
		return nil
	}
	var more []string
	switch format {
	case "date-time":
		more = []string{"1970-01-01T00:00:00Z", "2024-02-29T23:59:59.999999Z", "2025-06-30T12:00:00+14:00", "9999-12-31T23:59:59Z"}
	case "date":
		more = []string{"1970-01-01", "2024-02-29", "9999-12-31"}
	case "time":
		more = []string{"23:59:59Z", "12:00:00.5+05:30"}
	case "duration":
		more = []string{"P1Y2M3DT4H5M6S", "PT0S"}
	case "email", "idn-email":
		more = []string{"a@example.com", "first.last+tag@sub.example.com"}
	case "ipv4":
		more = []string{"198.51.100.255", "203.0.113.0"}
	case "ipv6":
		more = []string{"2001:db8:0:0:0:0:0:ffff"}
	case "uri", "url", "iri":
		more = []string{"https://example.com/a%20b?q=1#f", "urn:example:x"}
	case "uuid":
		more = []string{"ffffffff-ffff-4fff-bfff-ffffffffffff"}
	}
	return append([]string{plain}, more...)
}

// match draws a string that a pattern matches.
func (d *drawing) match(pattern string, least, most int) (string, error) {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrSynthesis, err)
	}
	for range 4 {
		budget := 2000
		s := d.spell(tree, &budget)
		if n := utf8.RuneCountInString(s); budget >= 0 && n >= least && n <= most {
			return s, nil
		}
	}
	plain, err := matching(pattern, least)
	if err != nil {
		return "", err
	}
	return plain.(string), nil
}

// spell writes a match of a pattern.
func (d *drawing) spell(t *syntax.Regexp, budget *int) string {
	if *budget--; *budget < 0 {
		return ""
	}
	low, high := 1, 1
	switch t.Op {
	case syntax.OpLiteral:
		return string(t.Rune)
	case syntax.OpCharClass:
		return string(d.oneOf(t.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return string(pickOne(d.random, []rune("aZ9 -_é日😀")))
	case syntax.OpAlternate:
		return d.spell(pickOne(d.random, t.Sub), budget)
	case syntax.OpCapture, syntax.OpConcat:
	case syntax.OpStar:
		low, high = 0, 4
	case syntax.OpPlus:
		high = 5
	case syntax.OpQuest:
		low = 0
	case syntax.OpRepeat:
		if low, high = t.Min, t.Max; high < 0 || high > low+8 {
			high = low + 8
		}
	default:
		return "" // anchors and the empty match
	}
	var b strings.Builder
	for range low + d.random.IntN(high-low+1) {
		for _, sub := range t.Sub {
			b.WriteString(d.spell(sub, budget))
		}
	}
	return b.String()
}

// oneOf draws from a class of characters, readable ones by preference.
func (d *drawing) oneOf(ranges []rune) rune {
	if len(ranges) < 2 || d.chance(0.2) {
		return readable(ranges)
	}
	for range 8 {
		i := 2 * d.random.IntN(len(ranges)/2)
		r := ranges[i] + rune(d.random.Int64N(int64(ranges[i+1]-ranges[i])+1))
		if utf8.ValidRune(r) && (r >= ' ' && r < 0x7f || d.chance(0.3)) {
			return r
		}
	}
	return readable(ranges)
}
