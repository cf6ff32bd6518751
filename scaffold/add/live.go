package add

import (
	"context"
	"errors"
	"fmt"

	"github.com/mcpctl/mcpctl/mcp"
)

// maxPages bounds how long a server's list is followed.
const maxPages = 100

// FromLive makes a tool with the schemas, words and hints of a tool of the
// server at target. Nothing is called on the server but tools/list.
func FromLive(ctx context.Context, target mcp.Target, o mcp.Options, name, tool string) (Item, error) {
	it, err := New(Tool, name)
	if err != nil {
		return it, err
	}
	session, err := connect(ctx, target, o)
	if err != nil {
		return it, err
	}
	defer func() { _ = session.Close(context.WithoutCancel(ctx)) }() // all that was wanted is here
	found, err := find(ctx, session, tool)
	if err != nil {
		return it, err
	}
	it.Source = FromServer
	if err := it.adopt(found); err != nil {
		return it, fmt.Errorf("the server's tool %.80s: %w", tool, err)
	}
	return it, nil
}

// connect opens one session, in the revision that most servers speak or else in
// any other.
func connect(ctx context.Context, target mcp.Target, o mcp.Options) (*mcp.Session, error) {
	var others []mcp.Revision
	for _, r := range mcp.Timeline() {
		if r != mcp.Rev20251125 {
			others = append(others, r)
		}
	}
	spoken, err := mcp.Detect(ctx, target, []mcp.Revision{mcp.Rev20251125}, o)
	if err != nil {
		var refusal *mcp.ConnectError
		if !errors.As(err, &refusal) || refusal.Cause != mcp.CauseRevision && refusal.Cause != mcp.CauseRefused {
			return nil, err
		}
		if spoken, err = mcp.Detect(ctx, target, others, o); err != nil {
			return nil, err
		}
	}
	var pick *mcp.Session
	for _, s := range spoken.Sessions {
		if pick == nil || s.Revision() > pick.Revision() {
			pick = s
		}
	}
	for _, s := range spoken.Sessions {
		if s != pick {
			_ = s.Close(context.WithoutCancel(ctx)) // one is enough
		}
	}
	return pick, nil
}

// find goes through tools/list, page by page, for one tool.
func find(ctx context.Context, s *mcp.Session, tool string) (mcp.Value, error) {
	var known []string
	params := map[string]any{}
	for range maxPages {
		x := s.Call(ctx, "tools/list", params)
		if err := x.Err(); err != nil {
			return mcp.Value{}, fmt.Errorf("list the server's tools: %w", err)
		}
		if e := x.RPCError(); e != nil {
			return mcp.Value{}, fmt.Errorf("list the server's tools: the server answers with an error: %.200s", e.Message)
		}
		for _, t := range x.Result().Get("tools").Items() {
			if t.Get("name").Text() == tool {
				return t, nil
			}
			known = append(known, t.Get("name").Text())
		}
		cursor := x.Result().Get("nextCursor")
		if !cursor.Is(mcp.String) {
			return mcp.Value{}, unknown("the server", "tool", tool, known)
		}
		params["cursor"] = cursor.Text()
	}
	return mcp.Value{}, fmt.Errorf("list the server's tools: the list has more than %d pages, and none of them has %q", maxPages, tool)
}
