// Package wire stands between the network and the SDK. It refuses what is no
// proper message, one message at a time, where go-sdk v1.8.0 would end the
// connection, stay silent or answer without an error that clients understand. A
// later SDK may make it needless.
package wire

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

const (
	maxDepth = 100 // of nested arrays and objects
	maxBatch = 100 // messages

	lastBatching = "2025-03-26" // revisions are dates and sort as text
	methodListen = "subscriptions/listen"
)

// message is what is looked at before the SDK sees a message.
type message struct {
	id      json.RawMessage // nil: a notification
	method  string          // "": a response
	cancels json.RawMessage // the id that notifications/cancelled names
	version string          // the revision that _meta names, if any
}

// read checks one message. An error is to be sent back under the message's id.
func read(raw []byte) (message, *jsonrpc.Error) {
	var m message
	if tooDeep(raw) {
		return m, refuse(jsonrpc.CodeInvalidRequest, "the message is nested too deeply")
	}
	if !json.Valid(raw) {
		return m, refuse(jsonrpc.CodeParseError, "this is not JSON")
	}
	var fields map[string]json.RawMessage // unlike a struct, a map does not fold the case of names
	if err := json.Unmarshal(raw, &fields); err != nil || fields == nil {
		return m, refuse(jsonrpc.CodeInvalidRequest, "a message is an object")
	}
	id, hasID := fields["id"]
	if hasID && (id[0] == '"' || id[0] == '-' || id[0] >= '0' && id[0] <= '9') {
		m.id = id
	}
	if string(fields["jsonrpc"]) != `"2.0"` {
		return m, refuse(jsonrpc.CodeInvalidRequest, `jsonrpc must be "2.0"`)
	}
	if hasID && m.id == nil {
		return m, refuse(jsonrpc.CodeInvalidRequest, "id must be a string or a number")
	}
	method, isRequest := fields["method"]
	if !isRequest {
		if (fields["result"] == nil) == (fields["error"] == nil) || m.id == nil {
			return m, refuse(jsonrpc.CodeInvalidRequest, "a message has a method, or an id and a result or an error")
		}
		return m, nil
	}
	if err := json.Unmarshal(method, &m.method); err != nil || m.method == "" {
		return m, refuse(jsonrpc.CodeInvalidRequest, "method must be a text")
	}
	return m, m.readParams(fields["params"])
}

// readParams refuses revisions that do not exist and arguments of the wrong kind.
func (m *message) readParams(raw json.RawMessage) *jsonrpc.Error {
	var params struct {
		Meta      map[string]json.RawMessage `json:"_meta"`
		Arguments json.RawMessage            `json:"arguments"`
		RequestID json.RawMessage            `json:"requestId"`
	}
	if json.Unmarshal(raw, &params) != nil {
		return nil // the SDK says better what is wrong
	}
	var texts map[string]string
	if m.method == "prompts/get" && params.Arguments != nil && json.Unmarshal(params.Arguments, &texts) != nil {
		return refuse(jsonrpc.CodeInvalidParams, "the arguments of a prompt are an object of texts")
	}
	if m.method == "tools/call" && params.Arguments != nil && params.Arguments[0] != '{' {
		return refuse(jsonrpc.CodeInvalidParams, "the arguments of a tool are an object")
	}
	m.cancels = params.RequestID
	if json.Unmarshal(params.Meta[mcp.MetaKeyProtocolVersion], &m.version) == nil && !slices.Contains(mcp.SupportedProtocolVersions(), m.version) {
		data, _ := json.Marshal(mcp.UnsupportedProtocolVersionData{Supported: mcp.SupportedProtocolVersions(), Requested: m.version})
		return &jsonrpc.Error{Code: mcp.CodeUnsupportedProtocolVersion, Message: "unsupported protocol version", Data: data}
	}
	return nil
}

// split returns the members of a batch, or ok = false for what is no array.
func split(raw []byte) (members []json.RawMessage, ok bool) {
	if raw = bytes.TrimSpace(raw); len(raw) == 0 || raw[0] != '[' || tooDeep(raw) {
		return nil, false
	}
	return members, json.Unmarshal(raw, &members) == nil
}

