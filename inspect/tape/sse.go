package tape

import (
	"bytes"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// events reads a text/event-stream piece by piece, by the grammar of the HTML
// standard, and tells of every event with its data.
type events struct {
	limit int
	emit  func(e mcp.Event, data []byte, size int)

	cr    bool // the last byte was CR: an LF now belongs to it
	line  []byte
	data  []byte
	size  int // of the data, what is over the limit too
	some  bool
	event mcp.Event
}

// Write takes the next bytes; it never fails.
func (p *events) Write(b []byte) (int, error) {
	n := len(b)
	for len(b) > 0 {
		if p.cr && b[0] == '\n' {
			b, p.cr = b[1:], false
			continue
		}
		p.cr = false
		end := bytes.IndexAny(b, "\r\n")
		if end < 0 {
			p.grow(b)
			break
		}
		p.grow(b[:end])
		p.cr = b[end] == '\r'
		b = b[end+1:]
		p.endLine()
	}
	return n, nil
}

// slack is what a line may have beside data: the name of its field.
const slack = 16

func (p *events) grow(b []byte) {
	room := max(0, p.limit+slack-len(p.line))
	if over := len(b) - room; over > 0 && bytes.HasPrefix(p.line, []byte("data")) {
		p.size += over
	}
	p.line = append(p.line, b[:min(len(b), room)]...)
}

func (p *events) endLine() {
	line := p.line
	p.line = p.line[:0]
	switch {
	case len(line) == 0:
		p.dispatch()
	case line[0] == ':':
	default:
		name, value, _ := bytes.Cut(line, []byte(":"))
		p.field(string(name), bytes.TrimPrefix(value, []byte(" ")))
	}
}

func (p *events) field(name string, value []byte) {
	switch name {
	case "data":
		if p.some {
			p.data = append(p.data, '\n')
			p.size++
		}
		p.some = true
		p.size += len(value)
		p.data = append(p.data, value[:min(len(value), max(0, p.limit-len(p.data)))]...)
	case "event":
		p.event.Name = string(value)
	case "id":
		p.event.ID, p.event.HasID = string(value), true
	case "retry":
		if len(value) > 0 && strings.Trim(string(value), "0123456789") == "" {
			p.event.Retry = string(value)
		}
	}
}

func (p *events) dispatch() {
	if p.some || p.event.HasID || p.event.Retry != "" {
		p.emit(p.event, p.data, p.size)
	}
	p.event, p.data, p.some, p.size = mcp.Event{}, nil, false, 0
}
