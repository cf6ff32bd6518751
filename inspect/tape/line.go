package tape

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

// line is a frame as it is written. The message stands last, byte for byte as
// it crossed; what cannot stand so is text or base64.
type line struct {
	Micros   int64       `json:"us"`
	From     string      `json:"from"`
	On       mcp.Channel `json:"on"`
	Session  int         `json:"session,omitempty"`
	Exchange *int        `json:"exchange,omitempty"`
	Size     int         `json:"size,omitempty"` // when it was cut
	Event    *event      `json:"event,omitempty"`
	HTTP     *httpLine   `json:"http,omitempty"`
	Text     *string     `json:"text,omitempty"`
	Base64   string      `json:"base64,omitempty"`
}

type event struct {
	ID    *string `json:"id,omitempty"`
	Name  string  `json:"name,omitempty"`
	Retry string  `json:"retry,omitempty"`
}

type httpLine struct {
	Method string      `json:"method,omitempty"`
	URL    string      `json:"url,omitempty"`
	Status int         `json:"status,omitempty"`
	Header http.Header `json:"header,omitempty"`
}

const (
	fromClient = "client"
	fromServer = "server"
)

// encode writes a frame as one line.
func encode(f traffic.Frame) ([]byte, error) {
	l := line{Micros: f.At.Microseconds(), From: fromClient, On: f.Channel, Session: f.Session}
	if f.Direction == mcp.Received {
		l.From = fromServer
	}
	if f.Exchange >= 0 {
		l.Exchange = &f.Exchange
	}
	if f.Size != len(f.Data) {
		l.Size = f.Size
	}
	if e := f.Event; e != nil {
		l.Event = &event{Name: e.Name, Retry: e.Retry}
		if e.HasID {
			l.Event.ID = &e.ID
		}
	}
	if h := f.HTTP; h != nil {
		l.HTTP = &httpLine{Method: h.Method, URL: h.URL, Status: h.Status, Header: h.Header}
		if h.Status != 0 {
			l.HTTP.Header = h.Answer
		}
	}
	message := false
	switch {
	case len(f.Data) == 0:
	case plain(f.Data):
		message = true
	case utf8.Valid(f.Data):
		text := string(f.Data)
		l.Text = &text
	default:
		l.Base64 = base64.StdEncoding.EncodeToString(f.Data)
	}
	out, err := json.Marshal(l)
	if err != nil {
		return nil, fmt.Errorf("writing a frame: %w", err)
	}
	if message {
		out = append(append(append(out[:len(out)-1], `,"message":`...), f.Data...), '}')
	}
	return append(out, '\n'), nil
}

// plain reports whether a text can stand in a line as it is, and comes out of
// it the same.
func plain(data []byte) bool {
	if bytes.ContainsAny(data, "\n\r") || !utf8.Valid(data) {
		return false
	}
	v, err := mcp.Parse(data)
	return err == nil && len(v.Raw()) == len(data)
}

// decode reads a line.
func decode(raw []byte) (traffic.Frame, error) {
	v, err := mcp.Parse(raw)
	if err != nil {
		return traffic.Frame{}, err
	}
	var l line
	if err := json.Unmarshal(raw, &l); err != nil {
		return traffic.Frame{}, err
	}
	data := v.Get("message").Raw()
	switch {
	case data != nil:
	case l.Text != nil:
		data = []byte(*l.Text)
	case l.Base64 != "":
		if data, err = base64.StdEncoding.DecodeString(l.Base64); err != nil {
			return traffic.Frame{}, err
		}
	}
	direction := mcp.Sent
	switch l.From {
	case fromClient:
	case fromServer:
		direction = mcp.Received
	default:
		return traffic.Frame{}, fmt.Errorf("a frame is from %q, neither client nor server", clip(l.From))
	}
	if l.On == "" || l.Micros < 0 || l.Micros > maxMicros || l.Exchange != nil && *l.Exchange < 0 {
		return traffic.Frame{}, errors.New("a frame lacks its channel, or its time or exchange cannot be")
	}
	f := traffic.Frame{Frame: mcp.NewFrame(direction, l.On, data), Session: l.Session}
	f.At = time.Duration(l.Micros) * time.Microsecond
	if l.Exchange != nil {
		f.Exchange = *l.Exchange
	}
	if l.Size > len(data) {
		f.Size = l.Size
	}
	if e := l.Event; e != nil {
		f.Event = &mcp.Event{Name: e.Name, Retry: e.Retry}
		if e.ID != nil {
			f.Event.ID, f.Event.HasID = *e.ID, true
		}
	}
	if h := l.HTTP; h != nil {
		f.HTTP = &traffic.HTTP{Method: h.Method, URL: h.URL, Status: h.Status}
		if h.Status != 0 {
			f.HTTP.Answer = h.Header
		} else {
			f.HTTP.Header = h.Header
		}
	}
	return f, nil
}

// maxMicros is a time that no recording reaches: a century.
const maxMicros = int64(100*365*24) * int64(time.Hour/time.Microsecond)

// clip bounds a text that an error repeats.
func clip(s string) string { return strings.ToValidUTF8(s[:min(len(s), 60)], "?") }
