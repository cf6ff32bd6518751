package traffic

import (
	"net/http"

	"github.com/mcpctl/mcpctl/mcp"
)

// The channels that a mcp.Log has no frames of.
const (
	// ChannelStderr carries what a process writes to standard error.
	ChannelStderr mcp.Channel = "stderr"
	// ChannelHTTP carries HTTP without a body of its own: a GET or DELETE when
	// it was sent, an answer's status and header when it was received.
	ChannelHTTP mcp.Channel = "http"
)

// Frame is a frame as it crossed, with what is known beside it. The embedded
// frame is one of a mcp.Log, or made by mcp.NewFrame; Sent is what the client
// sent.
type Frame struct {
	mcp.Frame
	// Session tells connections apart: ids and causes hold within one.
	Session int
	// Revision is the one spoken; "" when the messages tell.
	Revision mcp.Revision
	// HTTP is what HTTP said beside the frame, nil on stdio.
	HTTP *HTTP
}

// HTTP is what HTTP says beside a body. The first three belong to a request,
// the others to its answer. It is not changed once it was handed over.
type HTTP struct {
	Method, URL string
	Header      http.Header
	Status      int
	Answer      http.Header
}

// FrameOf is a frame of a session's log with what its exchange, which may be
// nil, says of HTTP.
func FrameOf(f mcp.Frame, x *mcp.Exchange) Frame {
	out := Frame{Frame: f}
	if x == nil || x.URL == "" {
		return out
	}
	if f.Direction == mcp.Sent {
		out.HTTP = &HTTP{Method: x.Method, URL: x.URL, Header: x.SentHeader}
		return out
	}
	select {
	case <-x.Opened(): // only from then on may the two be read
		out.HTTP = &HTTP{Status: x.Status, Answer: x.Header}
	default:
	}
	return out
}

// with is a request with its answer. Either may be nil.
func (h *HTTP) with(answer *HTTP) *HTTP {
	switch {
	case answer == nil || answer.Status == 0:
		return h
	case h == nil:
		return answer
	}
	both := *h
	both.Status, both.Answer = answer.Status, answer.Answer
	return &both
}
