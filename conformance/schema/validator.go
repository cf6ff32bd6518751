package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

const (
	// maxValueDepth and maxChain bound how long the locations of a failure get:
	// nesting of the value, and schemas applied to one part of it in turn.
	maxValueDepth = 64
	maxChain      = 24
	// maxEffort bounds one validation, in schemas and members looked at. A failure
	// deep down costs some 50 µs each time it is met, so that small values, which
	// need little, are allowed little.
	maxEffort     = 1_000_000
	baseEffort    = 20_000
	effortPerPart = 30
)

// Validator judges values by a schema that a stranger wrote, such as a tool's
// outputSchema. It is safe for concurrent use.
type Validator struct {
	mu     sync.Mutex // guards the effort of the running validation
	schema *jsonschema.Schema
	effort *effort
}

// Compile prepares a schema, in the dialect that it declares. Formats and
// encodings are not asserted. Nothing is fetched. The error wraps ErrDialect or
// ErrUnjudged where these apply; any other error means that raw is no valid
// schema.
func Compile(raw []byte) (*Validator, error) {
	d, err := open(raw)
	if err != nil {
		return nil, fmt.Errorf("compile a schema: %w", err)
	}
	if err := d.usable(); err != nil {
		return nil, fmt.Errorf("compile a schema: %w", err)
	}
	v := &Validator{effort: &effort{}}
	if v.schema, err = d.compile(v.effort); err != nil {
		return nil, fmt.Errorf("compile a schema: %w", err)
	}
	return v, nil
}

// usable reports why the document cannot be compiled.
func (d *document) usable() error {
	if refs := d.refsThat(external); len(refs) > 0 {
		return fmt.Errorf("%w: %q refers to something outside the schema, which is not fetched", ErrUnjudged, short(refs[0]))
	}
	if refs := d.refsThat(dangling); len(refs) > 0 {
		return fmt.Errorf("%q leads nowhere", short(refs[0]))
	}
	problems, err := d.problems()
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return fmt.Errorf("it is no valid schema: %s", problems[0])
	}
	if len(d.unjudged) > 0 {
		_, err := translate(d.unjudged[0])
		return err
	}
	if d.nodes > maxCompiled {
		return fmt.Errorf("%w: the schema has more than %d parts", ErrUnjudged, maxCompiled)
	}
	known := map[string]int{}
	for _, m := range d.objects {
		if d.chain(m, known) > maxChain {
			return fmt.Errorf("%w: more than %d schemas apply in turn to one value", ErrUnjudged, maxChain)
		}
	}
	return nil
}

func (d *document) compile(e *effort) (s *jsonschema.Schema, err error) {
	if m, ok := d.root.(map[string]any); ok {
		delete(m, "$schema") // the draft is set below; other spellings of it are unknown to the library
		delete(m, "$vocabulary")
	}
	text, err := json.Marshal(d.root)
	if err != nil {
		return nil, fmt.Errorf("write the schema: %w", err)
	}
	defer func() {
		if r := recover(); r != nil {
			s, err = nil, fmt.Errorf("%w: %v", ErrUnjudged, r)
		}
	}()
	c := jsonschema.NewCompiler()
	c.Draft = d.draft
	c.LoadURL = func(url string) (io.ReadCloser, error) {
		return nil, fmt.Errorf("%w: %q is not fetched", ErrUnjudged, short(url))
	}
	for name := range jsonschema.Formats {
		c.Formats[name] = nil // up to draft-07 the library asserts them
	}
	for name := range jsonschema.Decoders {
		c.Decoders[name] = nil
	}
	for name := range jsonschema.MediaTypes {
		c.MediaTypes[name] = nil
	}
	c.RegisterExtension("effort", nil, e)
	if err := c.AddResource(home, bytes.NewReader(text)); err != nil {
		return nil, err
	}
	return c.Compile(home)
}

// Validate judges raw, one JSON value. It returns nil and no error when raw is
// valid, else at most MaxProblems problems. An error wraps ErrUnjudged: the value
// is nested too deep, or the schema is made to exhaust.
func (v *Validator) Validate(raw []byte) ([]Problem, error) {
	value, err := decode(raw)
	if err != nil {
		return []Problem{{Message: err.Error()}}, nil
	}
	return v.judge(value)
}

// judge is Validate for a decoded value, which it may change.
func (v *Validator) judge(value any) ([]Problem, error) {
	if deeper(value, maxValueDepth) {
		return nil, fmt.Errorf("%w: the value is nested more than %d levels deep", ErrUnjudged, maxValueDepth)
	}
	value = prune(value, maxValueDepth)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.effort.left = min(maxEffort, baseEffort+effortPerPart*size(value))
	return guarded(func() []Problem { return explain(v.schema, value) })
}
