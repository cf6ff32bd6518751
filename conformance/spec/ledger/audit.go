package ledger

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/mcpctl/mcpctl/conformance/spec"
)

// Demands reports whether a requirement must be claimed or excused: it can be
// observed without preparing the server, and its area is judged at all.
func Demands(r spec.Requirement) bool {
	if slices.Contains([]string{"authorization", "tasks", "tasks-ext", "apps-ext"}, r.Area) {
		return false
	}
	return r.Testability == spec.Auto || r.Testability == spec.Passive
}

// Audit compares the requirements that checks claim with those that are
// excused. It returns every gap and every contradiction, joined; nil when the
// account balances. A requirement may be claimed by several checks.
func Audit(claims iter.Seq[Key], excuses []Excuse) error {
	var faults []error
	claimed, excused := map[Key]bool{}, map[Key]bool{}
	for key := range claims {
		if _, known := spec.Lookup(key.Era, key.ID); !known && !claimed[key] {
			faults = append(faults, fmt.Errorf("%s: a check claims it, and the catalogue has no such requirement", key))
		}
		claimed[key] = true
	}
	for _, x := range excuses {
		if claimed[x.Key] {
			faults = append(faults, fmt.Errorf("%s: a check claims it, so its excuse must go", x.Key))
		}
		excused[x.Key] = true
	}
	for r := range spec.All() {
		key := Key{r.Era, r.ID}
		if Demands(r) && !claimed[key] && !excused[key] {
			faults = append(faults, fmt.Errorf("%s: no check claims it; write one, or excuse it with a reason", key))
		}
	}
	return errors.Join(faults...)
}
