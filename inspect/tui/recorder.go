package tui

import (
	"time"

	"github.com/mcpctl/mcpctl/inspect/tape"
	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

// recorder writes what crosses into a recording, from the clock of the program to
// its own. Room.wires.mu guards it.
type recorder struct {
	w      *tape.Writer
	redact func(string) string
	offset time.Duration // of the recording's clock
	first  int           // the connection that the recording begins with
	bases  map[int]int   // of the exchanges' numbers, by connection
	most   int           // the highest number of an exchange
	err    error
	broken func(error)
}

// add writes a frame. A connection's exchanges get numbers of their own.
func (c *recorder) add(f traffic.Frame) {
	if c.err != nil {
		return
	}
	f.At = max(0, f.At-c.offset)
	base, known := c.bases[f.Session]
	if !known {
		if base = 0; len(c.bases) > 0 {
			base = c.most + 1
		}
		c.bases[f.Session] = base
	}
	switch f.Channel {
	case mcp.ChannelStdin, mcp.ChannelStdout, traffic.ChannelStderr:
		f.Exchange = -1 // standard streams have none
	default:
		if f.Exchange >= 0 {
			f.Exchange += base
			c.most = max(c.most, f.Exchange)
		}
	}
	f.Session = max(0, f.Session-c.first)
	short := f.Size - len(f.Data)
	f.Data = []byte(c.redact(string(f.Data)))
	f.Size = len(f.Data) + short
	if c.err = c.w.Write(f); c.err != nil {
		c.broken(c.err)
	}
}

// past writes what has crossed on the connection already, with what it wrote to
// standard error, in the order of time.
func (c *recorder) past(log *traffic.Log, stderr []traffic.Frame) {
	for _, f := range log.Again(c.first) {
		for len(stderr) > 0 && stderr[0].At < f.At {
			stderr[0].Session = c.first
			c.add(stderr[0])
			stderr = stderr[1:]
		}
		c.add(f)
	}
	for _, f := range stderr {
		f.Session = c.first
		c.add(f)
	}
}
