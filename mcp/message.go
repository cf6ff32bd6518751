package mcp

import "fmt"

// MessageKind tells requests, notifications and responses apart.
type MessageKind int

// The kinds of message. Malformed is JSON that is none of the others.
const (
	Malformed MessageKind = iota
	RequestMessage
	NotificationMessage
	ResponseMessage
	BatchMessage
)

// Message is one JSON-RPC message as it stands on the wire. Its Value is the
// whole message; the methods read the envelope.
type Message struct{ Value }

// ParseMessage reads one JSON text as a message. A batch is one Message of
// kind BatchMessage; Batch opens it.
func ParseMessage(raw []byte) (Message, error) {
	v, err := Parse(raw)
	return Message{v}, err
}

// MessageKind classifies by the members that are there, as JSON-RPC does.
func (m Message) MessageKind() MessageKind {
	switch {
	case m.Is(Array):
		return BatchMessage
	case !m.Is(Object):
		return Malformed
	case m.Has("method") && m.Has("id"):
		return RequestMessage
	case m.Has("method"):
		return NotificationMessage
	case m.Has("result") || m.Has("error"):
		return ResponseMessage
	}
	return Malformed
}

// ID is the id member; Absent when there is none.
func (m Message) ID() Value { return m.Get("id") }

// Method is the method member, "" when there is none or it is no string.
func (m Message) Method() string { return m.Get("method").Text() }

// Params is the params member.
func (m Message) Params() Value { return m.Get("params") }

// Result is the result member.
func (m Message) Result() Value { return m.Get("result") }

// Batch opens a batch into its messages.
func (m Message) Batch() []Message {
	var all []Message
	for _, item := range m.Items() {
		all = append(all, Message{item})
	}
	return all
}

// RPCError is the error member of a response.
type RPCError struct {
	Code    int64
	Message string
	Data    Value
}

// Error says what the server said; the text is the server's and must pass
// internal/term before a person sees it.
func (e *RPCError) Error() string { return fmt.Sprintf("error %d: %s", e.Code, e.Message) }

// RPCError is the error of an error response, nil for all other messages. A
// code that is no integer reads as 0.
func (m Message) RPCError() *RPCError {
	e := m.Get("error")
	if !e.Exists() {
		return nil
	}
	code, _ := e.Get("code").Int()
	return &RPCError{Code: code, Message: e.Get("message").Text(), Data: e.Get("data")}
}

// The error codes that the revisions define. See basic/index#error-codes of
// 2026-07-28 and JSON-RPC 2.0.
const (
	CodeParseError         = -32700
	CodeInvalidRequest     = -32600
	CodeMethodNotFound     = -32601
	CodeInvalidParams      = -32602
	CodeInternalError      = -32603
	CodeResourceNotFound   = -32002 // up to 2025-11-25
	CodeURLElicitation     = -32042 // 2025-11-25 alone
	CodeHeaderMismatch     = -32020 // from 2026-07-28
	CodeMissingCapability  = -32021 // from 2026-07-28
	CodeUnsupportedVersion = -32022 // from 2026-07-28
)

// The keys that 2026-07-28 reserves in _meta. See basic/index#meta.
const (
	MetaVersion        = "io.modelcontextprotocol/protocolVersion"
	MetaCapabilities   = "io.modelcontextprotocol/clientCapabilities"
	MetaClientInfo     = "io.modelcontextprotocol/clientInfo"
	MetaLogLevel       = "io.modelcontextprotocol/logLevel"
	MetaServerInfo     = "io.modelcontextprotocol/serverInfo"
	MetaSubscriptionID = "io.modelcontextprotocol/subscriptionId"
)
