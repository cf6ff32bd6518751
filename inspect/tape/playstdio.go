package tape

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/mcpctl/mcpctl/mcp"
)

// ServeStdio plays on standard streams until in ends. The error is that of
// reading or writing, nil at the end.
func (p *Player) ServeStdio(in io.Reader, out, stderr io.Writer) error {
	o := &outletStdio{out: out, err: stderr}
	p.start(p.script.preface, mcp.Message{}, o)
	from := bufio.NewReaderSize(in, 64<<10)
	for o.failed == nil {
		line, err := readLine(from)
		if len(line) > 0 {
			p.line(line, o)
		}
		switch {
		case errors.Is(err, io.EOF):
			return o.failed
		case err != nil:
			return err
		}
	}
	return o.failed
}

// readLine is a line up to maxFrame, without its end.
func readLine(in *bufio.Reader) ([]byte, error) {
	var whole []byte
	for {
		part, err := in.ReadSlice('\n')
		if len(whole)+len(part) > maxFrame {
			return nil, errors.New("the client sent a line that is longer than any message may be")
		}
		whole = append(whole, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			for len(whole) > 0 && (whole[len(whole)-1] == '\n' || whole[len(whole)-1] == '\r') {
				whole = whole[:len(whole)-1]
			}
			return whole, err
		}
	}
}

// line takes in a line of the client's.
func (p *Player) line(raw []byte, o *outletStdio) {
	whole, err := mcp.ParseMessage(raw)
	if err != nil {
		o.put(piece{message: failure(mcp.Value{}, &mcp.RPCError{Code: mcp.CodeParseError, Message: "this is no JSON"})})
		return
	}
	all := whole.Batch()
	if whole.MessageKind() != mcp.BatchMessage {
		all = []mcp.Message{whole}
	}
	for _, m := range all {
		p.take(m, o)
	}
}

func (p *Player) take(m mcp.Message, o *outletStdio) {
	switch m.MessageKind() {
	case mcp.ResponseMessage:
		p.answered(m.ID())
	case mcp.RequestMessage, mcp.NotificationMessage:
		t, err := p.find(m)
		switch {
		case err == nil:
			p.start(t, m, o)
		case m.MessageKind() == mcp.RequestMessage:
			o.put(piece{message: failure(m.ID(), err)})
		}
	default:
		o.put(piece{message: failure(mcp.Value{}, &mcp.RPCError{Code: mcp.CodeInvalidRequest, Message: "this is no message of JSON-RPC"})})
	}
}

// failure is an error response.
func failure(id mcp.Value, e *mcp.RPCError) []byte {
	body := map[string]any{"code": e.Code, "message": e.Message}
	if e.Data.Exists() {
		body["data"] = e.Data
	}
	response := map[string]any{"jsonrpc": "2.0", "error": body}
	if id.Exists() {
		response["id"] = id
	}
	raw, _ := json.Marshal(response) // it is made of what marshals
	return raw
}

// outletStdio writes lines. It belongs to one goroutine.
type outletStdio struct {
	out, err io.Writer
	failed   error
}

func (o *outletStdio) put(p piece) bool {
	if o.failed == nil && p.message != nil {
		_, o.failed = o.out.Write(append(oneLine(p.message), '\n'))
	}
	return true
}

// oneLine is a message without line ends, which it may have had over HTTP.
func oneLine(message []byte) []byte {
	if !bytes.ContainsAny(message, "\r\n") {
		return bytes.Clone(message)
	}
	var out bytes.Buffer
	if err := json.Compact(&out, message); err != nil { // it was read as JSON before
		return bytes.ReplaceAll(message, []byte{'\n'}, nil)
	}
	return out.Bytes()
}

func (o *outletStdio) stderr(line []byte) {
	_, _ = o.err.Write(append(line[:len(line):len(line)], '\n')) // nobody may read it
}
