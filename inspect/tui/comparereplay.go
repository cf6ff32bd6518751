package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/inspect/compare"
	"github.com/mcpctl/mcpctl/mcp"
)

// maxReplayed is how many calls are made again at most.
const maxReplayed = 100

// sideSource is the server that a side was read from, nil for what cannot be asked.
type sideSource struct {
	target mcp.Target
	rev    mcp.Revision
}

// sideSource is the server of this connection, nil for a recording.
func (r *Room) sideSource() *sideSource {
	c := r.Conn.Client()
	if c == nil {
		return nil
	}
	return &sideSource{r.options.Target, c.Revision()}
}

// replayedMsg is what came of making the calls of one side on the other.
type replayedMsg struct {
	turn  int
	calls []compare.Call
	err   error
}

// replayKey is the key that makes the calls of side A on side B.
func (s *comparing) replayKey() Key {
	return Key{Key: "C", Does: "replay calls", Why: s.whyNoReplay(), Do: s.askReplay, Rare: true}
}

func (s *comparing) whyNoReplay() string {
	switch {
	case !s.haveB:
		return "there is nothing to compare with yet"
	case s.sourceB == nil:
		return "side B is a recording, which answers nothing; s swaps the sides"
	case len(again(s.a.Calls)) == 0:
		return "side A has no calls"
	case s.Waiting():
		return "something is being read"
	}
	return ""
}

// again are the calls that can be made again: each once.
func again(calls []compare.Call) []compare.Call {
	var all []compare.Call
	for _, c := range calls {
		same := func(o compare.Call) bool { return o.Method == c.Method && mcp.Equal(o.Params, c.Params) }
		if c.Method != "completion/complete" && !slices.ContainsFunc(all, same) && len(all) < maxReplayed {
			all = append(all, c)
		}
	}
	return all
}

// askReplay asks before anything is called: a tool may change the world.
func (s *comparing) askReplay() tea.Cmd {
	calls := again(s.a.Calls)
	lines := []Line{{S(Plain, "On "), S(Strong, s.b.Name), S(Plain, ", on a connection of its own:")}, nil}
	called := 0
	for _, c := range calls {
		lines = append(lines, Line{S(Accent, c.Method+" "), S(Strong, subjectOf(c)), S(Dim, " "+shortened(c.Params.Get("arguments").String(), 200))})
		if c.Method == "tools/call" {
			called++
		}
	}
	end := "Nothing but reading is asked for."
	if called > 0 {
		end = plural(called, "tool") + " will be called, with all that it does."
	}
	lines = append(lines, nil, L(Warn, end), nil, Line{S(Accent, "y"), S(Plain, " agrees; "), S(Accent, "n"), S(Plain, ", enter and esc do not")})
	return s.room.open(newConsent(s.room, "make "+plural(len(calls), "call")+" of A again on B?", "replay", lines, func() tea.Cmd { return s.replay(calls) }))
}

// subjectOf is what a call is about.
func subjectOf(c compare.Call) string {
	return pick(c.Params.Get("name"), c.Params.Get("uri")).Text()
}

// replay makes calls on side B, one after the other. What the server asks
// meanwhile is answered by the answers given to the program, or refused.
func (s *comparing) replay(calls []compare.Call) tea.Cmd {
	r, from, tools := s.room, *s.sourceB, s.b.Tools
	turn := s.begin(plural(len(calls), "call") + " on B")
	o := r.options.Inspect
	o.Revision, o.Tell = from.rev, nil
	r.working.Add(1)
	return func() tea.Msg {
		defer r.working.Done()
		ctx, cancel := context.WithTimeout(r.ctx, compareWithin)
		defer cancel()
		client, err := inspect.Open(ctx, from.target, o)
		if err != nil {
			return replayedMsg{turn: turn, err: err}
		}
		defer func() { _ = client.Close(ctx) }() // it has told all that was wanted
		var done []compare.Call
		for _, c := range calls {
			one, err := callAgain(ctx, client, tools, c)
			if err != nil {
				return replayedMsg{turn, done, fmt.Errorf("%s %s: %w", c.Method, subjectOf(c), err)}
			}
			done = append(done, one)
		}
		return replayedMsg{turn: turn, calls: done}
	}
}

// callAgain makes a call again, of a tool as it is listed. An error that the server
// answers with is an answer.
func callAgain(ctx context.Context, client *inspect.Client, tools []mcp.Value, c compare.Call) (compare.Call, error) {
	params := map[string]any{}
	for _, m := range c.Params.Members() {
		params[m.Name] = m.Value
	}
	out := compare.Call{Method: c.Method, Params: c.Params}
	var result mcp.Value
	var err error
	if tool, unknown := inspect.Tools.Find(tools, subjectOf(c)); c.Method == "tools/call" && unknown == nil {
		result, err = client.CallTool(ctx, tool, c.Params.Get("arguments"))
	} else {
		result, err = client.Ask(ctx, c.Method, params, nil)
	}
	var refused *inspect.Refused
	var failure *mcp.RPCError
	switch {
	case result.Exists() || errors.As(err, &refused):
		out.Result = result
	case errors.As(err, &failure):
		out.Error = mcp.ValueOf(map[string]any{"code": failure.Code, "message": failure.Message})
	default:
		return out, err
	}
	return out, nil
}

// replayed takes in what came of it, also when it was broken off.
func (s *comparing) replayed(m replayedMsg) tea.Cmd {
	if m.turn != s.reading {
		return nil
	}
	s.reading, s.trouble = 0, ""
	if m.err != nil {
		s.trouble = m.err.Error()
	}
	s.b.Calls = m.calls
	s.compare()
	if m.err != nil {
		return s.room.toast(Bad, fmt.Sprintf("%s made, then: %s", plural(len(m.calls), "call"), oneLine(s.trouble)))
	}
	return s.room.toast(OK, plural(len(m.calls), "call")+" made again on B")
}