// readMember is read for a member of a batch.
func readMember(raw []byte) (message, *jsonrpc.Error) {
	m, refusal := read(raw)
	if refusal == nil && m.method == "initialize" {
		refusal = refuse(jsonrpc.CodeInvalidRequest, "initialize must not be part of a batch")
	}
	return m, refusal
}

func tooDeep(raw []byte) bool {
	depth, deepest, inText := 0, 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case !inText && (c == '[' || c == '{'):
			depth++
			deepest = max(deepest, depth)
		case !inText && (c == ']' || c == '}'):
			depth--
		}
	}
	return deepest > maxDepth
}

func refuse(code int64, text string) *jsonrpc.Error {
	return &jsonrpc.Error{Code: code, Message: text}
}

// errorResponse is the answer to a refused message. Where the id is unknown it is
// null; an error about a notification has none.
func errorResponse(m message, e *jsonrpc.Error) []byte {
	res := map[string]any{"jsonrpc": "2.0", "id": m.id, "error": e}
	if m.id == nil && m.method != "" {
		delete(res, "id")
	}
	text, _ := json.Marshal(res) // nothing in it can fail to encode
	return text
}

// decodeName turns an Mcp-Name header that is sent in base64, as names are that
// no header can hold, into the name itself, which the SDK compares.
func decodeName(h http.Header) error {
	inner, begins := strings.CutPrefix(h.Get("Mcp-Name"), "=?base64?")
	inner, ends := strings.CutSuffix(inner, "?=")
	if !begins || !ends {
		return nil
	}
	name, err := base64.StdEncoding.DecodeString(inner)
	if err == nil {
		h.Set("Mcp-Name", string(name))
	}
	return err
}

// Only refuses the methods of features that the server does not declare, which
// the SDK serves all the same. Features not named count once they have something.
func Only(features ...string) mcp.Middleware {
	all := []string{"tools", "resources", "prompts", "completion", "logging"}
	return func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
			feature, _, _ := strings.Cut(method, "/")
			if slices.Contains(all, feature) && !slices.Contains(features, feature) && !has(ctx, next, feature, req) {
				return nil, refuse(jsonrpc.CodeMethodNotFound, "this server has no "+feature)
			}
			return next(ctx, method, req)
		}
	}
}

// has tells whether a feature has anything registered, by asking for its lists.
func has(ctx context.Context, next mcp.MethodHandler, feature string, req mcp.Request) bool {
	s, ok := req.GetSession().(*mcp.ServerSession)
	if !ok {
		return false
	}
	switch feature {
	case "resources":
		listed, _ := next(ctx, "resources/list", &mcp.ListResourcesRequest{Session: s, Params: &mcp.ListResourcesParams{}})
		if r, ok := listed.(*mcp.ListResourcesResult); ok && len(r.Resources) > 0 {
			return true
		}
		listed, _ = next(ctx, "resources/templates/list", &mcp.ListResourceTemplatesRequest{Session: s, Params: &mcp.ListResourceTemplatesParams{}})
		r, ok := listed.(*mcp.ListResourceTemplatesResult)
		return ok && len(r.ResourceTemplates) > 0
	case "prompts":
		listed, _ := next(ctx, "prompts/list", &mcp.ListPromptsRequest{Session: s, Params: &mcp.ListPromptsParams{}})
		r, ok := listed.(*mcp.ListPromptsResult)
		return ok && len(r.Prompts) > 0
	}
	return false
}

