package traffic

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// number makes the tests of a field that has numbers: one, a comparison, or a
// range a..b with both ends.
func number(read func(string) (float64, error), of func(*probe) float64) func(string) (test, error) {
	return func(v string) (test, error) {
		if from, to, ok := strings.Cut(v, ".."); ok {
			low, err := read(from)
			if err != nil {
				return nil, err
			}
			high, err := read(to)
			if err != nil {
				return nil, err
			}
			return func(p *probe) bool { x := of(p); return x >= low && x <= high }, nil
		}
		for _, c := range comparisons {
			rest, ok := strings.CutPrefix(v, c.sign)
			if !ok {
				continue
			}
			want, err := read(rest)
			if err != nil {
				return nil, err
			}
			return func(p *probe) bool { return c.holds(of(p), want) }, nil
		}
		return nil, fmt.Errorf("%q cannot be read", v) // the last sign is empty
	}
}

// comparisons are the signs, those first that begin with another's.
var comparisons = []struct {
	sign  string
	holds func(a, b float64) bool
}{
	{">=", func(a, b float64) bool { return a >= b }},
	{"<=", func(a, b float64) bool { return a <= b }},
	{">", func(a, b float64) bool { return a > b }},
	{"<", func(a, b float64) bool { return a < b }},
	{"=", func(a, b float64) bool { return a == b }},
	{"", func(a, b float64) bool { return a == b }},
}

func plainNumber(v string) (float64, error) {
	n, err := strconv.Atoi(v)
	if err != nil {
		return 0, fmt.Errorf("%q is no number", v)
	}
	return float64(n), nil
}

// sizeOf reads bytes, as in 300, 10k or 1.5M; k is 1000.
func sizeOf(v string) (float64, error) {
	number, factor := strings.TrimSuffix(strings.ToLower(v), "b"), 1.0
	for _, unit := range []struct {
		name string
		of   float64
	}{{"k", 1e3}, {"m", 1e6}, {"g", 1e9}} {
		if rest, ok := strings.CutSuffix(number, unit.name); ok {
			number, factor = rest, unit.of
			break
		}
	}
	n, err := decimal(number)
	if err != nil {
		return 0, fmt.Errorf("%q is no size such as 300, 10k or 1.5M", v)
	}
	return n * factor, nil
}

// millisOf reads milliseconds, or a time with its unit.
func millisOf(v string) (float64, error) {
	if n, err := decimal(v); err == nil {
		return n, nil
	}
	d, err := time.ParseDuration(v)
	if err != nil {
		return 0, fmt.Errorf("%q is no time such as 200 (milliseconds) or 1.5s", v)
	}
	return float64(d) / float64(time.Millisecond), nil
}

// decimal is a number of digits and a point, without what strconv takes besides.
func decimal(v string) (float64, error) {
	if strings.Trim(v, "0123456789.") != "" {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseFloat(v, 64)
}
