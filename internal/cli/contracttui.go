package cli

import (
	"github.com/mcpctl/mcpctl/conformance/contract"
	"github.com/mcpctl/mcpctl/inspect/compare"
	"github.com/mcpctl/mcpctl/mcp"
)

// contractRules weigh a comparison by the rules of the contract suite, so that the
// screen says of a change what contract diff says of it.
func contractRules() compare.Rules {
	kinds := map[compare.Group]contract.Kind{
		compare.Tools: contract.Tool, compare.Prompts: contract.Prompt, compare.Resources: contract.Resource, compare.Templates: contract.Template,
	}
	return func(g compare.Group, a, b mcp.Value) []compare.Change {
		var found []contract.Change
		if g == compare.Capabilities {
			found = contract.Capability(a, b)
		} else {
			found = contract.Descriptors(kinds[g], a, b)
		}
		var all []compare.Change
		for _, c := range found {
			all = append(all, compare.Change{Path: c.Path, Kind: kindOf(a, b), Weight: weightOf(c), What: c.Sentence(), A: c.Before, B: c.After})
		}
		return all
	}
}

func kindOf(a, b mcp.Value) compare.Kind {
	switch {
	case !a.Exists():
		return compare.Added
	case !b.Exists():
		return compare.Removed
	}
	return compare.Changed
}

func weightOf(c contract.Change) compare.Weight {
	switch {
	case c.Breaking:
		return compare.Breaking
	case c.Category == contract.Unknown:
		return compare.Unproven
	case c.Category == contract.Meta && c.Semver != contract.Minor:
		return compare.Cosmetic
	}
	return compare.Compatible
}
