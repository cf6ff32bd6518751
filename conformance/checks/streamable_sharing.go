package checks

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// streamableSharing is the part of the suite about what belongs on which
// stream: basic/transports#sending-messages-to-the-server and
// #listening-for-messages-from-the-server.
func streamableSharing() []conformance.Check {
	return []conformance.Check{{
		ID:     "streamable/stream/related",
		Title:  "what comes on the stream of a call belongs to that call",
		Claims: claims{Handshake: ids{"http.sse.related-messages-only"}},
		Needs:  "allowed-tools",
		Reach:  conformance.Invoke,
		Run:    streamableRelated,
		Fix:    "Send progress on the stream of the request whose token it carries.",
	}, {
		ID:     "streamable/get/unrelated",
		Title:  "what comes on the GET stream belongs to no request under way",
		Claims: claims{Handshake: ids{"http.get.unrelated-messages"}},
		Needs:  "allowed-tools",
		Reach:  conformance.Invoke,
		Run:    streamableUnrelated,
		Fix:    "Send progress on the stream of the request whose token it carries.",
	}, {
		ID:     "streamable/session/no-crossing",
		Title:  "two clients that use the same ids each get their own answers",
		Claims: claims{Handshake: ids{"base.response.one-per-request"}},
		Needs:  "http",
		Reach:  conformance.Observe,
		Run:    streamableNoCrossing,
		Fix:    "Keep the requests under way apart by session and connection, not by their ids alone.",
	}}
}

// Bounds on the calls that one check makes: their number, and when no other
// is begun any more.
const (
	streamableTools  = 20
	streamableBudget = 8 * time.Second
)

// streamableCall gives, one after another, good calls of the allowed tools to
// try, until that has seen enough.
func streamableCall(ctx context.Context, p *conformance.Probe, token string, try func(mcp.Request) (enough bool)) error {
	tools, err := p.AllowedTools(ctx)
	if err != nil {
		return err
	}
	began := time.Now()
	for _, tool := range tools[:min(len(tools), streamableTools)] {
		arguments, ok := toolsExample(tool)
		if !ok {
			continue
		}
		r := toolsCall(tool, arguments)
		r.Meta = map[string]any{"progressToken": token}
		r.Timeout = streamablePatience
		if try(r) || ctx.Err() != nil || time.Since(began) > streamableBudget {
			break
		}
	}
	return nil
}

// streamableCalls is what came of calling tools twice at once, with a GET
// stream open beside them.
type streamableCalls struct {
	calls []*mcp.Exchange // each with its progress token in Request.Meta
	get   *mcp.Exchange
	noGet error // why there is no GET stream
}

// streamableParallel makes those calls, once for all checks.
func streamableParallel(ctx context.Context, p *conformance.Probe) (*streamableCalls, error) {
	return conformance.Once(ctx, p, "parallel calls", func(ctx context.Context) (*streamableCalls, error) {
		s, err := p.Fresh(ctx)
		if err != nil {
			return nil, err
		}
		all := &streamableCalls{}
		all.get, all.noGet = streamableListen(ctx, s, "")
		err = streamableCall(ctx, p, "", func(r mcp.Request) (enough bool) {
			var both sync.WaitGroup
			pair := make([]*mcp.Exchange, 2)
			for i := range pair {
				one := r
				one.Meta = map[string]any{"progressToken": fmt.Sprintf("mcpctl-%d", len(all.calls)+i)}
				both.Go(func() { pair[i] = s.Do(ctx, one) })
			}
			both.Wait()
			all.calls = append(all.calls, pair...)
			return len(progressIn(pair[0].Received())) > 0 && len(progressIn(pair[1].Received())) > 0
		})
		if err != nil {
			return nil, err
		}
		// Progress may be on the GET stream, which may lag behind.
		soon, cancel := context.WithTimeout(ctx, streamableBreath)
		defer cancel()
		_, _ = s.Await(soon, func(f mcp.Frame) bool { return f.Direction == mcp.Received && len(progressIn(f.Messages())) > 0 })
		return all, nil
	})
}

// progressIn are the tokens of the progress notifications among messages.
func progressIn(all []mcp.Message) []string {
	var tokens []string
	for _, m := range all {
		if m.Method() == "notifications/progress" {
			tokens = append(tokens, m.Params().Get("progressToken").Text())
		}
	}
	return tokens
}

func (c *streamableCalls) token(x *mcp.Exchange) string {
	return x.Request.Meta["progressToken"].(string)
}

// owns reports whether a token is that of one of the calls.
func (c *streamableCalls) owns(token string) bool {
	for _, x := range c.calls {
		if c.token(x) == token {
			return true
		}
	}
	return false
}

func streamableRelated(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	all, err := streamableParallel(ctx, p)
	if err != nil {
		return err
	}
	for _, x := range all.calls {
		for _, token := range progressIn(x.Received()) {
			j.Saw(x)
			if token != all.token(x) && all.owns(token) {
				j.Failf(x, "the stream of the call with progressToken %q brought progress for %q", all.token(x), token)
			}
		}
	}
	return j.Err("no call of an allowed tool reported progress on its stream")
}

func streamableUnrelated(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	all, err := streamableParallel(ctx, p)
	if err != nil {
		return err
	}
	if all.noGet != nil {
		return all.noGet
	}
	for _, x := range all.calls {
		if len(progressIn(x.Received())) > 0 {
			j.Saw(x)
		}
	}
	for _, token := range progressIn(all.get.Received()) {
		if all.owns(token) {
			j.Failf(all.get, "the GET stream brought progress for %q, a call under way", token)
		}
	}
	return j.Err("no call of an allowed tool reported progress")
}

// crossingRounds is how often two clients race each other.
const crossingRounds = 4

// streamableNoCrossing lets two clients ask different things under the same
// id at the same time. A server that files requests by id alone sends one the
// answer of the other.
func streamableNoCrossing(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	lists := streamableLists(p)
	if len(lists) == 0 {
		return conformance.Unprovenf("the server declares no list to tell its answers apart by")
	}
	list := lists[0]
	if _, err := p.List(ctx, list); err != nil {
		return err
	}
	var clients [2]*mcp.Session
	for i := range clients {
		s, err := p.Fresh(ctx)
		if err != nil {
			return err
		}
		if _, err := p.Control(ctx, s); err != nil {
			return err
		}
		clients[i] = s
	}
	for round := range crossingRounds {
		lister, pinger := clients[round%2], clients[1-round%2]
		var listed, pinged *mcp.Exchange
		var both sync.WaitGroup
		id := 7_000_000 + round
		both.Go(func() { listed = lister.Do(ctx, mcp.Request{Method: list + "/list", ID: id}) })
		both.Go(func() { pinged = pinger.Do(ctx, mcp.Request{Method: "ping", ID: id}) })
		both.Wait()
		j.Saw(listed)
		j.Saw(pinged)
		if !listed.Result().Has(list) {
			j.Failf(listed, "%s/list, while another client sent ping with the same id, got %s", list, outcome(listed))
		}
		if !pinged.Result().Is(mcp.Object) || pinged.Result().Has(list) {
			j.Failf(pinged, "ping, while another client sent %s/list with the same id, got %s", list, outcome(pinged))
		}
		if j.Bad() {
			break
		}
	}
	return j.Err("")
}
