package pack

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/mcpctl/mcpctl/scaffold"
)

// candidates is how many rows are tried for each that is kept: more of them
// make the cover smaller, by less and less.
const candidates = 30

// Row is one choice of features: the names of those that are on, sorted. All
// others of the template are off.
type Row []string

// setting is a feature in one of its two states.
type setting struct {
	feature int
	on      bool
}

// pair is two settings that some row is to hold; the smaller feature first.
type pair [2]setting

// Cover answers rows that hold every pair of settings which the features'
// rules allow: each two features both on, both off, and one without the other.
// Faults of combinations are nearly always faults of two, and the rows that
// hold all pairs grow with the logarithm of the features, not with their power.
// The first row has every feature on that may be, the second none. Equal
// features give equal rows.
func Cover(features []scaffold.Feature) []Row {
	g := newGrid(features)
	missing := g.pairs()
	var rows []Row
	for _, start := range []bool{true, false} {
		row := g.blank()
		for i := range features {
			row.set(setting{i, start}) // what contradicts an earlier one stays as that wants it
		}
		row.strike(missing)
		if on := row.names(); len(rows) == 0 || len(on) < len(rows[0]) {
			rows = append(rows, on)
		}
	}
	//nolint:gosec // equal features are to give equal rows
	for shuffle := rand.New(rand.NewPCG(1, uint64(len(features)))); len(missing) > 0; {
		best, gain := g.blank(), 0
		for range candidates {
			if row := g.grow(missing, shuffle.Perm(len(features))); row.count(missing) > gain {
				best, gain = row, row.count(missing)
			}
		}
		best.strike(missing)
		rows = append(rows, best.names())
	}
	return rows
}

// grid is the features and what each setting forces.
type grid struct {
	names  []string
	forces map[setting][]setting // all that follows, the setting itself included
}

func newGrid(features []scaffold.Feature) *grid {
	g := &grid{forces: map[setting][]setting{}}
	at := map[string]int{}
	for i, f := range features {
		g.names = append(g.names, f.Name)
		at[f.Name] = i
	}
	direct := map[setting][]setting{}
	follow := func(a, b setting) { direct[a] = append(direct[a], b) }
	for i, f := range features {
		for _, r := range f.Requires {
			if j, known := at[r]; known {
				follow(setting{i, true}, setting{j, true})
				follow(setting{j, false}, setting{i, false})
			}
		}
		for _, c := range f.Conflicts {
			if j, known := at[c]; known {
				follow(setting{i, true}, setting{j, false})
				follow(setting{j, true}, setting{i, false})
			}
		}
	}
	for i := range features {
		for _, on := range []bool{false, true} {
			g.forces[setting{i, on}] = closure(setting{i, on}, direct)
		}
	}
	return g
}

// closure is all that follows from a setting, itself first.
func closure(from setting, direct map[setting][]setting) []setting {
	all := []setting{from}
	for i := 0; i < len(all); i++ {
		for _, next := range direct[all[i]] {
			if !slices.Contains(all, next) {
				all = append(all, next)
			}
		}
	}
	return all
}

// pairs are all pairs that some row can hold.
func (g *grid) pairs() map[pair]bool {
	all := map[pair]bool{}
	for i := range g.names {
		for j := i + 1; j < len(g.names); j++ {
			for _, p := range []pair{{{i, true}, {j, true}}, {{i, true}, {j, false}}, {{i, false}, {j, true}}, {{i, false}, {j, false}}} {
				if row := g.blank(); row.set(p[0]) && row.set(p[1]) {
					all[p] = true
				}
			}
		}
	}
	return all
}

// draft is a row that is being made: settings not yet decided are absent.
type draft struct {
	grid  *grid
	state map[int]bool
}

func (g *grid) blank() draft { return draft{g, map[int]bool{}} }

// set decides a feature and what follows from it, or nothing at all when that
// contradicts what is decided already.
func (d draft) set(s setting) bool {
	if !d.allows(s) {
		return false
	}
	for _, f := range d.grid.forces[s] {
		d.state[f.feature] = f.on
	}
	return true
}

func (d draft) allows(s setting) bool {
	wanted := map[int]bool{}
	for _, f := range d.grid.forces[s] {
		if on, decided := d.state[f.feature]; decided && on != f.on {
			return false
		}
		if on, twice := wanted[f.feature]; twice && on != f.on {
			return false // the setting contradicts itself: a feature that requires what it conflicts with
		}
		wanted[f.feature] = f.on
	}
	return true
}

// grow makes a row around the first missing pair: each further feature, in the
// given order, is set to what brings more missing pairs along.
func (g *grid) grow(missing map[pair]bool, order []int) draft {
	row := g.blank()
	first := slices.MinFunc(slices.Collect(maps.Keys(missing)), earlier)
	row.set(first[0])
	row.set(first[1])
	for _, i := range order {
		if _, decided := row.state[i]; decided {
			continue
		}
		on, off := setting{i, true}, setting{i, false}
		if row.gain(on, missing) >= row.gain(off, missing) {
			row.set(on)
		}
		row.set(off) // changes nothing where the feature was just put on
	}
	return row
}

// gain is how many missing pairs a setting makes with those decided already;
// -1 when it contradicts them.
func (d draft) gain(s setting, missing map[pair]bool) (n int) {
	if !d.allows(s) {
		return -1
	}
	for _, f := range d.grid.forces[s] {
		for other, on := range d.state {
			p := pair{f, {other, on}}
			if other < f.feature {
				p = pair{{other, on}, f}
			}
			if missing[p] {
				n++
			}
		}
	}
	return n
}

func (d draft) holds(p pair) bool {
	a, decided := d.state[p[0].feature]
	b, too := d.state[p[1].feature]
	return decided && too && a == p[0].on && b == p[1].on
}

func (d draft) count(missing map[pair]bool) (n int) {
	for p := range missing {
		if d.holds(p) {
			n++
		}
	}
	return n
}

// strike removes the pairs that the row holds.
func (d draft) strike(missing map[pair]bool) {
	maps.DeleteFunc(missing, func(p pair, _ bool) bool { return d.holds(p) })
}

func (d draft) names() Row {
	row := Row{}
	for i, name := range d.grid.names {
		if d.state[i] {
			row = append(row, name)
		}
	}
	slices.Sort(row)
	return row
}

// earlier orders pairs by feature, on before off.
func earlier(a, b pair) int {
	rank := func(s setting) int {
		if s.on {
			return 2 * s.feature
		}
		return 2*s.feature + 1
	}
	return cmp.Or(rank(a[0])-rank(b[0]), rank(a[1])-rank(b[1]))
}
