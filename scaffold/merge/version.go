package merge

import (
	"strings"

	"golang.org/x/mod/semver"
)

// newest answers the later of two version requirements such as 1.2.3, v1.2.3,
// ^1.2.3, ~1.2 or >=1.2,<2, by the first version in each. Requirements of
// different kinds, and words such as "latest", cannot be compared.
func newest(a, b string) (string, bool) {
	kindA, versionA := requirement(a)
	kindB, versionB := requirement(b)
	if kindA != kindB || !semver.IsValid(versionA) || !semver.IsValid(versionB) {
		return "", false
	}
	switch semver.Compare(versionA, versionB) {
	case -1:
		return b, true
	case 1:
		return a, true
	}
	return a, a == b
}

// requirement splits ">=1.2,<2" into ">=" and "v1.2".
func requirement(s string) (kind, version string) {
	version = strings.TrimLeft(s, "^~<>=! ")
	kind = strings.TrimSpace(s[:len(s)-len(version)])
	version, _, _ = strings.Cut(version, ",")
	version, _, _ = strings.Cut(strings.TrimSpace(version), " ")
	return kind, "v" + strings.TrimPrefix(version, "v")
}
