package contract

import (
	"fmt"

	"github.com/mcpctl/mcpctl/mcp"
)

// server compares what a server says of itself. What only one side has is left
// out where a side is known in part.
func (c *comparison) server(before, after mcp.Value) []Change {
	part := c.old.partial(Server) || c.new.partial(Server)
	return members(before, after, func(name string, a, b mcp.Value) []Change {
		if part && (!a.Exists() || !b.Exists()) {
			return nil
		}
		switch name {
		case "name":
			return []Change{change("server-renamed", name, fmt.Sprintf("the server was %s and is %s", a, b), a, b)}
		case "version":
			return []Change{change("server-version-changed", name, fmt.Sprintf("the version was %s and is %s", a, b), a, b)}
		case "title":
			return []Change{change("title-changed", name, "the title is another", a, b)}
		case "icons":
			return []Change{change("icons-changed", name, "the icons are others", a, b)}
		}
		return []Change{change("server-details-changed", name, name+" is another", a, b)}
	})
}

// members calls what for each member in which two objects differ, in order.
func members(before, after mcp.Value, what func(name string, a, b mcp.Value) []Change) []Change {
	var all []Change
	seen := map[string]bool{}
	for _, v := range []mcp.Value{before, after} {
		for _, m := range v.Members() {
			if seen[m.Name] {
				continue
			}
			seen[m.Name] = true
			if a, b := before.Get(m.Name), after.Get(m.Name); !mcp.Equal(a, b) {
				all = append(all, what(m.Name, a, b)...)
			}
		}
	}
	return all
}

// capabilities compares what is declared.
func capabilities(before, after mcp.Value) []Change {
	return members(before, after, func(name string, a, b mcp.Value) []Change {
		if name == "experimental" || name == "extensions" {
			// They hold capabilities, and are none themselves.
			return members(a, b, func(inner string, x, y mcp.Value) []Change { return capability(name+"."+inner, x, y) })
		}
		return capability(name, a, b)
	})
}

// capability compares what is declared of one.
func capability(path string, a, b mcp.Value) []Change {
	switch {
	case !b.Exists():
		return []Change{change("capability-removed", path, "it is not declared any more", a, b)}
	case !a.Exists():
		return []Change{change("capability-added", path, "it is newly declared", a, b)}
	}
	return features(path, a, b)
}

// features compares what is declared beneath a capability.
func features(path string, before, after mcp.Value) []Change {
	if !before.Is(mcp.Object) || !after.Is(mcp.Object) {
		return []Change{setting(path, before, after)}
	}
	return members(before, after, func(name string, a, b mcp.Value) []Change {
		at := path + "." + name
		on, off := a.True() || a.Is(mcp.Object), !b.Exists() || b.Is(mcp.Bool) && !b.True()
		switch {
		case on && off && name == "listChanged":
			return []Change{change("notifications-dropped", at, "changes of the list are not announced any more", a, b)}
		case on && off:
			return []Change{change("capability-feature-removed", at, "it is not declared any more", a, b)}
		case (!a.Exists() || a.Is(mcp.Bool)) && (b.True() || b.Is(mcp.Object)):
			return []Change{change("capability-feature-added", at, "it is newly declared", a, b)}
		case a.Is(mcp.Object) && b.Is(mcp.Object):
			return features(at, a, b)
		case !a.True() && a.Is(mcp.Bool) && !b.Exists() || !a.Exists() && b.Is(mcp.Bool):
			return nil // false is what absence says
		}
		return []Change{setting(at, a, b)}
	})
}

func setting(at string, a, b mcp.Value) Change {
	return change("capability-settings-changed", at, "its setting is another", a, b)
}
