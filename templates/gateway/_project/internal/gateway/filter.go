package gateway

import (
	"regexp"
	"slices"
	"strings"
)

// Filter lets names pass by patterns, in which * stands for any characters and ?
// for one. No pattern in Allow allows all; Deny goes before Allow.
type Filter struct {
	Allow []string `json:"allow"`
	Deny  []string `json:"deny"`
}

// Lets tells whether name may pass.
func (f Filter) Lets(name string) bool {
	matches := func(pattern string) bool { return match(pattern, name) }
	return !slices.ContainsFunc(f.Deny, matches) && (len(f.Allow) == 0 || slices.ContainsFunc(f.Allow, matches))
}

func match(pattern, name string) bool {
	expression := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(pattern))
	return regexp.MustCompile("(?s)^" + expression + "$").MatchString(name)
}
