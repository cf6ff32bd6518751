package mcp

import (
	"maps"
	"net/http"
	"time"
)

// Request is something to send. The zero fields mean what a well-behaved
// client would do; each of the others departs from that in one way.
type Request struct {
	// Method and Params are the message. Params is anything that
	// encoding/json makes an object of; nil sends none, but in the
	// stateless era always the _meta that every request owes.
	Method string
	Params any
	// Notification sends no id and expects no response.
	Notification bool
	// ID is the id to use; nil takes the next number. It is marshalled as
	// it is, so any JSON type can be sent.
	ID any
	// Meta is merged into params._meta; a nil value takes a key away.
	Meta map[string]any
	// NoMeta leaves params._meta out altogether.
	NoMeta bool
	// Raw is sent as it is, in place of the message. Method, Params and
	// Meta then only say what headers go with it (Method and Name), and
	// ID whose response to wait for; with neither ID nor Notification the
	// first response that answers nothing else counts.
	Raw []byte
	// Header replaces HTTP headers; an empty value takes one away.
	Header map[string]string
	// HTTPMethod is POST unless set. GET and DELETE send no body.
	HTTPMethod string
	// Timeout replaces Limits.Call.
	Timeout time.Duration
}

// with returns the headers after the request's own changes; header stays as it
// is.
func (r Request) with(header http.Header) http.Header {
	if len(r.Header) == 0 {
		return header
	}
	header = maps.Clone(header)
	for k, v := range r.Header {
		if v == "" {
			header.Del(k)
			continue
		}
		header.Set(k, v)
	}
	return header
}
