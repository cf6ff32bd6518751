// Package lanes serves both eras of MCP over HTTP on one path.
//
// The revision 2026-07-28 knows no sessions: each request stands for itself. The
// revisions before it begin with a handshake that opens a session. The SDK
// serves one or the other, so there is a lane for each, and the header
// MCP-Protocol-Version tells which a request takes.
package lanes

import (
	"context"
	"net/http"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/wire"
)

// The first revision without sessions; revisions are dates and sort as text.
const firstStateless = "2026-07-28"

// Options of the lanes. The zero value serves the loopback interface.
type Options struct {
	Origins        []string      // web origins that may call besides the server's own; "*" allows all
	Hosts          []string      // host names that clients use; none: not checked, except on loopback
	MaxBody        int64         // bytes of a request; 0: the SDK's 4 MiB
	SessionTimeout time.Duration // for idle sessions; 0: an hour
}

// New returns the MCP endpoint of server, without any layers. When life ends, so
// do the streams that would stay open; calls are still answered.
func New(life context.Context, server *mcp.Server, o Options) http.Handler {
	get := func(*http.Request) *mcp.Server { return server }
	if o.SessionTimeout == 0 {
		// A client that vanishes without a word must not hold memory for ever.
		o.SessionTimeout = time.Hour
	}
	if o.MaxBody == 0 {
		o.MaxBody = mcp.DefaultMaxRequestBodyBytes
	}
	stateless := mcp.NewStreamableHTTPHandler(get, &mcp.StreamableHTTPOptions{
		Stateless:                    true,
		MaxRequestBodyBytes:          o.MaxBody,
		PropagateRequestCancellation: true,
	})
	stateful := mcp.NewStreamableHTTPHandler(get, &mcp.StreamableHTTPOptions{
		MaxRequestBodyBytes: o.MaxBody,
		SessionTimeout:      o.SessionTimeout,
	})
	lanes := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("MCP-Protocol-Version") >= firstStateless {
			stateless.ServeHTTP(w, r)
			return
		}
		stateful.ServeHTTP(w, r)
	})
	return wire.Handler(endStreams(life, lanes), o.MaxBody)
}
