package contract

import (
	"fmt"
	"strings"
)

// alike are changes that say the same of several subjects.
type alike struct {
	Change
	subjects []string
}

// revisions are those in which it changed, "" for all of them.
func (a alike) revisions() string {
	var names []string
	for _, r := range a.Revisions {
		names = append(names, string(r))
	}
	return strings.Join(names, ", ")
}

// mostSubjects is how many subjects are named before the rest is counted.
const mostSubjects = 4

// grouped puts the changes of a category together that say the same, in order.
func (d *Diff) grouped(category Category) []alike {
	var all []alike
	index := map[string]int{}
	for _, c := range d.Counting() {
		if c.Category != category {
			continue
		}
		key := fmt.Sprint(c.Rule, "\x00", c.Path, "\x00", c.Message, "\x00", c.Revisions, "\x00", c.CounterExample)
		i, known := index[key]
		if !known {
			i = len(all)
			index[key] = i
			all = append(all, alike{Change: c})
		}
		all[i].subjects = append(all[i].subjects, c.Subject)
	}
	return all
}

// who names the subjects, all of them if asked for.
func (a alike) who(whole bool) string {
	if whole || len(a.subjects) <= mostSubjects {
		return strings.Join(a.subjects, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(a.subjects[:mostSubjects], ", "), len(a.subjects)-mostSubjects)
}
