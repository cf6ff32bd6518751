package cases

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/mcpctl/mcpctl/mcp"
)

// script answers what the server asks. It is safe for concurrent use.
type script struct {
	judging   *judging
	standing  []scripted // of the case: as often as they are asked for
	stateless bool

	mu    sync.Mutex
	queue []scripted // of the step: once each
	wrong []mismatch
}

// scripted is an answer with the variables in it.
type scripted struct {
	answer
	result mcp.Value
	refuse mcp.Value
	used   bool
}

func fillAnswers(all []answer, v vars) []scripted {
	var filled []scripted
	for _, a := range all {
		one := scripted{answer: a}
		if a.refuse != nil {
			one.refuse = a.refuse.fill(v)
		} else {
			one.result = a.result.fill(v)
		}
		filled = append(filled, one)
	}
	return filled
}

// begin puts the answers of a step in place.
func (s *script) begin(all []answer, v vars) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue, s.wrong = fillAnswers(all, v), nil
}

// end tells what was wrong with the questions of the step: those that were not
// as expected, and those that were not asked.
func (s *script) end() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var wrong []string
	for _, m := range s.wrong {
		wrong = append(wrong, m.String())
	}
	for _, one := range s.queue {
		if !one.used {
			wrong = append(wrong, fmt.Sprintf("the server never asked %s, for which the step has an answer", one.method))
		}
	}
	s.queue = nil
	return wrong
}

// respond is inspect.Options.Respond: the first answer of the step that is left
// for the method, else the first of the case.
func (s *script) respond(_ context.Context, method string, params mcp.Value) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.queue {
		if one := &s.queue[i]; one.method == method && !one.used {
			one.used = true
			return s.give(*one, params)
		}
	}
	for _, one := range s.standing {
		if one.method == method {
			return s.give(one, params)
		}
	}
	if method == "roots/list" {
		return map[string]any{"roots": []any{}}, nil // no folder is a proper answer
	}
	return nil, errors.New("the case has no answer to it")
}

func (s *script) give(one scripted, params mcp.Value) (any, error) {
	if one.asked != nil {
		j := judging{vars: s.judging.vars, golden: s.judging.golden}
		j.check(one.asked, "question "+one.method+" $", params)
		s.wrong = append(s.wrong, j.wrong...)
	}
	switch {
	case !one.refuse.Exists():
		return one.result, nil
	case s.stateless:
		return nil, errors.New("$error cannot be said in this revision: answer with an action, or limit the case to others")
	}
	code, _ := one.refuse.Get("code").Int()
	return &mcp.RPCError{Code: code, Message: one.refuse.Get("message").Text()}, nil
}
