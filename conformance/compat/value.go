package compat

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// Instances are values as encoding/json makes them, numbers as json.Number.

// errNumber says that a number is too long to be reckoned with.
var errNumber = errors.New("it holds a number that is too long to be reckoned with")

// decode reads one value, all of whose numbers can be reckoned with.
func decode(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if !tame(v) {
		return nil, errNumber
	}
	return v, nil
}

func tame(v any) bool {
	switch v := v.(type) {
	case json.Number:
		mantissa, exponent, _ := strings.Cut(strings.ToLower(string(v)), "e")
		e, err := strconv.Atoi(exponent)
		return len(mantissa) < 200 && (exponent == "" || err == nil && -200 < e && e < 200)
	case []any:
		return !slices.ContainsFunc(v, func(one any) bool { return !tame(one) })
	case map[string]any:
		for _, one := range v {
			if !tame(one) {
				return false
			}
		}
	}
	return true
}

// rational is the exact value of a number, nil for what is none.
func rational(v any) *big.Rat {
	n, ok := v.(json.Number)
	if !ok {
		return nil
	}
	r, ok := new(big.Rat).SetString(string(n))
	if !ok {
		return nil
	}
	return r
}

// decimal writes a number; false if it has no finite decimal notation.
func decimal(r *big.Rat) (json.Number, bool) {
	if r.IsInt() {
		return json.Number(r.Num().String()), true
	}
	digits, exact := r.FloatPrec()
	return json.Number(r.FloatString(digits)), exact && digits < 400
}

func kindOf(v any) kind {
	switch v := v.(type) {
	case nil:
		return null
	case bool:
		return boolean
	case json.Number:
		if plain(string(v)) {
			return integer
		}
		if r := rational(v); r != nil && r.IsInt() {
			return integer
		}
		return fraction
	case string:
		return text
	case []any:
		return array
	}
	return object
}

// plain recognises the usual way to write an integer.
func plain(number string) bool {
	for i := range len(number) {
		if number[i] < '0' || number[i] > '9' {
			return false
		}
	}
	return number != ""
}

// canonical writes a value so that equal ones are written alike.
func canonical(v any) string {
	switch v := v.(type) {
	case json.Number:
		if plain(string(v)) {
			return string(v)
		}
		if r := rational(v); r != nil {
			return r.RatString()
		}
	case []any:
		parts := make([]string, len(v))
		for i, one := range v {
			parts[i] = canonical(one)
		}
		return "[" + strings.Join(parts, ",") + "]"
	case map[string]any:
		parts := make([]string, 0, len(v))
		for name, one := range v {
			parts = append(parts, strconv.Quote(name)+":"+canonical(one))
		}
		slices.Sort(parts)
		return "{" + strings.Join(parts, ",") + "}"
	case string:
		return strconv.Quote(v)
	}
	text, _ := json.Marshal(v)
	return string(text)
}

func equal(a, b any) bool { return kindOf(a) == kindOf(b) && canonical(a) == canonical(b) }
