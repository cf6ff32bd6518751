package add

import (
	"encoding/json"
	"slices"

	"github.com/mcpctl/mcpctl/conformance/schema"
)

// Example is a small value that a schema accepts, nil when none was found.
func Example(raw json.RawMessage) json.RawMessage {
	value, err := schema.Example(slices.Clone(raw))
	if err != nil {
		return nil
	}
	text, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	return text
}

// CounterExample is an object that a schema refuses, nil when none was found.
func CounterExample(raw json.RawMessage) json.RawMessage {
	bad, err := schema.Breaking(slices.Clone(raw))
	if err != nil {
		return nil
	}
	for _, b := range bad {
		if text, err := json.Marshal(b.Value); err == nil && text[0] == '{' {
			return text
		}
	}
	return nil
}
