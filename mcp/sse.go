package mcp

import (
	"bytes"
	"fmt"
	"strings"
)

// eventSlack is what a line may have beside data: the name of its field.
const eventSlack = 16

// streamEvent is an event with its data. Size is the length of the data as far
// as it was read; Data is shorter when the limit cut it.
type streamEvent struct {
	Event
	Data []byte
	Size int
}

// eventParser reads a text/event-stream piece by piece, by the grammar of the
// HTML standard (server-sent events, "Interpreting an event stream"). It
// differs in one way: an event without data is given too when it has an id or
// a retry time, since MCP servers use those to make a stream resumable.
type eventParser struct {
	limit int // the most bytes that an event's data may have

	begun   bool // past the first line, where a byte order mark may stand
	cr      bool // the last byte was CR: an LF now belongs to it
	comment bool // within a comment, which is not kept
	broken  error
	line    []byte
	data    []byte
	hasData bool
	event   Event
}

// feed reads the next bytes of the stream and calls emit for each event that
// they complete; emit may keep the data. The only error is ErrTooLong, and the
// parser does not get past it; the event that was too long is given, cut.
func (p *eventParser) feed(b []byte, emit func(streamEvent)) error {
	for p.broken == nil && len(b) > 0 {
		if p.cr {
			p.cr = false
			if b[0] == '\n' {
				b = b[1:]
				continue
			}
		}
		end := bytes.IndexAny(b, "\r\n")
		if end < 0 {
			p.grow(b, emit)
			break
		}
		p.grow(b[:end], emit)
		p.cr = b[end] == '\r'
		b = b[end+1:]
		if p.broken == nil {
			p.endLine(emit)
		}
	}
	return p.broken
}

// within tells whether the stream stands in the middle of an event.
func (p *eventParser) within() bool { return p.hasData || len(p.line) > 0 }

// grow adds to the line, as far as the limit lets it.
func (p *eventParser) grow(b []byte, emit func(streamEvent)) {
	if len(p.line) == 0 && len(b) > 0 && b[0] == ':' {
		p.comment = true
	}
	if p.comment {
		return
	}
	room := max(0, p.limit+eventSlack-len(p.line)-len(p.data))
	if len(b) <= room {
		p.line = append(p.line, b...)
		return
	}
	p.line = append(p.line, b[:room]...)
	p.endLine(emit)
	p.cut(emit)
}

// cut gives up the stream at an event that is too long.
func (p *eventParser) cut(emit func(streamEvent)) {
	if p.broken != nil {
		return
	}
	p.broken = fmt.Errorf("an event is %w (%d bytes)", ErrTooLong, p.limit)
	emit(streamEvent{p.event, p.data[:min(len(p.data), p.limit)], p.limit + 1})
	p.data, p.hasData = nil, false
}

func (p *eventParser) endLine(emit func(streamEvent)) {
	line, comment := p.line, p.comment
	p.line, p.comment = p.line[:0], false
	if !p.begun {
		p.begun = true
		line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		comment = comment || bytes.HasPrefix(line, []byte(":"))
	}
	switch {
	case comment:
	case len(line) == 0:
		p.dispatch(emit)
	default:
		name, value, _ := bytes.Cut(line, []byte(":"))
		p.field(string(name), bytes.TrimPrefix(value, []byte(" ")))
	}
}

func (p *eventParser) field(name string, value []byte) {
	switch name {
	case "data":
		if p.hasData {
			p.data = append(p.data, '\n')
		}
		p.data, p.hasData = append(p.data, value...), true
	case "event":
		p.event.Name = string(value)
	case "id":
		if bytes.IndexByte(value, 0) < 0 {
			p.event.ID, p.event.HasID = string(value), true
		}
	case "retry":
		if len(value) > 0 && strings.Trim(string(value), "0123456789") == "" {
			p.event.Retry = string(value)
		}
	}
}

// dispatch gives the event that an empty line has completed.
func (p *eventParser) dispatch(emit func(streamEvent)) {
	if len(p.data) > p.limit {
		p.cut(emit)
		return
	}
	if p.hasData || p.event.HasID || p.event.Retry != "" {
		emit(streamEvent{p.event, p.data, len(p.data)})
	}
	p.event, p.data, p.hasData = Event{}, nil, false
}
