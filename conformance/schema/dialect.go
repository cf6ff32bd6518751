package schema

import (
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

var (
	// ErrDialect says that a schema declares, in $schema, a dialect that is not
	// one of draft-04, -06, -07, 2019-09 and 2020-12.
	ErrDialect = errors.New("unknown JSON Schema dialect")

	// ErrUnjudged says that a schema, or a value by a schema, is beyond what can
	// be judged: a pattern that Go cannot run, a reference that would have to be
	// fetched, or a size made to exhaust. It is no verdict on the schema.
	ErrUnjudged = errors.New("cannot judge")
)

// dialect finds the draft of a schema; 2020-12 unless it says otherwise, as MCP
// has it (basic/index#json-schema-usage).
func dialect(value any) (*jsonschema.Draft, error) {
	members, _ := value.(map[string]any)
	declared, ok := members["$schema"].(string)
	if !ok {
		return jsonschema.Draft2020, nil // $schema of another type is a problem of its own
	}
	name := strings.TrimSuffix(declared, "#")
	name = strings.TrimPrefix(strings.TrimPrefix(name, "https://"), "http://")
	switch name {
	case "json-schema.org/draft/2020-12/schema":
		return jsonschema.Draft2020, nil
	case "json-schema.org/draft/2019-09/schema":
		return jsonschema.Draft2019, nil
	case "json-schema.org/draft-07/schema":
		return jsonschema.Draft7, nil
	case "json-schema.org/draft-06/schema":
		return jsonschema.Draft6, nil
	case "json-schema.org/draft-04/schema":
		return jsonschema.Draft4, nil
	}
	return nil, fmt.Errorf("%w %q: known are draft-04, draft-06, draft-07, 2019-09 and 2020-12", ErrDialect, short(declared))
}

// Metaschema reports in what ways raw is not a schema of the dialect that it
// declares; nil and no error means that it is one. References are not followed:
// see ExternalRefs and DanglingRefs. A pattern that Go cannot run passes, since
// it may well be one of ECMA-262. The error is ErrDialect or ErrUnjudged.
func Metaschema(raw []byte) ([]Problem, error) {
	d, err := open(raw)
	var broken notJSON
	switch {
	case errors.As(err, &broken):
		return []Problem{{Message: broken.Error()}}, nil
	case err != nil:
		return nil, err
	}
	return d.problems()
}

// problems judges the document by the metaschema of its dialect.
func (d *document) problems() ([]Problem, error) {
	meta, err := jsonschema.NewCompiler().Compile(d.draft.URL()) // built in
	if err != nil {
		return nil, fmt.Errorf("compile the metaschema of %s: %w", d.draft, err)
	}
	problems, err := guarded(func() []Problem { return explain(meta, d.root) })
	return append(problems, d.badPatterns...), err
}

// guarded turns a panic of the validator into ErrUnjudged: what it is given
// here was written by strangers.
func guarded(f func() []Problem) (problems []Problem, err error) {
	defer func() {
		if r := recover(); r != nil {
			problems, err = nil, fmt.Errorf("%w: %v", ErrUnjudged, r)
		}
	}()
	return f(), nil
}

// ExternalRefs lists the references of a schema that lead out of it, sorted and
// without repeats. Nothing is ever fetched. A schema that cannot be read has none.
func ExternalRefs(raw []byte) []string {
	d, err := open(raw)
	if err != nil {
		return nil
	}
	return d.refsThat(external)
}

// DanglingRefs lists the references of a schema that stay within it but lead
// nowhere, sorted and without repeats.
func DanglingRefs(raw []byte) []string {
	d, err := open(raw)
	if err != nil {
		return nil
	}
	return d.refsThat(dangling)
}
