package traffic

import (
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// Kind tells what an entry is.
type Kind uint8

// The kinds of entry.
const (
	Request Kind = iota
	Response
	Notification
	Text // a line of standard error, or what is no JSON-RPC message
	HTTPOnly
)

// String is the word that the filter language has for the kind.
func (k Kind) String() string { return [...]string{"req", "res", "note", "text", "http"}[k] }

// Status is how a request fared; its response has the same.
type Status uint8

// The statuses. None is that of whatever waits for no answer.
const (
	None    Status = iota
	Pending        // no answer so far
	OK
	Failed    // the tool reports an error
	Error     // a JSON-RPC error, or a failing status of HTTP
	Waiting   // answered with input_required: a person's turn
	Cancelled // given up, with no answer so far
)

// String is the word that the filter language has for the status.
func (s Status) String() string {
	return [...]string{"none", "pending", "ok", "failed", "error", "waiting", "cancelled"}[s]
}

// Entry is one message, or what else crossed, as it stands in a Log. Text in it
// is cut to a line's worth; Log.Raw has the whole.
type Entry struct {
	// N numbers the entries of a Log from 1.
	N       int
	Session int
	// At is the time since the session's own clock began.
	At        time.Duration
	Direction mcp.Direction
	Channel   mcp.Channel
	Kind      Kind
	// Method is the message's, for a response that of its request.
	Method string
	// Name is what a message is about: the tool, the prompt or the URI.
	Name string
	// ID is the id as JSON, "" without one.
	ID       string
	Revision mcp.Revision
	// Exchange is the HTTP exchange (or that of a mcp.Log), -1 for none.
	Exchange int
	// Size is its length on the wire in bytes.
	Size int
	// Batch is the N of the first message of its batch, 0 outside batches.
	Batch int
	// Cause is the N of the entry that led to this one, 0 when none is known: of
	// the request for its response, of the call for its progress, its logs, and
	// what the server asks meanwhile, of the first round for the rounds after it.
	// Guessed says that it was merely the one call under way.
	Cause   int
	Guessed bool
	// Reply is the N of a request's response, 0 without one; ReplySize its Size.
	Reply, ReplySize int
	// Round counts the retries after input_required; 0 is the first request.
	Round int
	// Status and Latency are known once there is an answer.
	Status  Status
	Latency time.Duration
	// Note is the gist in a few words: a progress, a log line, an error.
	Note string
	// HTTP is what HTTP said beside it, nil on stdio.
	HTTP *HTTP
	// Event is what a server-sent event said beside its data, nil elsewhere.
	Event *mcp.Event
	// Findings are what a judge found wrong with it.
	Findings []Finding

	place place
	legs  []int // the retries of a first round
	kids  []int // the entries that this one is the Cause of
}

// Bytes is the size of a message with that of its response.
func (e Entry) Bytes() int { return e.Size + e.ReplySize }

// Answered reports whether a request has had its answer.
func (e Entry) Answered() bool {
	return e.Kind == Request && e.Status != Pending && e.Status != Cancelled
}

// Finding is something wrong with an entry, as a judge put it.
type Finding struct {
	Check   string // the check's permanent id
	Level   string // must, should, may
	Message string
	Pointer string // JSON Pointer into the message, "" for the whole
	Ref     string // page#anchor of the specification
}

// maxLabel bounds the text that an entry keeps of a message.
const maxLabel = 200

// label is a text cut to what an entry keeps, at a character's end.
func label(s string) string {
	if len(s) <= maxLabel {
		return s
	}
	cut := maxLabel
	for cut > 0 && s[cut]&0xc0 == 0x80 {
		cut--
	}
	return s[:cut] + "…"
}