// SameOrigin refuses what web pages of other sites send. Programs that are no
// browser send no Origin and pass.
func SameOrigin(p *http.CrossOriginProtection, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		probe := *r
		probe.Method = http.MethodPost // Check lets GET pass; here it opens a stream
		if err := p.Check(&probe); err != nil {
			http.Error(w, "Forbidden: this origin may not call the server", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Handler checks what is posted to the SDK's endpoint, next.
func Handler(next http.Handler, maxBody int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Accel-Buffering", "no") // else proxies hold back events
		if r.Method != http.MethodPost {
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, "the body cannot be read or is too large", http.StatusRequestEntityTooLarge)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		version := r.Header.Get("Mcp-Protocol-Version")
		members, isBatch := split(body)
		switch {
		case isBatch && version <= lastBatching && len(members) > 0 && len(members) <= maxBatch:
			serveBatch(next, w, r, members)
		case isBatch || len(body) == 0:
			next.ServeHTTP(w, r) // refuses it
		default:
			m, refusal := read(body)
			if m.version != "" && version != "" && m.version != version {
				refusal = refuse(mcp.CodeHeaderMismatch, "MCP-Protocol-Version and _meta name different revisions")
			}
			if err := decodeName(r.Header); refusal == nil && err != nil {
				refusal = refuse(mcp.CodeHeaderMismatch, "Mcp-Name is no base64")
			}
			a := &answer{ResponseWriter: w}
			if refusal == nil {
				next.ServeHTTP(a, r)
				refusal = a.error()
			}
			if refusal != nil {
				writeRefusal(w, m, refusal)
			}
		}
	})
}

// serveBatch serves the members one by one, as events of one stream.
func serveBatch(next http.Handler, w http.ResponseWriter, r *http.Request, members []json.RawMessage) {
	streaming := false
	emit := func(m message, e *jsonrpc.Error) {
		if !streaming {
			w.Header().Set("Content-Type", "text/event-stream")
			streaming = true
		}
		_, _ = w.Write([]byte("event: message\ndata: " + string(errorResponse(m, e)) + "\n\n"))
	}
	for _, raw := range members {
		m, refusal := readMember(raw)
		if refusal != nil {
			emit(m, refusal)
			continue
		}
		one := r.Clone(r.Context())
		one.Body, one.ContentLength = io.NopCloser(bytes.NewReader(raw)), int64(len(raw))
		a := &answer{ResponseWriter: w, batch: true, started: streaming}
		next.ServeHTTP(a, one)
		streaming = a.started
		if refusal = a.error(); refusal != nil {
			emit(m, refusal)
		} else if a.status >= 400 {
			return // not the message but the request is refused, say for its session
		}
	}
	if !streaming {
		w.WriteHeader(http.StatusAccepted)
	}
}

// answer passes on the SDK's answer, except for refusals in plain text, which it
// keeps, and in a batch for the status of notifications.
type answer struct {
	http.ResponseWriter
	batch, started bool
	status         int
	refusal        *bytes.Buffer
}

func (a *answer) WriteHeader(status int) {
	a.status = status
	switch {
	case status == http.StatusBadRequest && strings.HasPrefix(a.Header().Get("Content-Type"), "text/plain"):
		a.refusal = new(bytes.Buffer)
	case !a.batch:
		a.ResponseWriter.WriteHeader(status)
	case status != http.StatusAccepted && !a.started:
		a.started = true
		a.ResponseWriter.WriteHeader(status)
	}
}

func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	if a.refusal != nil {
		return a.refusal.Write(p)
	}
	return a.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController flush events.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// error makes a JSON-RPC error of a refusal in plain text; nil: there is none.
func (a *answer) error() *jsonrpc.Error {
	if a.refusal == nil {
		return nil
	}
	text := strings.TrimSpace(a.refusal.String())
	if strings.HasPrefix(text, "JSON RPC not handled") {
		return refuse(jsonrpc.CodeMethodNotFound, "there is no such method")
	}
	return refuse(jsonrpc.CodeInvalidRequest, text)
}

func writeRefusal(w http.ResponseWriter, m message, e *jsonrpc.Error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	_, _ = w.Write(errorResponse(m, e))
}

// Stdio is the SDK's transport over two streams, one message a line, with what
// comes in checked. At the end of input it waits for the answers under way, which
// the SDK would drop.
type Stdio struct {
	mcp.IOTransport
	in      *bufio.Reader
	out     io.Writer
	maxLine int

	mu       sync.Mutex
	version  string            // as negotiated; empty until then
	waiting  map[string]string // the methods of the requests not yet answered, by id
	silent   map[string]bool   // subscriptions that were cancelled: they are answered no more
	answered chan struct{}     // closed and replaced at each answer
}

// How long after the end of input answers are waited for.
const grace = 20 * time.Second

// NewStdio returns the transport over in and out. A line may be maxLine bytes long.
func NewStdio(in io.Reader, out io.Writer, maxLine int) *Stdio {
	s := &Stdio{
		in: bufio.NewReader(in), out: out, maxLine: maxLine,
		waiting: map[string]string{}, silent: map[string]bool{}, answered: make(chan struct{}),
	}
	r, w := io.Pipe()
	s.IOTransport = mcp.IOTransport{Reader: r, Writer: fromSDK{s}}
	go func() {
		err := s.filter(w)
		ctx, cancel := context.WithTimeout(context.Background(), grace)
		defer cancel()
		_ = s.Idle(ctx)
		_ = w.CloseWithError(err)
	}()
	return s
}

// Idle waits until every request is answered, or ctx ends. Subscriptions do not
// count: they are answered when they end.
func (s *Stdio) Idle(ctx context.Context) error {
	for {
		s.mu.Lock()
		idle, answered := true, s.answered
		for _, method := range s.waiting {
			idle = idle && method == methodListen
		}
		s.mu.Unlock()
		if idle {
			return nil
		}
		select {
		case <-answered:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// filter hands to the SDK what is in order and answers the rest. The members of
// a batch become messages of their own, and so do their answers.
func (s *Stdio) filter(sdk io.Writer) error {
	for {
		line, err := readLine(s.in, s.maxLine)
		if err != nil {
			return err
		}
		members, isBatch := split(line)
		switch {
		case len(line) > s.maxLine:
			err = s.refuse(message{}, refuse(jsonrpc.CodeInvalidRequest, "the message is too long"))
		case isBatch && !s.mayBatch(members):
			err = s.refuse(message{}, refuse(jsonrpc.CodeInvalidRequest, "a batch is not accepted here"))
		case isBatch:
			for _, raw := range members {
				m, refusal := readMember(raw)
				err = errors.Join(err, s.pass(sdk, raw, m, refusal))
			}
		case len(bytes.TrimSpace(line)) > 0:
			m, refusal := read(line)
			err = s.pass(sdk, line, m, refusal)
		}
		if err != nil {
			return err
		}
	}
}

// readLine returns a line, of one that is longer than limit only the beginning.
func readLine(in *bufio.Reader, limit int) (line []byte, err error) {
	for err = bufio.ErrBufferFull; errors.Is(err, bufio.ErrBufferFull); {
		var part []byte
		if part, err = in.ReadSlice('\n'); len(line) <= limit {
			line = append(line, part...)
		}
	}
	if err == io.EOF && len(line) > 0 {
		err = nil // it comes again with the next line
	}
	return line, err
}

func (s *Stdio) mayBatch(members []json.RawMessage) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.version != "" && s.version <= lastBatching && len(members) > 0 && len(members) <= maxBatch
}

// pass hands a message to the SDK, unless it is refused.
func (s *Stdio) pass(sdk io.Writer, raw []byte, m message, refusal *jsonrpc.Error) error {
	if refusal != nil {
		return s.refuse(m, refusal)
	}
	s.mu.Lock()
	if m.id != nil && m.method != "" {
		s.waiting[string(m.id)] = m.method
	} else if id := string(m.cancels); m.method == "notifications/cancelled" && s.waiting[id] == methodListen {
		s.silent[id] = true
	}
	s.mu.Unlock()
	_, err := sdk.Write(append(bytes.TrimSpace(raw), '\n'))
	return err
}

func (s *Stdio) refuse(m message, e *jsonrpc.Error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.out.Write(append(errorResponse(m, e), '\n'))
	return err
}

// fromSDK is where the SDK writes to.
type fromSDK struct{ s *Stdio }

// Write sends a message of the SDK's, which comes whole.
func (f fromSDK) Write(line []byte) (int, error) {
	s := f.s
	s.mu.Lock()
	defer s.mu.Unlock()
	var res struct {
		ID     json.RawMessage `json:"id"`
		Method string          `json:"method"`
		Result struct {
			Version string `json:"protocolVersion"`
		} `json:"result"`
	}
	if err := json.Unmarshal(line, &res); err != nil || res.Method != "" {
		return s.out.Write(line) // a request or notification
	}
	id := string(res.ID)
	if s.waiting[id] == "initialize" {
		s.version = res.Result.Version
	}
	silent := s.silent[id]
	delete(s.waiting, id)
	delete(s.silent, id)
	defer func() {
		close(s.answered)
		s.answered = make(chan struct{})
	}()
	if silent {
		return len(line), nil
	}
	return s.out.Write(line)
}

// Close does nothing: the streams are the process's own.
func (fromSDK) Close() error { return nil }
