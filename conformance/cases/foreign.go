package cases

import (
	"bytes"
	"errors"
	"io"

	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/internal/nearest"
)

// ErrForeign says that a file is no file of cases.
var ErrForeign = errors.New("it is no file of cases")

// Foreign reports whether data is YAML of another kind: without a key that is
// cases, or was meant to be. What is no YAML may yet be a broken file of cases.
func Foreign(data []byte) bool {
	var doc yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(data)).Decode(&doc); err != nil {
		return errors.Is(err, io.EOF)
	}
	for i, key := range doc.Content[0].Content {
		if doc.Content[0].Kind == yaml.MappingNode && i%2 == 0 && nearest.Word(key.Value, []string{"cases"}) != "" {
			return false
		}
	}
	return true
}
