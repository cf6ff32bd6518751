package checks

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// Bounds on surveys.
const (
	maxAskers   = 3 // requests that one check makes a server ask by
	maxReopened = 5 // sessions that a server may end on the way

	// surveyTime is when a survey stops at what it has found: tools may
	// take long, and checks wait for it.
	surveyTime = 30 * time.Second
)

// survey makes the requests that may make a server ask for something, once
// for all checks: reads, prompts, and the tools that the user allowed.
// Questions are declined.
func survey(ctx context.Context, p *conformance.Probe) ([]talk, error) {
	return conformance.Once(ctx, p, "survey of questions", func(ctx context.Context) ([]talk, error) {
		if p.Revision.Era() == mcp.Stateless {
			return statelessSurvey(ctx, p)
		}
		s := &surveyor{p: p, answer: declining, began: time.Now()}
		all, err := s.talks(ctx, append([]mcp.Request{{Method: "ping"}}, surveyed(ctx, p)...))
		if err != nil || len(all) == 0 {
			return nil, err
		}
		all[0].opening = true
		return all, s.confirm(ctx, all)
	})
}

// surveyor makes requests one after another, on a new session whenever the
// server has ended one, until its time is over.
type surveyor struct {
	p            *conformance.Probe
	capabilities map[string]any
	answer       reply
	began        time.Time
	host         *host
	opened       int
}

// talk makes one request; ok is false when there shall be no more.
func (s *surveyor) talk(ctx context.Context, r mcp.Request) (t talk, ok bool, err error) {
	if time.Since(s.began) > surveyTime || s.opened > maxReopened {
		return t, false, nil
	}
	if s.host == nil || s.host.Log().Ended() != nil {
		s.opened++
		if s.host, err = newHost(ctx, s.p, s.capabilities, s.answer); err != nil {
			s.host = nil
			if s.opened > 1 { // what was found before the server was gone still counts
				s.opened, err = maxReopened+1, nil
			}
			return t, false, err
		}
	}
	return s.host.talk(ctx, r, s.answer), true, nil
}

// lost reports that the connection ended before the request was answered.
func (t talk) lost() bool {
	return len(t.rounds) > 0 && t.last().Reply() == nil && !errors.Is(t.last().Err(), mcp.ErrTimeout)
}

// cut reports that it ended even before anything was asked.
func (t talk) cut() bool { return t.lost() && len(t.asked) == 0 }

func (s *surveyor) talks(ctx context.Context, requests []mcp.Request) ([]talk, error) {
	var all []talk
	for _, r := range requests {
		t, ok, err := s.talk(ctx, r)
		if err != nil {
			return nil, err
		}
		if t.cut() {
			s.host = nil
			if t, ok, err = s.talk(ctx, r); err != nil {
				return nil, err
			}
		}
		if !ok {
			break
		}
		all = append(all, t)
	}
	return all, nil
}

// confirm makes the requests during which something was asked once more: what
// is not asked again had nothing to do with them. Some servers ask a moment
// after a session opens, whatever else is going on, so it is put down to the
// opening. Requests that were not answered come last, for they take long.
func (s *surveyor) confirm(ctx context.Context, all []talk) error {
	silent := func(t talk) bool { return t.last().Reply() == nil }
	for _, turn := range []bool{false, true} {
		for i, t := range all[1:] {
			if len(t.asked) == 0 || silent(t) != turn {
				continue
			}
			again, ok, err := s.talk(ctx, t.request)
			if err == nil && again.cut() {
				s.host = nil // its session was at its end already
				again, ok, err = s.talk(ctx, t.request)
			}
			if err != nil {
				return err
			}
			if !ok && t.lost() {
				continue // there is no server left to ask
			}
			var kept []question
			for _, q := range t.asked {
				if len(again.asks(q.method())) > 0 {
					kept = append(kept, q)
				} else {
					all[0].asked = append(all[0].asked, q)
				}
			}
			all[i+1].asked = kept
		}
	}
	return nil
}

// statelessSurvey asks on the shared session: the questions come with the
// answers, so nothing else gets in between.
func statelessSurvey(ctx context.Context, p *conformance.Probe) ([]talk, error) {
	var all []talk
	for _, r := range surveyed(ctx, p) {
		x, err := askAny(ctx, p, r)
		if err != nil {
			return nil, err
		}
		all = append(all, talk{request: r, asked: questionsIn(answerTo(x)), rounds: []*mcp.Exchange{x}})
	}
	return all, nil
}

// askAny is Ask, but for requests with headers of their own.
func askAny(ctx context.Context, p *conformance.Probe, r mcp.Request) (*mcp.Exchange, error) {
	if len(r.Header) == 0 {
		return p.Ask(ctx, r.Method, r.Params)
	}
	s, err := p.Shared(ctx)
	if err != nil {
		return nil, err
	}
	return s.Do(ctx, r), nil
}

// surveyed are the requests of the survey.
func surveyed(ctx context.Context, p *conformance.Probe) []mcp.Request {
	var all []mcp.Request
	for _, e := range errandEntries(ctx, p, "resources") {
		all = append(all, mcp.Request{Method: "resources/read", Params: map[string]any{"uri": e.Get("uri").Text()}})
	}
	for _, e := range errandEntries(ctx, p, "prompts") {
		all = append(all, mcp.Request{Method: "prompts/get", Params: promptsGetParams(e)})
	}
	tools, err := p.AllowedTools(ctx)
	if err != nil {
		return all
	}
	for _, tool := range tools[:min(maxToolCalls, len(tools))] {
		if arguments, ok := toolsExample(tool); ok {
			all = append(all, toolsCall(tool, arguments))
		}
	}
	return all
}

// askers are the first few talks of the survey in which the server asked a
// question that the look chooses. When there are none, the error says so.
func askers(ctx context.Context, p *conformance.Probe, method string, choose func(question) bool) ([]talk, error) {
	all, err := survey(ctx, p)
	if err != nil {
		return nil, err
	}
	var found []talk
	for _, t := range all {
		if len(found) < maxAskers && slices.ContainsFunc(t.asks(method), choose) {
			found = append(found, t)
		}
	}
	if len(found) == 0 {
		return nil, conformance.Unprovenf("%s", notAsked(p.Facts, method))
	}
	return found, nil
}

// anyQuestion chooses every question.
func anyQuestion(question) bool { return true }

// talksWith makes the requests that make the server ask anything once more,
// for a client with other capabilities. Checks share what came of it.
func talksWith(ctx context.Context, p *conformance.Probe, capabilities map[string]any) ([]talk, error) {
	key, err := json.Marshal(capabilities)
	if err != nil {
		return nil, err
	}
	return conformance.Once(ctx, p, "questions to "+string(key), func(ctx context.Context) ([]talk, error) {
		all, err := survey(ctx, p)
		if err != nil {
			return nil, err
		}
		var again []mcp.Request
		for _, t := range all {
			if len(t.asked) > 0 || demandsVisit(t.last()) {
				again = append(again, t.request)
			}
		}
		s := &surveyor{p: p, capabilities: capabilities, answer: accepting, began: time.Now()}
		return s.talks(ctx, again)
	})
}

// slowByItself reports whether a request is not answered in time even when
// the client has nothing to be asked for.
func slowByItself(ctx context.Context, p *conformance.Probe, r mcp.Request) bool {
	all, err := talksWith(ctx, p, noCapabilities())
	return err == nil && slices.ContainsFunc(all, func(t talk) bool {
		return requestName(t.request) == requestName(r) && t.last().Reply() == nil && t.last().Log().Ended() == nil
	})
}
