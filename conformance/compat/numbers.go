package compat

import (
	"math/big"
)

// maxListed is how many numbers or texts are gone through one by one.
const maxListed = 400

// span is what bounds leave of the numbers. A nil end is open.
type span struct {
	low, high             *big.Rat
	lowStrict, highStrict bool
}

func (s *span) atLeast(r *big.Rat, strict bool) {
	c := 1
	if s.low != nil {
		c = r.Cmp(s.low)
	}
	if c > 0 || c == 0 && strict {
		s.low, s.lowStrict = r, strict
	}
}

func (s *span) atMost(r *big.Rat, strict bool) {
	c := -1
	if s.high != nil {
		c = r.Cmp(s.high)
	}
	if c < 0 || c == 0 && strict {
		s.high, s.highStrict = r, strict
	}
}

func (s *span) empty() bool {
	if s.low == nil || s.high == nil {
		return false
	}
	c := s.low.Cmp(s.high)
	return c > 0 || c == 0 && (s.lowStrict || s.highStrict)
}

// numbers answers for numbers: by their bounds, and by the step between those
// that all divisors allow.
func (b *branch) numbers(models int) answer {
	var in span
	var step *big.Rat
	if b.kind == integer {
		step = big.NewRat(1, 1)
	}
	for _, l := range b.wanted {
		switch l.op {
		case opLower:
			in.atLeast(l.r, l.strict)
		case opUpper:
			in.atMost(l.r, l.strict)
		case opMultiple:
			step = common(step, l.r)
		}
	}
	for _, l := range b.refused {
		switch l.op {
		case opLower:
			in.atMost(l.r, !l.strict)
		case opUpper:
			in.atLeast(l.r, !l.strict)
		case opMultiple:
			if step != nil && new(big.Rat).Quo(step, l.r).IsInt() {
				return answer{empty: true} // all that step allows are multiples
			}
		}
	}
	if in.empty() || b.kind == fraction && step != nil && step.IsInt() {
		return answer{empty: true}
	}
	if step != nil {
		return b.steps(in, step, models)
	}
	if in.low != nil && in.high != nil && in.low.Cmp(in.high) == 0 {
		return answer{empty: in.low.IsInt(), models: b.among(fractions(in), false, models).models, why: b.why}
	}
	return b.among(fractions(in), false, models)
}

// common is the smallest number that two divide.
func common(a, b *big.Rat) *big.Rat {
	if a == nil {
		return b
	}
	// lcm(p/q, r/s) = lcm(p·s, r·q) / (q·s)
	x := new(big.Int).Mul(a.Num(), b.Denom())
	y := new(big.Int).Mul(b.Num(), a.Denom())
	g := new(big.Int).GCD(nil, nil, x, y)
	n := new(big.Int).Mul(x, new(big.Int).Quo(y, g))
	return new(big.Rat).SetFrac(n, new(big.Int).Mul(a.Denom(), b.Denom()))
}

// steps goes through the multiples of step, all of them if they are few, and
// otherwise some from each end and around zero.
func (b *branch) steps(in span, step *big.Rat, models int) answer {
	var first, last *big.Int // the multiples, counted in steps
	if in.low != nil {
		q := new(big.Rat).Quo(in.low, step)
		first = floor(q)
		if !q.IsInt() || in.lowStrict {
			first.Add(first, big.NewInt(1))
		}
	}
	if in.high != nil {
		q := new(big.Rat).Quo(in.high, step)
		last = floor(q)
		if q.IsInt() && in.highStrict {
			last.Sub(last, big.NewInt(1))
		}
	}
	var values []any
	add := func(from *big.Int, direction int64) {
		at := new(big.Int).Set(from)
		for range maxListed / 4 {
			if first != nil && at.Cmp(first) < 0 || last != nil && at.Cmp(last) > 0 {
				return
			}
			if n, ok := decimal(new(big.Rat).Mul(new(big.Rat).SetInt(at), step)); ok {
				values = append(values, n)
			}
			at.Add(at, big.NewInt(direction))
		}
	}
	count := -1 // unknown, or too many
	if first != nil && last != nil {
		further := new(big.Int).Sub(last, first)
		if further.Sign() < 0 {
			return answer{empty: true}
		}
		if further.Cmp(big.NewInt(maxListed/4)) < 0 {
			count = int(further.Int64()) + 1
		}
	}
	if count < 0 && models == 0 {
		return answer{}
	}
	zero := new(big.Int)
	switch {
	case count > 0:
		add(first, 1)
		return b.among(values, len(values) == count, models)
	case first != nil && first.Sign() > 0:
		add(first, 1)
	case last != nil && last.Sign() < 0:
		add(last, -1)
	default:
		add(zero, 1)
		add(big.NewInt(-1), -1)
		if first != nil {
			add(first, 1)
		}
	}
	if last != nil {
		add(last, -1)
	}
	return b.among(values, false, models)
}

func floor(r *big.Rat) *big.Int {
	return new(big.Int).Div(r.Num(), r.Denom()) // Euclidean, and denominators are positive
}

// fractions are some numbers in a span that are no integers.
func fractions(in span) []any {
	low, high := in.low, in.high
	switch {
	case low == nil && high == nil:
		low, high = big.NewRat(0, 1), big.NewRat(1, 1)
	case low == nil:
		low = new(big.Rat).Sub(high, big.NewRat(1, 1))
	case high == nil:
		high = new(big.Rat).Add(low, big.NewRat(1, 1))
	}
	width := new(big.Rat).Sub(high, low)
	var values []any
	for _, share := range []*big.Rat{big.NewRat(1, 2), big.NewRat(0, 1), big.NewRat(1, 1), big.NewRat(1, 4), big.NewRat(1, 10),
		big.NewRat(9, 10), big.NewRat(37, 128), big.NewRat(173, 1000), big.NewRat(1, 1_000_003_000)} {
		if n, ok := decimal(new(big.Rat).Add(low, new(big.Rat).Mul(share, width))); ok && kindOf(n) == fraction {
			values = append(values, n)
		}
	}
	return values
}
