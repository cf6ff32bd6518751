package mcp

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// RawHTTP sends an HTTP request that net/http would refuse to write, on a
// connection of its own, and waits for the answer, at most Limits.Call. head
// is the request line and the header, with the line ends that shall be sent;
// only a missing empty line is added at its end. In it
//
//	{host}     is replaced by the host and port of the endpoint,
//	{path}     by its path and query,
//	{headers}  by the headers of the target (credentials), each with CR LF.
//
// Neither a proxy nor a redirect is followed, and the length of body is for
// the caller to declare. The exchange, which is over, is in the session's log;
// its Sent holds head and body with {headers} as it stands. Any response in
// the answer is the reply. On stdio the exchange fails.
func (s *Session) RawHTTP(ctx context.Context, head string, body []byte) *Exchange {
	switch {
	case strings.HasSuffix(head, "\r\n\r\n"):
	case strings.HasSuffix(head, "\r\n"), strings.HasSuffix(head, "{headers}"):
		head += "\r\n"
	default:
		head += "\r\n\r\n"
	}
	method, _, _ := strings.Cut(head, " ")
	at, err := parseEndpoint(s.Endpoint())
	if err != nil {
		at = &url.URL{}
		err = fmt.Errorf("this is no session over HTTP: %w", err)
	}
	head = strings.NewReplacer("{host}", at.Host, "{path}", at.RequestURI()).Replace(head)

	if body == nil {
		body = []byte{}
	}
	x := newExchange(Request{Raw: body, HTTPMethod: method}, append([]byte(head), body...), Value{})
	x.Method, x.URL = method, at.String()
	s.Log().open(x)
	s.Log().Add(x.sentFrame(ChannelBody), x)
	if err != nil {
		x.end(nil, err)
		return x
	}
	wire := append([]byte(strings.ReplaceAll(head, "{headers}", s.headerLines())), body...)
	x.end(nil, s.rawExchange(ctx, x, at, wire))
	return x
}

// Endpoint is the address that the session sends to: on HTTP+SSE the one that
// the server named. It is "" on stdio.
func (s *Session) Endpoint() string {
	if t, ok := s.transport.(interface{ Endpoint() string }); ok {
		return t.Endpoint()
	}
	return ""
}

// rawExchange writes the bytes and reads the answer. The answer is not waited
// for past the response.
func (s *Session) rawExchange(ctx context.Context, x *Exchange, at *url.URL, wire []byte) error {
	limits := s.options.Limits
	ctx, cancel := context.WithTimeoutCause(ctx, limits.Call, timeoutError(limits.Call))
	defer cancel()
	conn, err := s.dialRaw(ctx, at)
	if err != nil {
		return overdue(ctx, err)
	}
	defer context.AfterFunc(ctx, func() { conn.Close() })()

	// A server may answer before it has read everything.
	written := make(chan struct{})
	go func() {
		defer close(written)
		_, _ = conn.Write(wire) // reading tells why, and better
	}()
	err = s.rawAnswer(x, conn)
	conn.Close()
	<-written
	return overdue(ctx, err)
}

func (s *Session) rawAnswer(x *Exchange, conn net.Conn) error {
	limits := s.options.Limits
	bounded := &io.LimitedReader{R: conn, N: maxHeaderBytes}
	response, err := readResponse(bufio.NewReader(bounded), x.Method)
	switch {
	case err != nil && bounded.N <= 0:
		return fmt.Errorf("the header of the answer is %w", ErrTooLong)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fmt.Errorf("the server closed the connection without an answer: %w", err)
	case err != nil:
		return err
	}
	defer response.Body.Close()
	x.answered(response)
	bounded.N = int64(streamLimit*limits.Frame) + maxHeaderBytes
	a := answer{x: x, log: s.Log(), limits: limits, receive: s.receive, settle: func(m Message) {
		if x.isReply(m) {
			x.end(&m, nil)
			conn.Close() // ends the reading
		}
	}}
	return a.missing(a.read(response))
}

// readResponse reads the head of the answer and skips interim ones.
func readResponse(r *bufio.Reader, method string) (*http.Response, error) {
	for range 5 {
		response, err := http.ReadResponse(r, &http.Request{Method: method})
		if err != nil || response.StatusCode >= 200 {
			return response, err
		}
	}
	return nil, errors.New("the server sends one interim answer after another")
}

// dialRaw connects to the host of at, with TLS where the address says so.
func (s *Session) dialRaw(ctx context.Context, at *url.URL) (net.Conn, error) {
	_, address, _ := strings.Cut(origin(at), "://")
	if at.Scheme == "http" {
		return new(net.Dialer).DialContext(ctx, "tcp", address)
	}
	dialer := tls.Dialer{}
	if s.target.Client != nil {
		if t, ok := s.target.Client.Transport.(*http.Transport); ok && t.TLSClientConfig != nil {
			dialer.Config = t.TLSClientConfig.Clone()
			dialer.Config.NextProtos = nil
		}
	}
	return dialer.DialContext(ctx, "tcp", address)
}

// headerLines are the target's own headers as they stand on the wire.
func (s *Session) headerLines() string {
	var b strings.Builder
	_ = s.target.Header.Write(&b) // a Builder takes everything
	return b.String()
}

// overdue is the reason why ctx ended, if it did, else err.
func overdue(ctx context.Context, err error) error {
	if ctx.Err() != nil && err != nil {
		return context.Cause(ctx)
	}
	return err
}
