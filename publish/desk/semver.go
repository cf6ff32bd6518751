package desk

import (
	"slices"
	"strings"

	"golang.org/x/mod/semver"
)

// newer orders two versions of a server as the registry does: semantic ones by
// their precedence and above all others, those by the time of publication. It is
// positive if a is above b.
func newer(a, b *record) int {
	left, right := semantic3(a.version), semantic3(b.version)
	switch {
	case left != "" && right != "":
		return semver.Compare(left, right)
	case left != "":
		return 1
	case right != "":
		return -1
	}
	return a.Published.Compare(b.Published)
}

// semantic3 is the version as the comparison wants it, if it is a semantic one of
// three parts, with or without a v in front.
func semantic3(version string) string {
	v := "v" + strings.TrimPrefix(version, "v")
	core, _, _ := strings.Cut(v, "-")
	core, _, _ = strings.Cut(core, "+")
	if !semver.IsValid(v) || strings.Count(core, ".") != 2 {
		return ""
	}
	return v
}

// pick answers the version that is the latest of a server: the highest that is
// not deleted, or of deleted ones alone the highest. The newest publication comes
// first in all, and wins among equals.
func pick(all []*record) string {
	for _, deleted := range []bool{false, true} {
		var best *record
		for _, r := range all {
			if !deleted && r.Status == statusDeleted {
				continue
			}
			if best == nil || newer(r, best) > 0 {
				best = r
			}
		}
		if best != nil {
			return best.version
		}
	}
	return ""
}

// byText are the records by version as text.
func byText(all []*record) []*record {
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, func(a, b *record) int { return strings.Compare(a.version, b.version) })
	return sorted
}
