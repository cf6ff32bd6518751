package compat

import "slices"

// leaf answers for the literals alone, with as many models as wanted. It never
// finds a branch empty on the strength of choices not made.
func (b *branch) leaf(models int) answer {
	if values, ok := b.listed(); ok {
		return b.among(values, true, models)
	}
	switch b.kind {
	case null:
		return b.among([]any{nil}, true, models)
	case boolean:
		return b.among([]any{false, true}, true, models)
	case integer, fraction:
		return b.numbers(models)
	case text:
		return b.texts(models)
	case array:
		return b.arrays(models)
	}
	return b.objects(models)
}

// listed are the values to which enum and const hold the branch, if any do.
func (b *branch) listed() ([]any, bool) {
	for _, l := range b.wanted {
		if l.op == opEnum {
			b.spend(len(l.values) / 8)
			return slices.DeleteFunc(slices.Clone(l.values), func(v any) bool { return kindOf(v) != b.kind }), true
		}
	}
	return nil, false
}

// among answers from candidates; if these are all that there may be, none that
// fits is a proof.
func (b *branch) among(values []any, complete bool, models int) answer {
	a := answer{empty: complete, why: b.why}
	for _, v := range values {
		fits := b.fits(v)
		if fits == no {
			continue
		}
		a.empty = false
		if len(a.models) < models && (models == 0 || b.meets(v)) {
			a.models = append(a.models, v)
		}
		if models == 0 || len(a.models) >= models {
			break
		}
	}
	if !a.empty {
		a.why = reason(a.why, unproven)
	}
	return a
}

// fits judges a value by the literals of the branch.
func (b *branch) fits(v any) truth {
	all := yes
	for _, l := range b.wanted {
		all = min(all, b.judge.literal(l, v, b.kind, 0))
	}
	for _, l := range b.refused {
		all = min(all, b.judge.literal(l, v, b.kind, 0).flip())
	}
	return all
}

// meets judges a model by the goals.
func (b *branch) meets(v any) bool {
	for _, g := range b.goals {
		if b.judge.goal(g, v) == no {
			return false
		}
	}
	return true
}
