package openapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/mcp"
)

// What a description may be at most.
const (
	MaxBytes = 8 << 20
	maxNodes = 400_000      // after aliases are followed
	maxJSON  = 2 * MaxBytes // likewise, as JSON
	maxDepth = 100
)

// Document is an OpenAPI description. It is immutable and safe for concurrent
// use.
type Document struct {
	root mcp.Value
	old  bool // 3.0, whose schemas are not quite JSON Schema
}

// Read reads a description, in YAML or JSON.
func Read(data []byte) (*Document, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("the OpenAPI description has %d bytes, more than %d", len(data), MaxBytes)
	}
	root, err := toJSON(data)
	if err != nil {
		return nil, fmt.Errorf("read the OpenAPI description: %w", err)
	}
	version := root.Get("openapi").Text()
	d := &Document{root: root, old: strings.HasPrefix(version, "3.0.")}
	switch {
	case root.Get("swagger").Exists():
		return nil, errors.New("the description is in Swagger 2.0: convert it to OpenAPI 3 first")
	case version == "":
		return nil, errors.New(`this is no OpenAPI description: it lacks "openapi" with a version`)
	case !d.old && !strings.HasPrefix(version, "3.1."):
		return nil, fmt.Errorf("the description is in OpenAPI %.20s; 3.0 and 3.1 can be read", version)
	}
	return d, nil
}

// toJSON reads YAML, of which JSON is a part, into the ordered values that the
// rest works on.
func toJSON(data []byte) (mcp.Value, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return mcp.Value{}, err
	}
	if len(doc.Content) != 1 {
		return mcp.Value{}, errors.New("it is empty")
	}
	c := converter{}
	if err := c.node(doc.Content[0], 0); err != nil {
		return mcp.Value{}, err
	}
	return mcp.Parse(c.out)
}

// converter writes YAML as JSON. It counts what it writes, since an alias can
// stand for ever so much.
type converter struct {
	out   []byte
	nodes int
}

func (c *converter) node(n *yaml.Node, level int) error {
	if c.nodes++; c.nodes > maxNodes {
		return fmt.Errorf("line %d: it has more than %d values", n.Line, maxNodes)
	}
	if len(c.out) > maxJSON {
		return fmt.Errorf("line %d: it has more than %d bytes once its aliases are followed", n.Line, maxJSON)
	}
	if level > maxDepth {
		return fmt.Errorf("line %d: it is nested deeper than %d levels", n.Line, maxDepth)
	}
	switch n.Kind {
	case yaml.AliasNode:
		return c.node(n.Alias, level+1)
	case yaml.MappingNode:
		return c.mapping(n, level)
	case yaml.SequenceNode:
		c.out = append(c.out, '[')
		for i, item := range n.Content {
			if i > 0 {
				c.out = append(c.out, ',')
			}
			if err := c.node(item, level+1); err != nil {
				return err
			}
		}
		c.out = append(c.out, ']')
		return nil
	}
	return c.scalar(n)
}

func (c *converter) mapping(n *yaml.Node, level int) error {
	seen := map[string]bool{}
	c.out = append(c.out, '{')
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case key.Kind != yaml.ScalarNode:
			return fmt.Errorf("line %d: a key is no plain text", key.Line)
		case key.Tag == "!!merge":
			return fmt.Errorf("line %d: merge keys (<<) are no part of OpenAPI", key.Line)
		case seen[key.Value]:
			return fmt.Errorf("line %d: the key %q stands twice in one mapping", key.Line, key.Value)
		}
		seen[key.Value] = true
		if i > 0 {
			c.out = append(c.out, ',')
		}
		c.out = append(c.out, quote(key.Value)...)
		c.out = append(c.out, ':')
		if err := c.node(n.Content[i+1], level+1); err != nil {
			return err
		}
	}
	c.out = append(c.out, '}')
	return nil
}

func (c *converter) scalar(n *yaml.Node) error {
	text := ""
	switch n.ShortTag() {
	case "!!null":
		text = "null"
	case "!!bool":
		text = strconv.FormatBool(strings.EqualFold(n.Value, "true"))
	case "!!int":
		i, err := strconv.ParseInt(strings.ReplaceAll(n.Value, "_", ""), 0, 64)
		if err != nil {
			text = n.Value // larger than that: JSON has no limit
			break
		}
		text = strconv.FormatInt(i, 10)
	case "!!float":
		if json.Valid([]byte(n.Value)) {
			text = n.Value // with all of its digits
			break
		}
		f, err := strconv.ParseFloat(strings.ReplaceAll(n.Value, "_", ""), 64)
		if err != nil {
			return fmt.Errorf("line %d: JSON has no number %s", n.Line, n.Value)
		}
		text = strconv.FormatFloat(f, 'g', -1, 64)
	default:
		c.out = append(c.out, quote(n.Value)...)
		return nil
	}
	if _, err := mcp.Parse([]byte(text)); err != nil {
		return fmt.Errorf("line %d: JSON has no number %.40s", n.Line, n.Value)
	}
	c.out = append(c.out, text...)
	return nil
}
