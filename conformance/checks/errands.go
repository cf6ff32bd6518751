package checks

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// maxErrands bounds how many resources and prompts an errand run uses.
const maxErrands = 3

// errands are what an ordinary client asks a server to do: lists, a few
// resources and prompts, and the tools that the user allows. Log messages and
// progress, where a server has any, come in the course of them.
func errands(ctx context.Context, p *conformance.Probe) []mcp.Request {
	var all []mcp.Request
	for _, what := range []string{"tools", "resources", "prompts"} {
		if p.Missing(what) == "" {
			all = append(all, mcp.Request{Method: what + "/list"})
		}
	}
	for _, e := range errandEntries(ctx, p, "resources") {
		all = append(all, mcp.Request{Method: "resources/read", Params: map[string]any{"uri": e.Get("uri").Text()}})
	}
	for _, e := range errandEntries(ctx, p, "prompts") {
		all = append(all, mcp.Request{Method: "prompts/get", Params: promptsGetParams(e)})
	}
	return append(all, toolErrands(ctx, p)...)
}

// errandEntries are the first listed descriptors, none when there is no list:
// that is judged elsewhere.
func errandEntries(ctx context.Context, p *conformance.Probe, what string) []conformance.Entry {
	if p.Missing(what) != "" {
		return nil
	}
	l, err := p.List(ctx, what)
	if err != nil {
		return nil
	}
	return l.Entries[:min(maxErrands, len(l.Entries))]
}

// maxTimed bounds how many of the allowed tools errands look at.
const maxTimed = 20

// quick is how long a tool may take that errands call again and again.
const quick = 500 * time.Millisecond

// timed is a call of an allowed tool, and how long it took when it was made.
type timed struct {
	call mcp.Request
	took time.Duration
}

// timedTools are calls of the first allowed tools. Each is made once in a run
// to learn how long it takes, and broken off when it is not quick. When none
// may be called, none are returned.
func timedTools(ctx context.Context, p *conformance.Probe) []timed {
	calls := allowedCalls(ctx, p)
	took, err := conformance.OnceForAll(ctx, p, "timed tools", func(ctx context.Context) (map[string]time.Duration, error) {
		s, err := p.Fresh(ctx)
		if err != nil {
			return nil, err
		}
		took := map[string]time.Duration{}
		for _, r := range calls {
			x := s.Start(ctx, r)
			if took[calledTool(x)] = quick; within(ctx, x, quick) {
				took[calledTool(x)] = x.Took()
			} else {
				s.Do(ctx, cancelRequest(x.Asked))
			}
			x.Close()
		}
		return took, nil
	})
	if err != nil {
		return nil
	}
	var all []timed
	for _, r := range calls {
		name := mcp.ValueOf(r.Params).Get("name").Text()
		if _, known := took[name]; known {
			all = append(all, timed{r, took[name]})
		}
	}
	return all
}

// allowedCalls are calls of the first allowed tools, with arguments made up
// for them.
func allowedCalls(ctx context.Context, p *conformance.Probe) []mcp.Request {
	allowed, err := p.AllowedTools(ctx)
	if err != nil {
		return nil
	}
	var all []mcp.Request
	for _, tool := range allowed[:min(maxTimed, len(allowed))] {
		if arguments, ok := toolsExample(tool); ok {
			all = append(all, toolsCall(tool, arguments))
		}
	}
	return all
}

// within reports whether an exchange is over in time.
func within(ctx context.Context, x *mcp.Exchange, patience time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case <-x.Done():
		return true
	case <-ctx.Done():
		return false
	}
}

// toolErrands are calls of the allowed tools that are quick.
func toolErrands(ctx context.Context, p *conformance.Probe) []mcp.Request {
	var all []mcp.Request
	for _, t := range timedTools(ctx, p) {
		if t.took < quick {
			all = append(all, t.call)
		}
	}
	return all
}

// slowErrands are calls of the few tools that took longest, and at least so
// long.
func slowErrands(ctx context.Context, p *conformance.Probe, least time.Duration, most int) []timed {
	slowest := slices.SortedStableFunc(slices.Values(timedTools(ctx, p)), func(a, b timed) int { return cmp.Compare(b.took, a.took) })
	var all []timed
	for _, t := range slowest {
		if t.took >= least && len(all) < most {
			all = append(all, t)
		}
	}
	return all
}

// withMeta is a request with one more member of _meta.
func withMeta(r mcp.Request, key string, value any) mcp.Request {
	meta := map[string]any{key: value}
	for k, v := range r.Meta {
		if k != key {
			meta[k] = v
		}
	}
	r.Meta = meta
	return r
}

// dialogue is every message that crossed a connection, sent or received, in
// order; batches are opened.
func dialogue(c conformance.Connection) []conformance.Seen {
	return dialogueOf(c, func(mcp.Frame) bool { return true })
}

// dialogueOf is the part of a dialogue that stands in the frames to keep.
func dialogueOf(c conformance.Connection, keep func(mcp.Frame) bool) []conformance.Seen {
	frames, exchanges := c.Frames(), c.Exchanges()
	kept := 0
	for _, f := range frames {
		if keep(f) {
			kept++
		}
	}
	all := make([]conformance.Seen, 0, kept) // rarely is there a batch among them
	for _, f := range frames {
		if !keep(f) {
			continue
		}
		var x *mcp.Exchange
		if f.Exchange >= 0 && f.Exchange < len(exchanges) {
			x = exchanges[f.Exchange]
		}
		whole, err := f.Message()
		if err != nil {
			continue
		}
		if whole.MessageKind() != mcp.BatchMessage {
			all = append(all, conformance.Seen{Message: whole, Frame: f, Connection: c, Exchange: x})
			continue
		}
		for i, m := range whole.Batch() {
			all = append(all, conformance.Seen{Message: m, Frame: f, Connection: c, Exchange: x, Pointer: "/" + strconv.Itoa(i)})
		}
	}
	return all
}

// heard is what was received on a connection after a frame, -1 for all.
func heard(log *mcp.Log, after int) []conformance.Seen {
	return dialogueOf(conformance.Connection{Log: log}, func(f mcp.Frame) bool {
		return f.Direction == mcp.Received && f.Seq > after
	})
}

// lastFrame is the number of the last frame so far.
func lastFrame(log *mcp.Log) int {
	frames := log.Frames()
	if len(frames) == 0 {
		return -1
	}
	return frames[len(frames)-1].Seq
}

// settle waits, after a frame, for what matches: for the first of it and then
// for each next as long as patience, until a response is among it. All in all
// it waits no longer than thrice that.
func settle(ctx context.Context, s *mcp.Session, after int, patience time.Duration, match func(mcp.Message) bool) {
	all, cancel := context.WithTimeout(ctx, 3*patience)
	defer cancel()
	isResponse := func(m mcp.Message) bool { return m.MessageKind() == mcp.ResponseMessage }
	for answered := false; !answered; {
		next, stop := context.WithTimeout(all, patience)
		f, err := s.Await(next, func(f mcp.Frame) bool {
			return f.Seq > after && f.Direction == mcp.Received && slices.ContainsFunc(f.Messages(), match)
		})
		stop()
		if err != nil {
			return
		}
		after, answered = f.Seq, slices.ContainsFunc(f.Messages(), isResponse)
	}
}
