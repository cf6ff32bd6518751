package compat

import (
	"errors"
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

// Direction is which way instances of a schema flow.
type Direction int

const (
	// Input flows from the one who relies on the schema: the new one must accept
	// all that the old one accepted.
	Input Direction = iota
	// Output flows to the one who relies on it: the new schema must promise all
	// that the old one promised.
	Output
)

// Verdict is how a change bears on those who rely on the old schema.
type Verdict string

// The verdicts, from harmless to harmful.
const (
	Compatible Verdict = "compatible" // proven
	Unknown    Verdict = "unknown"    // neither could be proven
	Breaking   Verdict = "breaking"   // proven by a witness
)

// Difference is one way in which two schemas differ.
type Difference struct {
	// Pointer says where in the instance, as a JSON pointer in which * stands for
	// any item or any unnamed member; "" is the root. For required it is the member.
	Pointer string
	Keyword string // required, type, enum, minimum, … "" if the whole schema is meant
	Verdict Verdict
	Message string // one sentence, for people; quotes text of the schemas, shortened and escaped

	Before, After mcp.Value // the keyword's value on each side, Absent if none

	// Witness is a whole instance that the one schema accepts and the other
	// refuses, judged by both. Only with Breaking.
	Witness mcp.Value
	// Why says what could not be decided. Only with Unknown.
	Why string

	// Undeclared says that the difference is about a member that the schema which
	// the instance fits does not name, but lets pass because it is open: with
	// keyword properties an optional argument is new (Input), or a promised property
	// is not declared any more (Output); with additionalProperties an open object is
	// closed (Input) or a closed one opened (Output). Who keeps to declared members
	// is not touched by it. Only with Breaking and Unknown.
	Undeclared bool
}

// Result is how two schemas compare as a whole.
type Result struct {
	Verdict     Verdict
	Differences []Difference // in order of Pointer; none for schemas that mean the same
}

// Compare tells how schema b, the new one, differs from a for instances flowing
// in one direction. Descriptive keywords (title, default, …) make no difference.
// The error says that one of them is no JSON Schema, or wraps schema.ErrDialect.
// What is beyond judging, such as a reference that would have to be fetched, is
// no error but Unknown. Safe for concurrent use.
func Compare(a, b mcp.Value, d Direction) (Result, error) {
	before, err := open("old", a)
	if err != nil {
		return Result{}, err
	}
	after, err := open("new", b)
	if err != nil {
		return Result{}, err
	}
	if mcp.Equal(a, b) {
		return Result{Verdict: Compatible}, nil
	}
	return newComparison(before, after, d).result(), nil
}

// side is one of the two schemas.
type side struct {
	raw       mcp.Value
	validator *schema.Validator // nil if it cannot be run
	unjudged  string            // why not
	root      *node
}

// open checks that v is a schema.
func open(name string, v mcp.Value) (*side, error) {
	if !v.Exists() {
		return nil, fmt.Errorf("compare schemas: the %s one is not there", name)
	}
	validator, err := schema.Compile(v.Raw())
	switch {
	case err == nil:
		return &side{raw: v, validator: validator}, nil
	case !errors.Is(err, schema.ErrUnjudged):
		return nil, fmt.Errorf("compare schemas: the %s one: %w", name, err)
	}
	if problems, bad := schema.Metaschema(v.Raw()); bad == nil && len(problems) > 0 {
		return nil, fmt.Errorf("compare schemas: the %s one is no valid schema: %s", name, problems[0])
	}
	return &side{raw: v, unjudged: strings.TrimPrefix(err.Error(), "compile a schema: ")}, nil
}
