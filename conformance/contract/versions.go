package contract

import (
	"maps"
	"regexp"
	"slices"
	"strconv"

	"github.com/mcpctl/mcpctl/mcp"
)

// versioned is a name that ends in a version: search_v2, search.v2, search-v2.
var versioned = regexp.MustCompile(`^(.+?)[._-]?[vV]([0-9]{1,6})$`)

// versionOf takes a name apart; one without a version is the first.
func versionOf(name string) (base string, version int) {
	m := versioned.FindStringSubmatch(name)
	if m == nil {
		return name, 1
	}
	version, _ = strconv.Atoi(m[2]) // a few digits
	return m[1], version
}

// olderVersion is a tool beside this one that is an older version of it.
func olderVersion(name string, beside map[string][]Entry) string {
	base, version := versionOf(name)
	for _, other := range slices.Sorted(maps.Keys(beside)) {
		if b, v := versionOf(other); b == base && v < version {
			return other
		}
	}
	return ""
}

// newerVersion is a tool that is a newer version of this one.
func newerVersion(name string, beside map[string][]Entry) string {
	base, version := versionOf(name)
	for _, other := range slices.Sorted(maps.Keys(beside)) {
		if b, v := versionOf(other); b == base && v > version {
			return other
		}
	}
	return ""
}

// renames are the tools that are gone with the new ones that they became: those
// with the very same schemas, if exactly one comes into question and the schemas
// tell something.
func renames(k Kind, gone, fresh []string, old, new map[string][]Entry) map[string]string {
	found := map[string]string{}
	if k != Tool {
		return found
	}
	for _, name := range gone {
		before := old[name][0].Descriptor
		if before.Get("inputSchema", "properties").Len() == 0 {
			continue // many take nothing
		}
		var like []string
		for _, other := range fresh {
			after := new[other][0].Descriptor
			if mcp.Equal(before.Get("inputSchema"), after.Get("inputSchema")) && mcp.Equal(before.Get("outputSchema"), after.Get("outputSchema")) {
				like = append(like, other)
			}
		}
		if len(like) == 1 && !slices.Contains(slices.Collect(maps.Values(found)), like[0]) {
			found[name] = like[0]
		}
	}
	return found
}
