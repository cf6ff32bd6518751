package inspect

import (
	"encoding/json"
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/mcp"
)

// Bounds on a value that is written as YAML. Aliases could make much of little.
const (
	maxNodes = 20_000
	maxDepth = 100
)

// nodeValue is a YAML node as JSON; Absent for none. What JSON has no word for
// stays text: a date is what was written, as forms ask for dates.
func nodeValue(n *yaml.Node) (mcp.Value, error) {
	if n.IsZero() {
		return mcp.Value{}, nil
	}
	left := maxNodes
	v, err := plain(n, &left, 0)
	if err != nil {
		return mcp.Value{}, err
	}
	return mcp.ValueOf(v), nil
}

func plain(n *yaml.Node, left *int, depth int) (any, error) {
	if *left--; *left < 0 || depth > maxDepth {
		return nil, errors.New("it is too large or nested too deep")
	}
	switch n.Kind {
	case yaml.AliasNode:
		return plain(n.Alias, left, depth+1)
	case yaml.SequenceNode:
		all := []any{}
		for _, item := range n.Content {
			v, err := plain(item, left, depth+1)
			if err != nil {
				return nil, err
			}
			all = append(all, v)
		}
		return all, nil
	case yaml.MappingNode:
		return plainMap(n, left, depth)
	case yaml.ScalarNode:
		return plainScalar(n)
	}
	return nil, fmt.Errorf("line %d: it cannot be written as JSON", n.Line)
}

func plainMap(n *yaml.Node, left *int, depth int) (any, error) {
	all := map[string]any{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode || key.Tag == "!!merge" {
			return nil, fmt.Errorf("line %d: a key must be plain text", key.Line)
		}
		if _, twice := all[key.Value]; twice {
			return nil, fmt.Errorf("line %d: %q is there twice", key.Line, key.Value)
		}
		v, err := plain(n.Content[i+1], left, depth+1)
		if err != nil {
			return nil, err
		}
		all[key.Value] = v
	}
	return all, nil
}

func plainScalar(n *yaml.Node) (any, error) {
	switch n.ShortTag() {
	case "!!null", "!!bool", "!!int", "!!float":
		var v any
		if err := n.Decode(&v); err != nil {
			return nil, fmt.Errorf("line %d: %w", n.Line, err)
		}
		if _, err := json.Marshal(v); err != nil {
			return nil, fmt.Errorf("line %d: JSON has no number %s", n.Line, n.Value)
		}
		return v, nil
	}
	return n.Value, nil
}
