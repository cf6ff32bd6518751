package compat

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// maxDifferences bounds what is reported of one pair of schemas.
const maxDifferences = 200

// comparison is one run of Compare. What is accepted by narrow must be by wide.
type comparison struct {
	before, after *side
	narrow, wide  *side
	*solver
	proven bool // that narrow is within wide
	found  []Difference
	why    string // why nothing at all can be said
}

func newComparison(before, after *side, d Direction) *comparison {
	c := &comparison{before: before, after: after, narrow: before, wide: after}
	if d == Output {
		c.narrow, c.wide = after, before
	}
	var all []*node
	for i, s := range []*side{before, after} {
		root, err := decode(s.raw.Raw())
		if err != nil {
			c.why = err.Error()
			return c
		}
		doc := take([]string{"old", "new"}[i], root)
		s.root = doc.at("")
		all = append(all, doc.all...)
	}
	if turns(all) {
		c.why = "a schema refers to itself without end"
		return c
	}
	c.solver = newSolver(newGraph(all))
	return c
}

// turns reports whether a schema applies itself to the same instance, without
// end. Such a one has no meaning.
func turns(all []*node) bool {
	const doing, done = 1, 2
	state := map[*node]int{}
	var visit func(n *node) bool
	visit = func(n *node) bool {
		if n == nil || state[n] != 0 {
			return n != nil && state[n] == doing
		}
		state[n] = doing
		for _, l := range n.lits {
			switch l.op {
			case opAll, opAny, opOne, opNot, opIf, opWhen:
				if slices.ContainsFunc(l.kids, visit) {
					return true
				}
			}
		}
		state[n] = done
		return false
	}
	return slices.ContainsFunc(all, visit)
}

// result compares part by part and as a whole. The whole decides, since parts
// may be fine each and yet not together.
func (c *comparison) result() Result {
	if c.why != "" {
		d := c.whole(answer{})
		d.Why = c.why
		return c.summary(d)
	}
	whole := c.ask(goal{c.narrow.root, false}, goal{c.wide.root, true})
	c.proven = whole.empty
	w := &walk{comparison: c}
	w.pair("", []*node{c.before.root}, []*node{c.after.root}, func(n *node) *node { return n })
	if !c.proven && !slices.ContainsFunc(c.found, func(d Difference) bool { return d.Verdict != Compatible }) {
		return c.summary(c.whole(whole))
	}
	return c.summary()
}

func (c *comparison) summary(more ...Difference) Result {
	r := Result{Verdict: Compatible, Differences: append(c.found, more...)}
	slices.SortStableFunc(r.Differences, func(a, b Difference) int { return strings.Compare(a.Pointer, b.Pointer) })
	for _, d := range r.Differences {
		if d.Verdict == Breaking || d.Verdict == Unknown && r.Verdict == Compatible {
			r.Verdict = d.Verdict
		}
	}
	return r
}

// whole is a difference of the schemas as a whole.
func (c *comparison) whole(a answer) Difference {
	d := Difference{Message: "the schema as a whole differs", Before: c.before.raw, After: c.after.raw}
	c.weigh(&d, a)
	return d
}

// weigh gives a difference the verdict that an answer allows. A model becomes a
// witness only when the validator has found the same.
func (c *comparison) weigh(d *Difference, a answer) {
	if a.empty {
		d.Verdict = Compatible
		return
	}
	for _, model := range a.models {
		if w, ok := c.witness(model); ok {
			d.Verdict, d.Witness = Breaking, w
			return
		}
	}
	d.Verdict, d.Why = Unknown, a.why
	for _, s := range []*side{c.before, c.after} {
		if s.unjudged != "" {
			d.Why = s.unjudged
		}
	}
	if d.Why == "" {
		d.Why = unproven
	}
}

// witness judges a model by both schemas.
func (c *comparison) witness(model any) (mcp.Value, bool) {
	raw, err := json.Marshal(model)
	if err != nil || c.narrow.validator == nil || c.wide.validator == nil {
		return mcp.Value{}, false
	}
	if problems, err := c.narrow.validator.Validate(raw); err != nil || len(problems) > 0 {
		return mcp.Value{}, false
	}
	if problems, err := c.wide.validator.Validate(raw); err != nil || len(problems) == 0 {
		return mcp.Value{}, false
	}
	v, err := mcp.Parse(raw)
	return v, err == nil
}
