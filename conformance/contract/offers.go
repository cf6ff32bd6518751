package contract

import (
	"fmt"

	"github.com/mcpctl/mcpctl/mcp"
)

// prompt compares two descriptors of a prompt.
func prompt(before, after mcp.Value) []Change {
	all := newlyDeprecated(before, after)
	return append(all, members(before, after, func(name string, a, b mcp.Value) []Change {
		if name == "arguments" {
			return promptArguments(a, b)
		}
		return common(name, a, b)
	})...)
}

// promptArguments compares the arguments that a prompt takes, by name.
func promptArguments(before, after mcp.Value) []Change {
	return members(byName(before), byName(after), func(name string, a, b mcp.Value) []Change {
		was, is := a.Get("required").True(), b.Get("required").True()
		switch {
		case !b.Exists():
			return []Change{change("prompt-argument-removed", name, fmt.Sprintf("the argument %q is gone", name), a, b)}
		case !a.Exists() && is:
			return []Change{change("prompt-argument-required", name, fmt.Sprintf("the argument %q is new and required", name), a, b)}
		case !a.Exists():
			return []Change{change("prompt-argument-added", name, fmt.Sprintf("the argument %q is new and optional", name), a, b)}
		}
		var all []Change
		switch {
		case is && !was:
			all = append(all, change("prompt-argument-required", name, fmt.Sprintf("the argument %q is now required", name), a, b))
		case was && !is:
			all = append(all, change("prompt-argument-optional", name, fmt.Sprintf("the argument %q is no longer required", name), a, b))
		}
		return append(all, members(a, b, func(member string, x, y mcp.Value) []Change {
			if member == "required" {
				return nil
			}
			found := common(member, x, y)
			for i := range found {
				found[i].Path, found[i].Message = name, fmt.Sprintf("the argument %q: %s", name, found[i].Message)
			}
			return found
		})...)
	})
}

// byName is a list of named objects as one object; of two with one name the first
// counts, as for most readers.
func byName(list mcp.Value) mcp.Value {
	all := map[string]any{}
	for _, item := range list.Items() {
		if name := item.Get("name").Text(); name != "" && all[name] == nil {
			all[name] = item
		}
	}
	return mcp.ValueOf(all)
}

// resource compares two descriptors of a resource or template.
func resource(_ Kind, before, after mcp.Value) []Change {
	all := newlyDeprecated(before, after)
	return append(all, members(before, after, func(name string, a, b mcp.Value) []Change {
		switch name {
		case "mimeType":
			if !a.Exists() {
				return []Change{change("mime-type-told", name, "the type of its content is told now", a, b)}
			}
			return []Change{change("mime-type-changed", name, fmt.Sprintf("the type of its content was %s and is %s", a, orNone(b)), a, b)}
		case "annotations":
			return []Change{change("audience-changed", name, "the annotations for clients are others", a, b)}
		case "name":
			return []Change{change("name-changed", name, fmt.Sprintf("its name was %s and is %s", a, orNone(b)), a, b)}
		case "size":
			return []Change{change("size-changed", name, fmt.Sprintf("its size was %s and is %s", orNone(a), orNone(b)), a, b)}
		}
		return common(name, a, b)
	})...)
}

func orNone(v mcp.Value) string {
	if !v.Exists() {
		return "not told"
	}
	return v.String()
}
