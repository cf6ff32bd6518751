package checks

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// tokened is a request that was sent with a progress token.
type tokened struct {
	token mcp.Value
	sent  conformance.Seen
	// answered is where its response came, once it has.
	answered *conformance.Seen
	// task says that its first response does not end it.
	task bool
}

// report is a progress notification.
type report struct {
	conformance.Seen
	// of is the request that its token names; alike is one whose token is
	// the same text in another JSON type. Both are nil for unknown tokens.
	of, alike *tokened
	// late says that the response came before it, on the same stream.
	late bool
}

func (r report) token() mcp.Value { return r.Params().Get("progressToken") }

// reports finds the progress notifications of a connection and what they are
// about.
func reports(c conformance.Connection, kind mcp.TransportKind) []report {
	var all []report
	var asked []*tokened
	for _, m := range dialogue(c) {
		switch {
		case m.Frame.Direction == mcp.Sent:
			if token := m.Params().Get("_meta", "progressToken"); token.Exists() && m.MessageKind() == mcp.RequestMessage {
				asked = append(asked, &tokened{token: token, sent: m, task: m.Params().Has("task")})
			}
		case m.MessageKind() == mcp.ResponseMessage:
			for _, a := range asked {
				if mcp.Equal(a.sent.ID(), m.ID()) && a.answered == nil {
					a.answered, a.task = &m, a.task || m.Result().Has("task") || m.Result().Has("taskId")
				}
			}
		case m.Method() == "notifications/progress":
			r := report{Seen: m}
			for _, a := range asked {
				switch {
				case mcp.Equal(a.token, r.token()):
					r.of = a
				case sameText(a.token, r.token()):
					r.alike = a
				}
			}
			r.late = r.of != nil && r.of.answered != nil &&
				(kind != mcp.HTTP || r.of.answered.Frame.Exchange == m.Frame.Exchange)
			all = append(all, r)
		}
	}
	return all
}

// sameText reports whether a string and a number read the same.
func sameText(a, b mcp.Value) bool {
	bare := func(v mcp.Value) string { return strings.Trim(v.String(), `"`) }
	return a.Kind() != b.Kind() && b.Exists() && bare(a) == bare(b)
}

// eachReport judges the progress that comes when errands are run with tokens.
func eachReport(ctx context.Context, p *conformance.Probe, nothing string, judge func(*conformance.Judge, report)) error {
	log, err := conformance.Once(ctx, p, "progress", func(ctx context.Context) (*mcp.Log, error) { return progressErrands(ctx, p) })
	if err != nil {
		return err
	}
	j := p.Judge()
	for _, r := range reports(conformance.Connection{Log: log}, p.Transport) {
		judge(j, r)
	}
	return j.Err(nothing)
}

// progressErrands runs errands with progress tokens. Each tool is called twice
// at the same time, with tokens of both types. Slow tools are called all at once, and
// broken off once two reports have come.
func progressErrands(ctx context.Context, p *conformance.Probe) (*mcp.Log, error) {
	s, err := p.FreshWith(ctx, func(o *mcp.Options) { o.Listen = true })
	if err != nil {
		return nil, err
	}
	for i, r := range errands(ctx, p) {
		var both sync.WaitGroup
		both.Go(func() { s.Do(ctx, withMeta(r, "progressToken", fmt.Sprintf("mcpctl-%d", i))) })
		if r.Method == "tools/call" {
			both.Go(func() { s.Do(ctx, withMeta(r, "progressToken", 1000+i)) })
		}
		both.Wait()
	}
	const most, patience = 3, 5 * time.Second
	var slow sync.WaitGroup
	for i, r := range slowErrands(ctx, p, quick, most) {
		for _, token := range []any{fmt.Sprintf("mcpctl-slow-%d", i), 2000 + i} {
			slow.Go(func() {
				x := s.Start(ctx, withMeta(r.call, "progressToken", token))
				seen := 0
				settleFirst(ctx, s, patience, func(m mcp.Message) bool {
					if mcp.Equal(m.Params().Get("progressToken"), mcp.ValueOf(token)) {
						seen++
					}
					return seen == 2 || m.MessageKind() == mcp.ResponseMessage && mcp.Equal(m.ID(), x.Asked)
				})
				if !isDone(x) {
					s.Do(ctx, cancelRequest(x.Asked))
				}
				x.Close()
			})
		}
	}
	slow.Wait()
	// What comes too late must have come before the answer to this.
	_, err = p.Control(ctx, s)
	return s.Log(), err
}

// progressAskedFor watches connections on which no token was given, and over
// HTTP also the answers to single requests without one.
func progressAskedFor(t *conformance.Traffic) error {
	j := t.Judge()
	for _, c := range t.Connections {
		if c.Bare {
			continue
		}
		given := false
		tokens := map[int]bool{} // by the exchange they were sent in
		for _, m := range dialogue(c) {
			apart := t.Revision.Era() == mcp.Stateless && t.Transport == mcp.HTTP && m.Exchange != nil && m.Exchange.Method == "POST" && !tokens[m.Frame.Exchange]
			switch {
			case m.Frame.Direction == mcp.Sent:
				if m.Params().Get("_meta").Has("progressToken") {
					given, tokens[m.Frame.Exchange] = true, true
				}
			case m.Method() == "notifications/progress" && !given:
				j.Faultf(m, "/params/progressToken", "progress was reported, but no request had a progressToken")
			case m.Method() == "notifications/progress" && apart:
				j.Faultf(m, "/params/progressToken", "progress was reported in the answer to %s, which had no progressToken", m.Exchange.Request.Method)
			case m.MessageKind() == mcp.ResponseMessage && (!given || apart) && mayTakeTime(m.Exchange):
				j.Met(m)
			}
		}
	}
	return j.Err("no tool, prompt or resource was used without a progressToken")
}

// mayTakeTime reports whether an exchange asked for something on whose
// progress a server may report.
func mayTakeTime(x *mcp.Exchange) bool {
	if x == nil {
		return false
	}
	switch x.Request.Method {
	case "tools/call", "prompts/get", "resources/read":
		return true
	}
	return false
}

// progressSentTokens watches the tokens of the server's own requests.
func progressSentTokens(t *conformance.Traffic) error {
	j := t.Judge()
	for _, c := range t.Connections {
		if c.Bare {
			continue
		}
		var open []conformance.Seen
		for _, m := range dialogue(c) {
			token := m.Params().Get("_meta", "progressToken")
			switch {
			case m.Frame.Direction == mcp.Sent && m.MessageKind() == mcp.ResponseMessage:
				open = without(open, m.ID())
			case m.Frame.Direction != mcp.Received || m.MessageKind() != mcp.RequestMessage || !token.Exists():
			case !token.Is(mcp.String) && !token.Whole():
				j.Faultf(m, "/params/_meta/progressToken", "the progressToken must be a string or an integer, not %.40s", token)
			default:
				j.Met(m)
				for _, other := range open {
					if mcp.Equal(other.Params().Get("_meta", "progressToken"), token) {
						j.Faultf(m, "/params/_meta/progressToken", "the progressToken %.40s is that of another request still open", token)
					}
				}
				open = append(open, m)
			}
		}
	}
	return j.Err("the server sent no request with a progressToken")
}

// without leaves out the request of that id.
func without(open []conformance.Seen, id mcp.Value) []conformance.Seen {
	var rest []conformance.Seen
	for _, m := range open {
		if !mcp.Equal(m.ID(), id) {
			rest = append(rest, m)
		}
	}
	return rest
}
