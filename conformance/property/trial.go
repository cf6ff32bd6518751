package property

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

// call is one input to a tool and what its inputSchema says to it.
type call struct {
	arguments any
	problems  []schema.Problem // none: it is valid
}

func (c call) valid() bool { return len(c.problems) == 0 }

// extra reports whether members too many are all that is wrong.
func (c call) extra() bool {
	for _, p := range c.problems {
		if !strings.HasPrefix(p.Message, "has members that are not allowed") {
			return false
		}
	}
	return !c.valid()
}

// trial is a call that was made and all that was seen of it.
type trial struct {
	call
	first  *mcp.Exchange
	second *mcp.Exchange // the same again, of a tool that says it is idempotent
	next   *mcp.Exchange // an ordinary request after an invalid call
	// changed is what looks other than before; looked says that it was
	// compared, which is done for single calls alone.
	changed []string
	looked  bool
}

// subject is a tool under test, with what it declares. It is safe for
// concurrent use.
type subject struct {
	tool       mcp.Value
	name       string
	revision   mcp.Revision
	input      *schema.Validator
	output     *schema.Validator // nil: nothing to hold results to
	readOnly   bool
	idempotent bool
	leaks      leaks
}

// newSubject prepares a tool. The error says why it cannot be tested.
func newSubject(tool mcp.Value, r mcp.Revision) (*subject, error) {
	s := &subject{tool: tool, name: tool.Get("name").Text(), revision: r, leaks: newLeaks()}
	if tool.Get("execution", "taskSupport").Text() == "required" && r == mcp.Rev20251125 {
		return nil, errors.New("it runs as a task only, which is not supported here")
	}
	var err error
	if s.input, err = schema.Compile(tool.Get("inputSchema").Raw()); err != nil {
		return nil, fmt.Errorf("its inputSchema cannot be used: %w", err)
	}
	if by := tool.Get("outputSchema"); by.Exists() && r >= mcp.Rev20250618 {
		if s.output, err = schema.Compile(by.Raw()); err != nil {
			return nil, fmt.Errorf("its outputSchema cannot be used: %w", err)
		}
	}
	hints := tool.Get("annotations")
	s.readOnly = hints.Get("readOnlyHint").True()
	s.idempotent = hints.Get("idempotentHint").True() && !s.readOnly // it means nothing beside readOnlyHint
	return s, nil
}

// callOf judges arguments by the inputSchema. Not ok says that it cannot tell.
func (s *subject) callOf(arguments any) (call, bool) {
	problems, err := s.input.Validate(mcp.ValueOf(arguments).Raw())
	return call{arguments, problems}, err == nil
}

// try makes a call and what its rules want beside it. Alone, nothing else is
// under way, so that what changes on the server is the call's doing.
func (s *subject) try(ctx context.Context, session *mcp.Session, c call, alone bool) trial {
	t := trial{call: c, looked: alone && s.readOnly}
	var before state
	if t.looked {
		before = steady(ctx, session)
	}
	request := conformance.ToolCall(conformance.Entry{Value: s.tool}, c.arguments)
	t.first = session.Do(ctx, request)
	answered := t.first.Reply() != nil
	if answered && s.idempotent && c.valid() {
		t.second = session.Do(ctx, request)
	}
	if answered && !c.valid() {
		t.next = ordinary(ctx, session)
	}
	if t.looked {
		t.changed = before.since(ctx, session)
	}
	return t
}

// ordinary is a request that every server answers.
func ordinary(ctx context.Context, s *mcp.Session) *mcp.Exchange {
	if s.Revision().Era() == mcp.Stateless {
		return s.Call(ctx, "server/discover", nil)
	}
	return s.Call(ctx, "ping", nil)
}
