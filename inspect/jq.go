package inspect

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/itchyny/gojq"
)

// Bounds on what an expression may take and give.
const (
	queryTime   = 10 * time.Second
	queryValues = 1_000_000
	queryBytes  = 256 << 20
)

// Query is a compiled jq expression. It has no modules, no environment and no
// other input than what it is run on. It is safe for concurrent use.
type Query struct{ code *gojq.Code }

// ParseQuery compiles an expression.
func ParseQuery(expression string) (*Query, error) {
	q, err := gojq.Parse(expression)
	if err != nil {
		return nil, fmt.Errorf("the jq expression is wrong: %w", err)
	}
	code, err := gojq.Compile(q)
	if err != nil {
		return nil, fmt.Errorf("the jq expression is wrong: %w", err)
	}
	return &Query{code}, nil
}

// Run applies the expression to a JSON text and gives each of its values to
// emit: text as it is, everything else as compact JSON. Its time and output are
// bounded.
func (q *Query) Run(ctx context.Context, input []byte, emit func(text string, isText bool) error) error {
	ctx, cancel := context.WithTimeout(ctx, queryTime)
	defer cancel()
	d := json.NewDecoder(bytes.NewReader(input))
	d.UseNumber()
	var in any
	if err := d.Decode(&in); err != nil {
		return fmt.Errorf("reading the result for jq: %w", err)
	}
	results := q.code.RunWithContext(ctx, in)
	for count, total := 1, 0; ; count++ {
		v, more := results.Next()
		if !more {
			return nil
		}
		if err, failed := v.(error); failed {
			return queryError(err)
		}
		text, isText := v.(string)
		if !isText {
			raw, err := gojq.Marshal(v)
			if err != nil {
				return fmt.Errorf("jq: %w", err)
			}
			text = string(raw)
		}
		if total += len(text); count > queryValues || total > queryBytes {
			return fmt.Errorf("jq: more than %d values or %d bytes came of it", queryValues, queryBytes)
		}
		if err := emit(text, isText); err != nil {
			return err
		}
	}
}

func queryError(err error) error {
	var halt *gojq.HaltError
	switch {
	case errors.As(err, &halt) && halt.Value() == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("jq: the expression took longer than %s", queryTime)
	}
	return fmt.Errorf("jq: %w", err)
}
