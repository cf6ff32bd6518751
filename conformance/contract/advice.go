package contract

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/semver"
)

// Advice says which step of the version the changes ask for, and whether the one
// that was made is enough.
type Advice struct {
	// Needed is the step that the changes ask for.
	Needed Bump `json:"needed"`
	// Made is the step from the old version to the new, "" when it cannot be told.
	Made Bump `json:"made,omitempty"`
	// Enough reports whether the step made is large enough; true when it cannot be
	// told.
	Enough bool `json:"enough"`
	// Message says so in words.
	Message string `json:"message"`
}

// calendar is from when on a major version is a year.
const calendar = 1900

// advise compares the versions of both sides with what changed.
func advise(d *Diff) Advice {
	a := Advice{Needed: None, Enough: true}
	unknown := 0
	for _, c := range d.Counting() {
		a.Needed = larger(a.Needed, c.Semver)
		if c.Category == Unknown {
			unknown++
		}
	}
	from, to := version(d.Old.Version), version(d.New.Version)
	asks := fmt.Sprintf("The changes ask for a %s version", a.Needed)
	if a.Needed == None {
		asks = "Nothing asks for a new version"
	}
	switch {
	case from == "" || to == "":
		a.Message = asks + "; the server's own versions are none of semantic versioning"
	case year(from) || year(to):
		a.Message = asks + "; the server's own version is a date, which promises nothing"
	case semver.Compare(from, to) > 0:
		a.Made, a.Enough = None, a.Needed == None
		a.Message = fmt.Sprintf("%s, and the version went back from %s to %s", asks, d.Old.Version, d.New.Version)
	default:
		a.Made = made(from, to)
		a.Enough = larger(a.Made, required(a.Needed, from)) == a.Made
		a.Message = a.judged(asks, d)
	}
	if unknown > 0 && a.Needed != Major {
		a.Message += fmt.Sprintf("; of %d it is not known whether they break", unknown)
	}
	a.Message += "."
	return a
}

// judged is the message when both versions can be compared.
func (a Advice) judged(asks string, d *Diff) string {
	step := fmt.Sprintf("from %s to %s is a %s one", d.Old.Version, d.New.Version, a.Made)
	if a.Made == None {
		step = "the version is still " + d.New.Version
	}
	switch {
	case a.Enough && a.Made == None:
		return asks
	case a.Enough:
		return asks + "; " + step
	}
	return asks + ", but " + step + ": too small"
}

// required is the step that suits a need. Before 1.0.0 each place counts for the
// one before it.
func required(needed Bump, from string) Bump {
	if semver.Major(from) != "v0" {
		return needed
	}
	switch needed {
	case Major:
		return Minor
	case Minor:
		return Patch
	}
	return needed
}

// made is the step from one version to a later one.
func made(from, to string) Bump {
	switch {
	case semver.Major(from) != semver.Major(to):
		return Major
	case semver.MajorMinor(from) != semver.MajorMinor(to):
		return Minor
	case semver.Compare(from, to) != 0:
		return Patch
	}
	return None
}

// version is a version as semver reads it, "" if it is none.
func version(text string) string {
	v := "v" + strings.TrimPrefix(strings.TrimSpace(text), "v")
	if !semver.IsValid(v) {
		return ""
	}
	return v
}

func year(v string) bool {
	n, err := strconv.Atoi(strings.TrimPrefix(semver.Major(v), "v"))
	return err == nil && n >= calendar
}
