package schema

import (
	"encoding/json"
	"math"
	"strconv"
)

const (
	maxShrinkAsked  = 400    // times that the predicate is asked
	maxShrinkJudged = 20_000 // candidates looked at
)

// Shrink looks for the smallest variation of value for which still holds, as it
// does for value: members and items are left out, texts and numbers made plain.
// A value that raw, a schema, admits stays admitted and one that it refuses stays
// refused; without raw (nil, or no usable schema) anything goes. The predicate is
// asked at most 400 times, one after the other, about values of its own; one that
// always says no ends it soon. Equal arguments give equal results.
func Shrink(raw []byte, value any, still func(any) bool) any {
	s := &shrinker{best: clone(value), text: compact(value), still: still, tried: map[string]bool{}}
	if v, err := Compile(raw); raw != nil && err == nil {
		problems, err := v.judge(clone(value))
		if err == nil {
			s.validator, s.valid = v, len(problems) == 0
			if plain, err := example(v, raw); err == nil && s.valid {
				s.accept(plain)
			}
		}
	}
	for s.round() {
	}
	return s.best
}

type shrinker struct {
	best      any
	text      string // best as JSON
	still     func(any) bool
	validator *Validator // nil without schema
	valid     bool
	tried     map[string]bool
	asked     int
}

// round tries every smaller variation of the best value until one is accepted.
func (s *shrinker) round() bool {
	done := false
	smaller(s.best, func(candidate any) bool {
		done = s.accept(candidate)
		return !done && !s.spent()
	})
	return done && !s.spent()
}

func (s *shrinker) spent() bool { return s.asked >= maxShrinkAsked || len(s.tried) >= maxShrinkJudged }

// accept takes a candidate as the best if it is smaller and the predicate holds.
func (s *shrinker) accept(candidate any) bool {
	text := compact(candidate)
	if len(text) > len(s.text) || len(text) == len(s.text) && text >= s.text || s.tried[text] || s.spent() {
		return false
	}
	s.tried[text] = true
	if s.validator != nil {
		problems, err := s.validator.judge(candidate)
		if err != nil || (len(problems) == 0) != s.valid {
			return false
		}
	}
	s.asked++
	if !s.still(clone(candidate)) {
		return false
	}
	s.best, s.text = clone(candidate), text
	return true
}

// smaller gives the variations of a value that may be smaller, the boldest
// first, until yield says that it is enough. They share parts with the value.
func smaller(value any, yield func(any) bool) bool {
	switch v := value.(type) {
	case map[string]any:
		return smallerObject(v, yield)
	case []any:
		return smallerList(v, yield)
	case string:
		return smallerText([]rune(v), yield)
	case json.Number:
		return smallerNumber(v, yield)
	case bool:
		return v || yield(true) // four letters against five
	}
	return true
}

func smallerObject(v map[string]any, yield func(any) bool) bool {
	if !yield(map[string]any{}) {
		return false
	}
	names := sorted(v)
	without := func(dropped []string) map[string]any {
		rest := make(map[string]any, len(v))
		for name, member := range v {
			rest[name] = member
		}
		for _, name := range dropped {
			delete(rest, name)
		}
		return rest
	}
	for size := len(names) / 2; size > 0; size /= 2 {
		for from := 0; from < len(names); from += size {
			if !yield(without(names[from:min(from+size, len(names))])) {
				return false
			}
		}
	}
	for _, name := range names {
		more := smaller(v[name], func(part any) bool {
			changed := without(nil)
			changed[name] = part
			return yield(changed)
		})
		if !more {
			return false
		}
	}
	return true
}

func smallerList(v []any, yield func(any) bool) bool {
	if !yield([]any{}) {
		return false
	}
	for size := (len(v) + 1) / 2; size > 0; size /= 2 {
		for from := 0; from < len(v); from += size {
			rest := append(append([]any{}, v[:from]...), v[min(from+size, len(v)):]...)
			if !yield(rest) {
				return false
			}
		}
	}
	for i := range v {
		more := smaller(v[i], func(part any) bool {
			changed := append([]any{}, v...)
			changed[i] = part
			return yield(changed)
		})
		if !more {
			return false
		}
	}
	return true
}

func smallerText(v []rune, yield func(any) bool) bool {
	for _, plain := range []string{"", "x"} {
		if !yield(plain) {
			return false
		}
	}
	for size := len(v) / 2; size > 0; size /= 2 {
		for from := 0; from < len(v); from += size {
			if !yield(string(v[:from]) + string(v[min(from+size, len(v)):])) {
				return false
			}
		}
	}
	for i := range v[:min(len(v), 64)] {
		if !yield(string(v[:i]) + "a" + string(v[i+1:])) {
			return false
		}
	}
	return true
}

func smallerNumber(v json.Number, yield func(any) bool) bool {
	f, err := v.Float64()
	if err != nil {
		return yield(json.Number("0"))
	}
	candidates := []float64{0, 1, -1, math.Trunc(f), math.Trunc(f / 10), math.Abs(f)}
	for rest := f / 2; math.Abs(rest) >= 1; rest /= 2 { // closer and closer to f, to find a bound in few steps
		candidates = append(candidates, math.Trunc(f-rest))
	}
	for _, plain := range append(candidates, f-1, f+1) {
		if !yield(json.Number(strconv.FormatFloat(plain, 'f', -1, 64))) {
			return false
		}
	}
	return true
}
