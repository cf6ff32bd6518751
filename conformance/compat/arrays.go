package compat

import "slices"

// maxPlaces bounds the items that are looked at one by one.
const maxPlaces = 64

// row is what the literals of a branch say about an array.
type row struct {
	*branch
	least, most int
	zones       int // items from here on are all alike
	some        []*literal
	rest        []*literal // refused opRest
	twins       bool       // two items must be equal
	note        string     // why an item is not decided
}

// arrays answers for arrays: by their length, and for each place by what all
// keywords ask of the item there.
func (b *branch) arrays(models int) answer {
	r := &row{branch: b, most: huge}
	r.read()
	if r.zones > maxPlaces {
		return answer{why: "an array has too many items that are described one by one"}
	}
	for i := 0; i <= r.zones && i < r.most; i++ {
		if r.item(i).empty { // nor can there be any behind it
			r.most = i
		}
	}
	if r.least > r.most {
		return answer{empty: true}
	}
	for _, l := range r.rest {
		if l.n >= r.most || !r.anywhere(l.n, goal{l.kids[0], true}) {
			return answer{empty: true}
		}
	}
	for _, l := range r.some {
		if r.tooFew(l) {
			return answer{empty: true}
		}
	}
	if models == 0 {
		return answer{}
	}
	a := b.among(r.arrays(), false, models)
	a.why = reason(a.why, r.note)
	return a
}

func (r *row) read() {
	for _, l := range r.wanted {
		r.zone(l)
		switch l.op {
		case opMinItems:
			r.least = max(r.least, l.n)
		case opMaxItems:
			r.most = min(r.most, l.n)
		case opAtLeast:
			r.some = append(r.some, l)
		}
	}
	for _, l := range r.refused {
		r.zone(l)
		switch l.op {
		case opMinItems:
			r.most = min(r.most, l.n-1)
		case opMaxItems:
			r.least = max(r.least, l.n+1)
		case opItem:
			r.least = max(r.least, l.n+1)
		case opRest:
			r.least = max(r.least, l.n+1)
			r.rest = append(r.rest, l)
		case opAtMost:
			r.some = append(r.some, &literal{op: opAtLeast, n: l.n + 1, kids: l.kids})
		case opUnique:
			r.twins, r.least = true, max(r.least, 2)
		}
	}
	for _, l := range r.some {
		r.least = max(r.least, l.n)
	}
}

// zone notes up to where items differ by their place.
func (r *row) zone(l *literal) {
	switch l.op {
	case opItem:
		r.zones = max(r.zones, l.n+1)
	case opRest:
		r.zones = max(r.zones, l.n)
	}
}

// duties is what must hold of the item at a place.
func (r *row) duties(i int) []goal {
	goals := []goal{}
	for _, l := range r.wanted {
		switch {
		case l.op == opItem && l.n == i, l.op == opRest && l.n <= i:
			goals = append(goals, goal{l.kids[0], false})
		case l.op == opAtMost && l.n == 0:
			goals = append(goals, goal{l.kids[0], true})
		}
	}
	for _, l := range r.refused {
		switch {
		case l.op == opItem && l.n == i:
			goals = append(goals, goal{l.kids[0], true})
		case l.op == opAtLeast && l.n == 1:
			goals = append(goals, goal{l.kids[0], true})
		}
	}
	return goals
}

func (r *row) item(i int, more ...goal) answer {
	a := r.solve(append(r.duties(i), more...))
	if !a.empty {
		r.note = reason(r.note, a.why)
	}
	return a
}

// anywhere reports whether an item from a place on may meet a goal.
func (r *row) anywhere(from int, g goal) bool { return r.places(from, g) > 0 }

// places counts where an item may meet a goal.
func (r *row) places(from int, g goal) int {
	count := 0
	for i := from; i < r.zones && i < r.most; i++ {
		if !r.item(i, g).empty {
			count++
		}
	}
	if tail := max(from, r.zones); tail < r.most && !r.item(tail, g).empty {
		return count + r.most - tail
	}
	return count
}

// tooFew reports whether fewer items can fit than must.
func (r *row) tooFew(l *literal) bool {
	if r.places(0, goal{l.kids[0], false}) < l.n {
		return true
	}
	limit := func(n int, kid *node) bool {
		return l.n > n && r.solve([]goal{{l.kids[0], false}, {kid, true}}).empty
	}
	return slices.ContainsFunc(r.wanted, func(o *literal) bool { return o.op == opAtMost && limit(o.n, o.kids[0]) }) ||
		slices.ContainsFunc(r.refused, func(o *literal) bool { return o.op == opAtLeast && limit(o.n-1, o.kids[0]) })
}

// arrays are candidates: of the least length and longer, with the items that are
// wanted somewhere at the start or the end.
func (r *row) arrays() []any {
	var wishes []goal
	from := 0
	for _, l := range r.rest {
		wishes = append(wishes, goal{l.kids[0], true})
		from = max(from, l.n)
	}
	for _, l := range r.some {
		for range min(l.n, maxPlaces) {
			wishes = append(wishes, goal{l.kids[0], false})
		}
	}
	var all []any
	for _, n := range []int{r.least, r.least + 1, max(r.least, len(wishes)), r.least + len(wishes)} {
		if n > r.most || n > 200 {
			continue
		}
		for _, start := range []int{0, from, n - len(wishes)} {
			for i := range maxModels {
				if list, ok := r.array(n, start, wishes, i); ok {
					all = append(all, list)
					if r.twins && n > 1 {
						all = append(all, twinned(list))
					}
				}
			}
		}
	}
	return all
}

// array makes one candidate; i chooses among the models of each item.
func (r *row) array(n, start int, wishes []goal, i int) ([]any, bool) {
	list := make([]any, 0, n)
	used := map[string]bool{}
	for at := range n {
		var more []goal
		if w := at - start; 0 <= w && w < len(wishes) {
			more = wishes[w : w+1]
		}
		models := r.item(at, more...).models
		if len(models) == 0 {
			return nil, false
		}
		pick := models[(i+at)%len(models)]
		if r.twins {
			pick = models[i%len(models)]
		}
		for _, m := range models { // unlike the others, if there is a choice
			if !r.twins && used[canonical(pick)] {
				pick = m
			}
		}
		used[canonical(pick)] = true
		list = append(list, pick)
	}
	return list, true
}

// twinned is an array whose last item is like the one before.
func twinned(list []any) []any {
	list = slices.Clone(list)
	list[len(list)-1] = list[len(list)-2]
	return list
}
