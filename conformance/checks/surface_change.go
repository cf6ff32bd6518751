package checks

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

const (
	// surfaceCalls bounds the tools that are called to make a list change.
	surfaceCalls = 10
	// surfacePatience is how long a notification may lag behind the change
	// that it tells of: no request marks the moment by which it is due.
	surfacePatience = 300 * time.Millisecond
)

// surfaceUndeclared judges that no list_changed comes from a server that has
// not declared it.
func surfaceUndeclared(what string) func(*conformance.Traffic) error {
	method := "notifications/" + what + "/list_changed"
	return func(t *conformance.Traffic) error {
		j := t.Judge()
		for m := range t.Received() {
			j.Met(m)
			if m.Method() == method {
				j.Faultf(m, "/method", "%s came, but the server does not declare %s.listChanged", method, what)
			}
		}
		return j.Err("the server sent nothing")
	}
}

// surfaceAnnounced judges whether a change of a list, made by the tools that
// the user allows to be called, is announced to who asked for it.
func surfaceAnnounced(what string) func(context.Context, *conformance.Probe) error {
	return func(ctx context.Context, p *conformance.Probe) error {
		j := p.Judge()
		method := "notifications/" + what + "/list_changed"
		s, err := surfaceListen(ctx, p, map[string]any{what + "ListChanged": true})
		if err != nil {
			return err
		}
		before, err := surfaceFetch(ctx, s, what)
		if err != nil {
			return err
		}
		if err := surfaceCallTools(ctx, p, s); err != nil {
			return err
		}
		after, err := surfaceFetch(ctx, s, what)
		if err != nil {
			return err
		}
		if slices.EqualFunc(before.Entries, after.Entries, sameEntry) {
			return conformance.Unprovenf("no allowed tool changed the list of %s", what)
		}
		j.Saw(after.Pages[0])
		if !surfaceArrives(ctx, s, func(m mcp.Message) bool { return m.Method() == method }) {
			j.Failf(after.Pages[0], "the list of %s changed when tools were called, but no %s came", what, method)
		}
		return j.Err("")
	}
}

func sameEntry(a, b conformance.Entry) bool { return mcp.Equal(a.Value, b.Value) }

// surfaceListen opens a session on which the server can tell of changes: on
// the standalone stream of Streamable HTTP, or by subscriptions/listen with
// the filter given.
func surfaceListen(ctx context.Context, p *conformance.Probe, filter map[string]any) (*mcp.Session, error) {
	s, err := p.Fresh(ctx)
	if err != nil {
		return nil, err
	}
	switch {
	case p.Revision.Era() == mcp.Stateless:
		s.Start(ctx, mcp.Request{Method: "subscriptions/listen", Params: map[string]any{"notifications": filter}})
		bounded, cancel := context.WithTimeout(ctx, 10*surfacePatience)
		defer cancel()
		_, err := s.Await(bounded, func(f mcp.Frame) bool {
			return surfaceHolds(f, func(m mcp.Message) bool { return m.Method() == "notifications/subscriptions/acknowledged" })
		})
		if err != nil {
			return nil, conformance.Unprovenf("subscriptions/listen was not acknowledged: %v", err)
		}
	case p.Transport == mcp.HTTP:
		select {
		case <-s.Listen(ctx, "").Opened(): // a server without the stream sends on those of the calls
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return s, nil
}

// surfaceCallTools calls the tools that the user allows, with arguments made
// up from their schemas.
func surfaceCallTools(ctx context.Context, p *conformance.Probe, s *mcp.Session) error {
	tools, err := p.AllowedTools(ctx)
	if err != nil {
		return err
	}
	for _, t := range tools[:min(len(tools), surfaceCalls)] {
		arguments, err := t.Example()
		if err != nil {
			continue // a schema out of which no arguments can be made
		}
		s.Do(ctx, toolsCall(t, arguments))
	}
	return nil
}

// surfaceArrives waits a little for a notification.
func surfaceArrives(ctx context.Context, s *mcp.Session, match func(mcp.Message) bool) bool {
	bounded, cancel := context.WithTimeout(ctx, surfacePatience)
	defer cancel()
	_, err := s.Await(bounded, func(f mcp.Frame) bool { return surfaceHolds(f, match) })
	return err == nil
}

// surfaceHolds reports whether a received frame holds a message that matches.
func surfaceHolds(f mcp.Frame, match func(mcp.Message) bool) bool {
	return f.Direction == mcp.Received && slices.ContainsFunc(f.Messages(), match)
}

// surfaceUpdates judges whether changes of resources, made by the tools that
// the user allows to be called, are announced on a listen stream.
func surfaceUpdates(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	listed, err := resourcesListed(ctx, p)
	if err != nil {
		return err
	}
	s, err := surfaceListen(ctx, p, map[string]any{"resourceSubscriptions": resourcesURIs(listed)})
	if err != nil {
		return err
	}
	before, steady := map[string]mcp.Value{}, map[string]bool{}
	for range 2 { // what changes by itself, such as a clock, proves nothing
		for _, uri := range resourcesURIs(listed) {
			now := s.Call(ctx, "resources/read", map[string]any{"uri": uri}).Result().Get("contents")
			steady[uri] = mcp.Equal(now, before[uri])
			before[uri] = now
		}
	}
	if err := surfaceCallTools(ctx, p, s); err != nil {
		return err
	}
	for _, uri := range resourcesURIs(listed) {
		x := s.Call(ctx, "resources/read", map[string]any{"uri": uri})
		now := x.Result().Get("contents")
		if !steady[uri] || !now.Exists() || !before[uri].Exists() || mcp.Equal(now, before[uri]) {
			continue
		}
		j.Saw(x)
		if !surfaceArrives(ctx, s, resourcesUpdateOf(uri)) {
			j.Failf(x, "%.80q changed when tools were called, but no notifications/resources/updated came for it", uri)
		}
	}
	return j.Err(fmt.Sprintf("no allowed tool changed any of the %d resources that were watched", len(listed)))
}
