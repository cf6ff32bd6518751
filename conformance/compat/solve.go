package compat

import (
	"fmt"
	"slices"
)

// Bounds on one question and on all of a comparison.
const (
	questionEffort = 300_000
	wholeEffort    = 1_000_000
	maxLevels      = 24 // of instances within instances
	maxModels      = 4  // that are kept of each question
	maxPatterns    = 5  // in one object, whose combinations are gone through
)

// goal asks that an instance fits a node, or that it does not.
type goal struct {
	node    *node
	refuted bool
}

func (g goal) key() int {
	if g.refuted {
		return -1 - g.node.id
	}
	return g.node.id
}

// answer is what is known of the instances that meet some goals. Models are
// likely instances, to be judged before anybody relies on them.
type answer struct {
	empty  bool // proven: there are none
	models []any
	why    string // with neither: what stood in the way
}

// solver answers whether goals can be met. Not safe for concurrent use.
type solver struct {
	*graph
	judge    judge
	known    map[string]answer
	open     map[string]int // questions being answered, with their level
	low      int            // the lowest of these that was relied on
	effort   int            // left for this question
	whole    int            // left for the comparison
	judging  int            // left for judging models
	singles  map[*literal]*node
	complete bool // whether this question was answered within its effort
}

func newSolver(g *graph) *solver {
	s := &solver{graph: g, known: map[string]answer{}, open: map[string]int{}, whole: wholeEffort, singles: map[*literal]*node{}}
	s.judge = judge{&s.judging}
	return s
}

// ask answers a question about whole instances.
func (s *solver) ask(goals ...goal) answer {
	s.effort = min(questionEffort, s.whole)
	s.judging = 20 * questionEffort
	s.complete = true
	before := s.effort
	a := s.solve(goals)
	s.whole -= before - max(s.effort, 0)
	return a
}

// spend takes effort and reports whether there was some.
func (s *solver) spend(n int) bool {
	s.effort -= n
	if s.effort < 0 {
		s.complete = false
	}
	return s.effort >= 0
}

const (
	tooLong  = "the schemas are too intricate to decide within bounds"
	unproven = "no instance was found that shows the difference, nor a proof that there is none"
)

// reason chooses the first of two reasons, unless the other says more.
func reason(first, other string) string {
	if first == "" || first == unproven && other != "" {
		return other
	}
	return first
}

// solve answers one question, at any level. A question that is met again within
// itself is about a smaller instance, so that by induction it has none.
func (s *solver) solve(goals []goal) answer {
	key := keyOf(goals)
	if a, ok := s.known[key]; ok {
		return a
	}
	if level, ok := s.open[key]; ok {
		s.low = min(s.low, level)
		return answer{empty: true}
	}
	level := len(s.open)
	if level > maxLevels || !s.spend(1) {
		s.complete = false
		return answer{why: tooLong}
	}
	s.open[key] = level
	outer := s.low
	s.low = level
	a := s.byKind(goals)
	delete(s.open, key)
	if s.complete && (s.low >= level || len(a.models) > 0) {
		s.known[key] = a
	}
	s.low = min(outer, s.low)
	return a
}

func keyOf(goals []goal) string {
	ids := make([]int, len(goals))
	for i, g := range goals {
		ids[i] = g.key()
	}
	slices.Sort(ids)
	return fmt.Sprint(slices.Compact(ids))
}

// byKind answers for each JSON type in turn.
func (s *solver) byKind(goals []goal) answer {
	all := answer{empty: true}
	for _, k := range kinds {
		b := &branch{solver: s, kind: k, seen: map[int]bool{}, goals: goals}
		a := b.decide(goals)
		all.join(a)
	}
	return all
}

// join adds what holds of other instances.
func (a *answer) join(b answer) {
	a.empty = a.empty && b.empty
	a.why = reason(a.why, b.why)
	have := map[string]bool{}
	for _, m := range a.models {
		have[canonical(m)] = true
	}
	for _, m := range b.models {
		if len(a.models) < 2*maxModels && !have[canonical(m)] {
			a.models = append(a.models, m)
		}
	}
}
