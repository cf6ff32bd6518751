package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// MaxDepth is how deep Validate looks into a value: deeper lists and objects
// count as empty. The only wire definition that goes so deep is JSONValue, and
// the cost of reporting a problem grows with the cube of its depth.
const MaxDepth = 128

// decode reads one JSON value, numbers kept as written.
func decode(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, fmt.Errorf("is not JSON: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("is more than one JSON value")
	}
	return value, nil
}

// prune makes value, which it may change, safe to judge: it empties what lies
// deeper than depth and tames numbers.
func prune(value any, depth int) any {
	switch v := value.(type) {
	case json.Number:
		return tame(v)
	case map[string]any:
		if depth == 0 {
			return map[string]any{}
		}
		for name, member := range v {
			v[name] = prune(member, depth-1)
		}
	case []any:
		if depth == 0 {
			return []any{}
		}
		for i, item := range v {
			v[i] = prune(item, depth-1)
		}
	}
	return value
}

// deeper reports whether value is nested more than depth levels deep.
func deeper(value any, depth int) bool {
	switch v := value.(type) {
	case map[string]any:
		for _, member := range v {
			if depth == 0 || deeper(member, depth-1) {
				return true
			}
		}
	case []any:
		for _, item := range v {
			if depth == 0 || deeper(item, depth-1) {
				return true
			}
		}
	}
	return false
}

// tame replaces a number that the validator would choke on: it does exact
// arithmetic, in which 1e999999 is a very long number and 1e9999999 a panic.
// Numbers that a float64 holds stay as they are.
func tame(n json.Number) json.Number {
	text := string(n)
	if len(text) < 300 && !strings.ContainsAny(text, "eE") {
		return n
	}
	switch f, err := strconv.ParseFloat(text, 64); {
	case err != nil && f > 0:
		return "1e400"
	case err != nil:
		return "-1e400"
	case f == 0 && strings.ContainsAny(mantissa(text), "123456789"):
		return "1e-400"
	case f == 0:
		return "0"
	case len(text) >= 300:
		return json.Number(strconv.FormatFloat(f, 'g', -1, 64))
	}
	return n
}

func mantissa(number string) string {
	if e := strings.IndexAny(number, "eE"); e >= 0 {
		return number[:e]
	}
	return number
}
