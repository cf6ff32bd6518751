package property

import (
	"context"
	"fmt"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// survey is the test of a server in one revision.
type survey struct {
	tester
	*ledger
}

// all applies the passive rules, then those that call the tools allowed.
func (s *survey) all(ctx context.Context) {
	session, err := s.get(ctx)
	if err != nil {
		s.trouble(err)
		return
	}
	tools := s.lists(ctx, session)
	s.schemas(tools)
	var allowed []conformance.Entry
	for _, tool := range tools {
		if s.options.Allows(tool.Get("name").Text()) {
			allowed = append(allowed, tool)
		}
	}
	switch {
	case len(s.options.AllowTools) == 0:
		s.skip("no tool may be called; allow some with --allow-tool GLOB")
	case !session.Capabilities().Has("tools"):
		s.skip("the server does not declare tools")
	case len(allowed) == 0:
		s.unseen = "no listed tool is allowed by --allow-tool"
	default:
		s.tools(ctx, allowed)
	}
}

// tools tests the tools allowed, one after the other.
func (s *survey) tools(ctx context.Context, tools []conformance.Entry) {
	made, total := 0, len(tools)*s.options.Calls
	for i, tool := range tools {
		name := tool.Get("name").Text()
		s.made = func(calls int) {
			if made += calls; s.options.Tell != nil {
				s.options.Tell(name, made, total)
			}
		}
		s.declared(tool.Value)
		if err := s.one(ctx, tool.Value); err != nil {
			s.untested(name, err)
		}
		if made = (i + 1) * s.options.Calls; ctx.Err() != nil {
			return
		}
	}
}

func (s *survey) one(ctx context.Context, tool mcp.Value) error {
	subject, err := newSubject(tool, s.opening.Revision)
	if err != nil {
		return err
	}
	calls, err := subject.inputs(s.options.Calls, s.options.Seed)
	if err != nil {
		return err
	}
	r := s.test(ctx, subject, calls)
	s.take(subject, r)
	return r.err
}

// again makes one call by itself and judges it.
func (s *survey) again(ctx context.Context, repro Repro) error {
	session, err := s.get(ctx)
	if err != nil {
		s.trouble(err)
		return nil
	}
	s.passiveWhy = "only one call was repeated"
	l, err := conformance.FetchList(ctx, session, "tools")
	if err != nil {
		s.trouble(err)
		return nil
	}
	for _, tool := range l.Entries {
		if tool.Get("name").Text() != repro.Tool {
			continue
		}
		s.declared(tool.Value)
		subject, err := newSubject(tool.Value, repro.Revision)
		if err != nil {
			s.untested(repro.Tool, err)
			return nil
		}
		c, ok := subject.callOf(argumentsOf(repro))
		if !ok {
			s.untested(repro.Tool, fmt.Errorf("its arguments cannot be judged by its inputSchema"))
			return nil
		}
		t := subject.try(ctx, session, c, true)
		r := result{judged: map[string]int{}, failures: map[string]*failure{}}
		r.add(t, subject.judge(t))
		for _, f := range r.failures {
			f.alone = true
		}
		s.take(subject, r)
		return nil
	}
	return fmt.Errorf("the server lists no tool %q in %s", repro.Tool, repro.Revision)
}

// argumentsOf are the arguments of a call to repeat, as they are sent.
func argumentsOf(r Repro) any {
	if !r.Arguments.Exists() {
		return nil
	}
	return r.Arguments
}
