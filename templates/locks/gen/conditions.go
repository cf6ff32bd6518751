package main

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var marker = regexp.MustCompile(`^\s*(?://|#)mcpctl:(if|end)\s*(.*?)\s*$`)

// superset is a template's text as it is with every feature, and the condition
// under which each of its lines stands there; empty: always.
func superset(text []byte) (lines, conditions []string, err error) {
	var open []string
	for line := range strings.Lines(string(text)) {
		m := marker.FindStringSubmatch(line)
		switch {
		case m == nil && strings.Contains(line, "mcpctl:else"):
			return nil, nil, fmt.Errorf("an else cannot be locked: %s", strings.TrimSpace(line))
		case m == nil:
			lines, conditions = append(lines, line), append(conditions, both(open))
		case m[1] == "if":
			open = append(open, m[2])
		case len(open) == 0:
			return nil, nil, fmt.Errorf("an end without an if")
		default:
			open = open[:len(open)-1]
		}
	}
	return lines, conditions, nil
}

func both(conditions []string) string {
	if len(conditions) < 2 {
		return strings.Join(conditions, "")
	}
	var all []string
	for _, c := range conditions {
		if strings.Contains(c, "||") {
			c = "(" + c + ")"
		}
		all = append(all, c)
	}
	return strings.Join(all, " && ")
}

// graph is which packages need which, by the names that the lock has for them.
type graph map[string][]string

// needed answers for each package the condition under which one of the roots
// needs it, by the roots' own conditions.
func needed(g graph, roots map[string]string) map[string]string {
	under := map[string][]string{}
	for _, root := range slices.Sorted(keys(roots)) {
		for name := range g.reach(root) {
			if !slices.Contains(under[name], roots[root]) {
				under[name] = append(under[name], roots[root])
			}
		}
	}
	result := map[string]string{}
	for name, conditions := range under {
		if !slices.Contains(conditions, "") {
			slices.Sort(conditions)
			result[name] = strings.Join(conditions, " || ")
		} else {
			result[name] = ""
		}
	}
	return result
}

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func (g graph) reach(root string) map[string]bool {
	found := map[string]bool{root: true}
	for next := []string{root}; len(next) > 0; {
		name := next[0]
		next = next[1:]
		for _, n := range g[name] {
			if !found[n] {
				found[n] = true
				next = append(next, n)
			}
		}
	}
	return found
}

// regions writes blocks of lines, those with a condition between markers.
type regions struct {
	out    bytes.Buffer
	marker string // what begins a comment
	open   string
}

func (r *regions) write(condition, indent, text string) {
	if condition != r.open {
		r.end(indent)
		if condition != "" {
			fmt.Fprintf(&r.out, "%s%smcpctl:if %s\n", indent, r.marker, condition)
		}
		r.open = condition
	}
	r.out.WriteString(text)
}

func (r *regions) end(indent string) {
	if r.open != "" {
		fmt.Fprintf(&r.out, "%s%smcpctl:end\n", indent, r.marker)
		r.open = ""
	}
}
