package traffic

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/mcpctl/mcpctl/mcp"
)

// Again are the frames of a connection as they were added, in the order of time.
// One whose text is no longer kept has its size alone.
func (l *Log) Again(session int) []Frame {
	var all []Frame
	var batch [][]byte
	first, end := l.Range()
	for n := first; n < end; n++ {
		e, ok := l.Entry(n)
		if !ok || e.Session != session {
			continue
		}
		raw, _ := l.Raw(n) // what is gone has its size alone
		if e.Batch > 0 {
			batch = append(batch, raw)
			if next, ok := l.Entry(n + 1); ok && next.Batch == e.Batch {
				continue
			}
			raw = slices.Concat([]byte{'['}, bytes.Join(batch, []byte{','}), []byte{']'})
			e.Size, batch = len(raw), nil
		}
		all = append(all, l.again(e, raw)...)
	}
	slices.SortStableFunc(all, func(a, b Frame) int { return cmp.Compare(a.At, b.At) })
	return all
}

// again is the frame of an entry; a request over HTTP brings the status of its
// answer along.
func (l *Log) again(e Entry, raw []byte) []Frame {
	f := Frame{Frame: mcp.NewFrame(e.Direction, e.Channel, raw), Session: e.Session, Revision: e.Revision, HTTP: e.HTTP}
	f.At, f.Size, f.Exchange, f.Event = e.At, e.Size, e.Exchange, e.Event
	if e.HTTP == nil || e.Direction != mcp.Sent || e.HTTP.Status == 0 {
		return []Frame{f}
	}
	f.HTTP = &HTTP{Method: e.HTTP.Method, URL: e.HTTP.URL, Header: e.HTTP.Header}
	status := Frame{Frame: mcp.NewFrame(mcp.Received, ChannelHTTP, nil), Session: e.Session, HTTP: &HTTP{Status: e.HTTP.Status, Answer: e.HTTP.Answer}}
	status.At, status.Exchange = e.At+e.Latency, e.Exchange
	if reply, ok := l.Entry(e.Reply); ok && reply.At < status.At {
		status.At = reply.At
	}
	if e.Status == Pending { // a stream that is still open: nothing tells when it began
		status.At = e.At
	}
	return []Frame{f, status}
}
