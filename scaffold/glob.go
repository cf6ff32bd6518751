package scaffold

import (
	"path"
	"slices"
	"strings"
)

// matchGlob tells whether a path is one that pattern stands for: path.Match for
// each element, and ** for any number of them.
func matchGlob(pattern, name string) bool {
	return matchElements(strings.Split(pattern, "/"), strings.Split(name, "/"))
}

func matchElements(pattern, name []string) bool {
	for len(pattern) > 0 {
		if pattern[0] == "**" {
			pattern = pattern[1:]
			for skip := range len(name) + 1 {
				if matchElements(pattern, name[skip:]) {
					return true
				}
			}
			return false
		}
		if len(name) == 0 {
			return false
		}
		if ok, err := path.Match(pattern[0], name[0]); err != nil || !ok {
			return false
		}
		pattern, name = pattern[1:], name[1:]
	}
	return len(name) == 0
}

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matchGlob(p, name) })
}

// maxStars bounds the ** of a pattern, each of which multiplies the work.
const maxStars = 2

// goodGlob tells whether a pattern can match anything.
func goodGlob(pattern string) bool {
	_, err := path.Match(pattern, "")
	return err == nil && pattern != "" && strings.Count(pattern, "**") <= maxStars
}

// renamed is where a rule sends a file: exactly to rule.To, or, when path and To
// both end in **, to the same place below another folder.
func (r FileRule) renamed(name string) string {
	from, many := strings.CutSuffix(r.Path, "**")
	to, same := strings.CutSuffix(r.To, "**")
	switch {
	case r.To == "":
		return name
	case many && same && strings.HasPrefix(name, from):
		return to + strings.TrimPrefix(name, from)
	}
	return r.To
}
