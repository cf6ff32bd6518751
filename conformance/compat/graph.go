package compat

// maxRefining bounds how often nodes are looked at to find those that are alike.
const maxRefining = 400_000

// graph knows the nodes of both schemas, and those made up on the way, by what
// they mean.
type graph struct {
	known map[string]*node // by signature
	next  int
}

// newGraph gives nodes of like structure the same id, also where they refer to
// themselves: it takes all for alike, then splits what differs until nothing does.
func newGraph(all []*node) *graph {
	classes := 1
	for spent := 0; ; spent += len(all) {
		if spent > maxRefining {
			for i, n := range all { // none are alike, as far as anybody knows
				n.id = i
			}
			classes = len(all)
			break
		}
		ids := make([]int, len(all))
		found := map[string]int{}
		for i, n := range all {
			signature := n.signature()
			id, ok := found[signature]
			if !ok {
				id = len(found)
				found[signature] = id
			}
			ids[i] = id
		}
		for i, n := range all {
			n.id = ids[i]
		}
		if len(found) == classes {
			break
		}
		classes = len(found)
	}
	g := &graph{known: map[string]*node{}, next: classes}
	for _, n := range all {
		if signature := n.signature(); g.known[signature] == nil {
			g.known[signature] = n
		}
	}
	return g
}

// of is the node of some literals.
func (g *graph) of(lits ...*literal) *node {
	n := &node{lits: lits}
	signature := n.signature()
	if same, ok := g.known[signature]; ok {
		return same
	}
	n.id = g.next
	g.next++
	g.known[signature] = n
	return n
}

// all is the node that means several at once.
func (g *graph) all(nodes []*node) *node {
	if len(nodes) == 1 {
		return nodes[0]
	}
	return g.of(&literal{op: opAll, keyword: "allOf", kids: nodes})
}
