package schema

import "github.com/santhosh-tekuri/jsonschema/v5"

// effort counts down what a validation may still look at. It hangs on every
// schema as an extension, the one place where the library can be interrupted.
type effort struct{ left int }

// Compile weighs one schema: lists, as in anyOf, are gone through one by one;
// members are looked up.
func (e *effort) Compile(_ jsonschema.CompilerContext, m map[string]any) (jsonschema.ExtSchema, error) {
	weight := 1
	for _, keyword := range m {
		switch k := keyword.(type) {
		case []any:
			weight += len(k)
		case map[string]any:
			weight += len(k) / 16
		}
	}
	return toll{e, weight}, nil
}

// toll is the cost of one schema.
type toll struct {
	*effort
	weight int
}

// Validate takes the toll of applying one schema to one value.
func (t toll) Validate(_ jsonschema.ValidationContext, value any) error {
	t.left -= t.weight
	switch v := value.(type) {
	case []any:
		t.left -= len(v)
	case map[string]any:
		t.left -= len(v)
	}
	if t.left < 0 {
		panic("the schema takes too long to apply")
	}
	return nil
}

// size is the number of values within value, itself included.
func size(value any) int {
	n := 1
	switch v := value.(type) {
	case map[string]any:
		for _, member := range v {
			n += size(member)
		}
	case []any:
		for _, item := range v {
			n += size(item)
		}
	}
	return n
}
