package cache

import (
	"context"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// kind is what the annotations of a tool make of it.
type kind int

const (
	unknown kind = iota // to the server: the call will fail
	reads               // changes nothing, but may answer differently each time
	repeats             // changes nothing and may answer the same
	writes              // may change something; so does a tool without annotations
)

// refresh is after how long the annotations are looked at again: tools may be
// replaced while the server runs.
const refresh = time.Minute

// maxPages bounds the pages of the list of tools that are read.
const maxPages = 1000

// index knows the annotations of the server's tools from its own list.
type index struct {
	mu    sync.Mutex
	kinds map[string]kind
	read  time.Time
}

func (x *index) kind(ctx context.Context, next mcp.MethodHandler, call *mcp.CallToolRequest) kind {
	x.mu.Lock()
	defer x.mu.Unlock()
	if k, ok := x.kinds[call.Params.Name]; ok && time.Since(x.read) < refresh {
		return k
	}
	kinds := map[string]kind{}
	list := &mcp.ListToolsParams{}
	for range maxPages {
		result, err := next(ctx, "tools/list", &mcp.ListToolsRequest{Session: call.Session, Params: list, Extra: call.Extra})
		page, ok := result.(*mcp.ListToolsResult)
		if err != nil || !ok {
			return writes // the careful guess
		}
		for _, tool := range page.Tools {
			kinds[tool.Name] = kindOf(tool.Annotations)
		}
		if page.NextCursor == "" {
			break
		}
		list = &mcp.ListToolsParams{Cursor: page.NextCursor}
	}
	x.kinds, x.read = kinds, time.Now()
	return kinds[call.Params.Name]
}

func kindOf(a *mcp.ToolAnnotations) kind {
	switch {
	case a == nil || !a.ReadOnlyHint:
		return writes
	case a.IdempotentHint:
		return repeats
	}
	return reads
}
