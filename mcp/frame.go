package mcp

import (
	"sync"
	"time"
)

// Direction tells who sent a frame.
type Direction int

// The directions, seen from the client that mcpctl is.
const (
	Sent Direction = iota
	Received
)

// Channel is where in a transport a frame travelled.
type Channel string

// The channels of the three transports.
const (
	ChannelStdin  Channel = "stdin"
	ChannelStdout Channel = "stdout"
	ChannelBody   Channel = "body" // of an HTTP request or response
	ChannelEvent  Channel = "event"
	// ChannelHTTP carries the status and header of an HTTP answer, which its
	// exchange has. Options.Frame is told of it; no log has such a frame.
	ChannelHTTP Channel = "http"
)

// Frame is one unit as it crossed the wire: a line of standard input or
// output, a body, an event of a stream. A Frame is immutable.
type Frame struct {
	// Seq numbers the frames of a connection in the order they crossed.
	Seq int
	// At is the time since the connection's log began.
	At        time.Duration
	Direction Direction
	Channel   Channel
	// Data is the exact text without the transport's own framing (the line
	// end, the event's field names).
	Data []byte
	// Size is the length that Data had on the wire. Data is shorter when
	// a limit cut it.
	Size int
	// Event holds the fields of a server-sent event beside its data.
	Event *Event
	// Exchange is the Seq of the exchange that the frame belongs to, -1
	// for what came unasked.
	Exchange int

	parsed *parsed
}

// Event is what an event of a text/event-stream says beside its data, as the
// HTML standard defines it.
type Event struct {
	ID, Name string
	Retry    string
	HasID    bool
}

// parsed is the message of a frame, read once and only when somebody asks.
type parsed struct {
	once    sync.Once
	message Message
	err     error
}

// NewFrame makes a frame of data, which it keeps.
func NewFrame(d Direction, c Channel, data []byte) Frame {
	return Frame{Direction: d, Channel: c, Data: data, Size: len(data), Exchange: -1, parsed: new(parsed)}
}

// Cut reports whether a limit has cut the frame's text.
func (f Frame) Cut() bool { return f.Size > len(f.Data) }

// Message reads the frame as one JSON-RPC message. It is read once, however
// often and from however many goroutines it is asked for.
func (f Frame) Message() (Message, error) { return f.parsed.read(f.Data) }

func (p *parsed) read(data []byte) (Message, error) {
	p.once.Do(func() { p.message, p.err = ParseMessage(data) })
	return p.message, p.err
}

// Messages are the messages of a frame: one, or those of a batch, or none
// when the frame is not JSON.
func (f Frame) Messages() []Message {
	m, err := f.Message()
	switch {
	case err != nil:
		return nil
	case m.MessageKind() == BatchMessage:
		return m.Batch()
	}
	return []Message{m}
}
