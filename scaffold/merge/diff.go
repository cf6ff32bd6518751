package merge

import "slices"

// hunk says that the lines [b0,b1) of the base became the lines [s0,s1) of a
// side.
type hunk struct{ b0, b1, s0, s1 int }

// maxEdits bounds the lines that differ between two texts, and by it the time
// (edits × lines) and the memory (edits², 16 MiB) of a comparison.
const maxEdits = 2000

// diff finds a shortest list of hunks that leads from base to side, in order
// and never touching each other (Myers 1986). Texts that have almost nothing in
// common are one hunk from their first to their last difference.
func diff(base, side []string) []hunk {
	head := 0
	for head < min(len(base), len(side)) && base[head] == side[head] {
		head++
	}
	tail := 0
	for tail < min(len(base), len(side))-head && base[len(base)-1-tail] == side[len(side)-1-tail] {
		tail++
	}
	a, b := base[head:len(base)-tail], side[head:len(side)-tail]
	if len(a) == 0 && len(b) == 0 {
		return nil
	}
	if len(a) == 0 || len(b) == 0 {
		return []hunk{{head, head + len(a), head, head + len(b)}}
	}
	hunks := shortest(a, b)
	for i := range hunks {
		hunks[i].b0 += head
		hunks[i].b1 += head
		hunks[i].s0 += head
		hunks[i].s1 += head
	}
	return hunks
}

// shortest walks forward along the diagonals k = x-y, as far as each number of
// edits d reaches, and then back along the furthest reaching path.
func shortest(a, b []string) []hunk {
	most := min(len(a)+len(b), maxEdits)
	reach := make([]int32, 2*most+2) // reach[most+k]: the furthest x on diagonal k
	var trace [][]int32              // trace[d]: reach of the diagonals -d…d before edit d
	for d := 0; d <= most; d++ {
		trace = append(trace, slices.Clone(reach[most-d:most+d+1]))
		for k := -d; k <= d; k += 2 {
			x := step(reach, most, d, k)
			for x < len(a) && x-k < len(b) && a[x] == b[x-k] {
				x++
			}
			reach[most+k] = int32(x)
			if x >= len(a) && x-k >= len(b) {
				return back(trace, len(a), len(b))
			}
		}
	}
	return []hunk{{0, len(a), 0, len(b)}}
}

// step makes edit d onto diagonal k: down from k+1 (a line of b is inserted) or
// right from k-1 (a line of a is deleted), whichever gets further.
func step(reach []int32, middle, d, k int) int {
	switch {
	case d == 0:
		return 0
	case k == -d || k != d && reach[middle+k-1] < reach[middle+k+1]:
		return int(reach[middle+k+1])
	}
	return int(reach[middle+k-1]) + 1
}

// back collects the edits of the path that ended at (x, y), last first, and
// joins neighbours to hunks.
func back(trace [][]int32, x, y int) []hunk {
	var hunks []hunk
	for d := len(trace) - 1; d > 0; d-- {
		k := x - y
		before := trace[d] // holds diagonals -d…d, those of parity d-1 being of edit d-1
		from := k - 1
		if k == -d || k != d && before[d+k-1] < before[d+k+1] {
			from = k + 1
		}
		px := int(before[d+from])
		py := px - from
		edit := hunk{px, px, py, py}
		if from == k+1 {
			edit.s1++
		} else {
			edit.b1++
		}
		if last := len(hunks) - 1; last >= 0 && hunks[last].b0 == edit.b1 && hunks[last].s0 == edit.s1 {
			hunks[last].b0, hunks[last].s0 = edit.b0, edit.s0
		} else {
			hunks = append(hunks, edit)
		}
		x, y = px, py
	}
	slices.Reverse(hunks)
	return hunks
}
