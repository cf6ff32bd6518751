package mcptest

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/mcpctl/mcpctl/mcp"
)

// validate checks a value against a JSON Schema: of the dialect that it
// declares, else 2020-12. A schema that does not compile, a fault of the
// descriptor, refuses nothing. References to other documents are not followed.
func (s *Server) validate(schema any, v mcp.Value) error {
	if schema == nil {
		return nil
	}
	text := string(encode(schema))
	compiled, ok := s.validators.Load(text)
	if !ok {
		compiled, _ = s.validators.LoadOrStore(text, compile(text))
	}
	c, _ := compiled.(*jsonschema.Schema)
	if c == nil {
		return nil
	}
	var wrong *jsonschema.ValidationError
	if err := c.Validate(decode(v.Raw())); errors.As(err, &wrong) {
		for len(wrong.Causes) > 0 {
			wrong = wrong.Causes[0]
		}
		return fmt.Errorf("at %q: %s", wrong.InstanceLocation, wrong.Message)
	}
	return nil
}

// compile gives a typed nil for what does not compile.
func compile(text string) *jsonschema.Schema {
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	c.AssertFormat = true
	c.LoadURL = func(string) (io.ReadCloser, error) {
		return nil, errors.New("references to other documents are not followed")
	}
	if c.AddResource("mcptest:schema", strings.NewReader(text)) != nil {
		return nil
	}
	compiled, err := c.Compile("mcptest:schema")
	if err != nil {
		return nil
	}
	return compiled
}
