package checks

import (
	"context"
	"fmt"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// provoked is what came of a text that is no proper message, and of the
// control request after it.
type provoked struct {
	*mcp.Exchange
	what   string // the text in words
	served error  // why the control request got no result, nil when it did
}

// settling is how long an answer may come after that to the control request,
// which overtakes it where a server works on several things at once.
const settling = 300 * time.Millisecond

// provoke sends a text that need not be answered. Over HTTP its answer is
// waited for, elsewhere that to the control request.
func provoke(ctx context.Context, p *conformance.Probe, s *mcp.Session, what string, r mcp.Request) provoked {
	got := provoked{what: what}
	if s.Kind() == mcp.HTTP {
		got.Exchange = s.Do(ctx, r)
		_, got.served = p.Control(ctx, s)
		return got
	}
	got.Exchange = s.Start(ctx, r)
	defer got.Close()
	_, got.served = p.Control(ctx, s)
	if s.Kind() == mcp.SSE {
		posted(ctx, got.Exchange)
	}
	wait, cancel := context.WithTimeout(ctx, settling)
	defer cancel()
	if got.served == nil {
		_ = got.Wait(wait) // silence is an outcome, too
	} else {
		_, _ = s.Await(wait, func(mcp.Frame) bool { return false }) // how a process ended takes a moment to be known
	}
	return got
}

// posted waits for the HTTP status of a POST, which comes on a connection of
// its own.
func posted(ctx context.Context, x *mcp.Exchange) {
	ctx, cancel := context.WithTimeout(ctx, mcp.DefaultLimits().Call)
	defer cancel()
	select {
	case <-x.Opened():
	case <-x.Done():
	case <-ctx.Done():
	}
}

// silent reports whether nothing came back on a channel that all share.
func (g provoked) silent() bool { return g.Reply() == nil && g.Status == 0 }

// broken says how the server suffered, "" when it still serves.
func (g provoked) broken() string {
	switch {
	case g.served == nil:
		return ""
	case g.Log().Ended() != nil:
		return fmt.Sprintf("the server ended the connection on %s: %v", g.what, g.Log().Ended())
	}
	return fmt.Sprintf("after %s the server no longer serves: %v", g.what, g.served)
}

// The texts that garbage sends.
const (
	garbageTruncated = "truncated JSON"
	garbageVersion   = `a request with jsonrpc "1.0"`
	garbageNoMethod  = "an object with an id and no method"
	garbageEmpty     = "an empty object"
	garbageNumber    = "a bare number"
	garbageNullID    = "a request with id null"
)

// garbageTexts are all texts in the order in which they are sent.
func garbageTexts(r mcp.Revision) []struct{ what, text string } {
	request := func(version, id string) string {
		params := ""
		if r.Era() == mcp.Stateless {
			params = fmt.Sprintf(`,"params":{"_meta":{%q:%q,%q:{}}}`, mcp.MetaVersion, r, mcp.MetaCapabilities)
		}
		return fmt.Sprintf(`{"jsonrpc":%q,"id":%s,"method":%q%s}`, version, id, pulse(r), params)
	}
	return []struct{ what, text string }{
		{garbageNullID, request("2.0", "null")},
		{garbageVersion, request("1.0", `"mcpctl-version"`)},
		{garbageNoMethod, `{"jsonrpc":"2.0","id":"mcpctl-shape"}`},
		{garbageEmpty, `{}`},
		{garbageNumber, `42`},
		{garbageTruncated, `{"jsonrpc":"2.0","mcpctl":`},
	}
}

// maxBroken is how many of the texts may end a connection before no more of
// them are sent.
const maxBroken = 3

// garbage sends texts that are no proper messages, all on one connection as
// long as it lasts, once for all checks that look at the answers.
func garbage(ctx context.Context, p *conformance.Probe) (map[string]provoked, error) {
	return conformance.Once(ctx, p, "garbage", func(ctx context.Context) (map[string]provoked, error) {
		all := map[string]provoked{}
		var s *mcp.Session
		broken := 0
		for _, g := range garbageTexts(p.Revision) {
			if broken == maxBroken {
				break
			}
			if s == nil {
				fresh, err := p.Fresh(ctx)
				if err != nil {
					return nil, err
				}
				if _, err := p.Control(ctx, fresh); err != nil {
					return nil, err
				}
				s = fresh
			}
			got := provoke(ctx, p, s, g.what, mcp.Request{Raw: []byte(g.text), Method: pulse(p.Revision)})
			if all[g.what] = got; got.served != nil {
				broken++
				s = nil
			}
		}
		return all, ctx.Err()
	})
}

// garbageOf are the answers to some of the texts.
func garbageOf(ctx context.Context, p *conformance.Probe, whats ...string) ([]provoked, error) {
	all, err := garbage(ctx, p)
	if err != nil {
		return nil, err
	}
	var some []provoked
	for _, what := range whats {
		if got, sent := all[what]; sent {
			some = append(some, got)
		}
	}
	if len(some) == 0 {
		return nil, conformance.Unprovenf("the server ended its connection on too many bad messages to go on")
	}
	return some, nil
}
