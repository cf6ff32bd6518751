package tape

import (
	"errors"
	"time"

	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

// Schema is the version of the format. Members are only ever added under it.
const Schema = "mcpctl.tape/v1"

// Bounds on what is read.
const (
	// maxLine is the most bytes of one line, a good deal more than a frame has.
	maxLine = 96 << 20
	// maxFrames and maxBytes bound a recording that is read as a whole.
	maxFrames = 1_000_000
	maxBytes  = 512 << 20
)

// Header is the first line of a recording.
type Header struct {
	Schema string `json:"schema"`
	// By names the program that recorded.
	By     string `json:"by,omitempty"`
	Target Target `json:"target"`
	// Started is when the clock of the frames began.
	Started time.Time `json:"started"`
	// Secrets names what was sent but not recorded, as in "header
	// Authorization".
	Secrets []string `json:"secrets,omitempty"`
}

// Target is the server that was recorded, without its secrets.
type Target struct {
	Name      string            `json:"name,omitempty"`
	Transport mcp.TransportKind `json:"transport,omitempty"`
	Command   []string          `json:"command,omitempty"`
	URL       string            `json:"url,omitempty"`
}

// Tape is a recording as a whole. It is immutable.
type Tape struct {
	Header
	Frames []traffic.Frame
	// Cut says that the last line was broken off, and left out.
	Cut bool
}

// Log is the recording as traffic. The caller closes it.
func (t *Tape) Log() *traffic.Log {
	l := traffic.New(traffic.Options{Entries: len(t.Frames)*2 + 1})
	for _, f := range t.Frames {
		l.Add(f)
	}
	return l
}

// Revision is the revision that was spoken: the last one agreed upon, or that
// of the requests; "" when nothing tells.
func (t *Tape) Revision() mcp.Revision {
	var spoken mcp.Revision
	initialize := mcp.Value{}
	for _, f := range t.Frames {
		for _, m := range f.Messages() {
			switch {
			case m.Method() == "initialize":
				initialize = m.ID()
			case m.MessageKind() == mcp.RequestMessage:
				if v := m.Params().Get("_meta", mcp.MetaVersion).Text(); v != "" {
					spoken = mcp.Revision(v)
				}
			case initialize.Exists() && m.MessageKind() == mcp.ResponseMessage && mcp.Equal(m.ID(), initialize):
				if v := m.Result().Get("protocolVersion").Text(); v != "" {
					spoken = mcp.Revision(v)
				}
			}
		}
	}
	return spoken
}

// ErrNoTape says that a file is no recording.
var ErrNoTape = errors.New("this is no recording of mcpctl: its first line is not that of one")
