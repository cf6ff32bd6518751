package contract

import (
	"slices"
	"strings"
)

// Category is what a change touches, the gravest first.
type Category string

// The categories. CALL and RESULT break programs; what a model chooses by is
// ROUTING; META is all that neither programs nor models rely on, and what was only
// added.
const (
	Call    Category = "CALL"    // a call that worked can no longer be made, or may be refused
	Result  Category = "RESULT"  // an answer may be other than was promised
	Routing Category = "ROUTING" // what a model chooses by
	Meta    Category = "META"
	Unknown Category = "UNKNOWN" // neither compatible nor breaking could be proven
)

// Categories lists them in the order of reports.
func Categories() []Category { return []Category{Call, Result, Unknown, Routing, Meta} }

// Failing are the categories that fail by themselves: those of changes that break.
func Failing() []Category { return []Category{Call, Result} }

// ParseCategory reads a category, in any case.
func ParseCategory(word string) (Category, bool) {
	c := Category(strings.ToUpper(word))
	return c, slices.Contains(Categories(), c)
}

// rank is the place in the order of reports.
func (c Category) rank() int { return slices.Index(Categories(), c) }

// Bump is a step of a version, as semantic versioning has it.
type Bump string

// The bumps, the largest first.
const (
	Major Bump = "major"
	Minor Bump = "minor"
	Patch Bump = "patch"
	None  Bump = "none"
)

func bumps() []Bump { return []Bump{Major, Minor, Patch, None} }

// larger is the larger of two bumps.
func larger(a, b Bump) Bump {
	if slices.Index(bumps(), b) < slices.Index(bumps(), a) {
		return b
	}
	return a
}
