package tape

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"

	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

// HTTPProxy stands between clients on this machine and one server at an address.
type HTTPProxy struct {
	to     *Recorder
	target *url.URL
	header http.Header
	proxy  *httputil.ReverseProxy
	tell   sessions
}

// NewHTTPProxy makes a proxy to target's origin that records everything. Paths
// are the server's own. Target.Header goes with every request, unrecorded.
func NewHTTPProxy(r *Recorder, target mcp.Target) (*HTTPProxy, error) {
	u, err := url.Parse(target.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("the address of the server must be one of http or https")
	}
	p := &HTTPProxy{to: r, target: u, header: target.Header}
	transport := http.DefaultTransport
	if target.Client != nil && target.Client.Transport != nil {
		transport = target.Client.Transport
	}
	p.proxy = &httputil.ReverseProxy{
		Rewrite: p.rewrite, ModifyResponse: p.answered, FlushInterval: -1, Transport: transport,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			http.Error(w, "mcpctl record: the server cannot be reached", http.StatusBadGateway)
		},
	}
	return p, nil
}

// exchangeKey is where a request's context has its place.
type exchangeKey struct{}

// place is the exchange and the session that a request belongs to.
type place struct{ exchange, session int }

// ServeHTTP passes one request on. Pages of the web are kept out: they could
// reach a proxy on this machine by a name of their own (DNS rebinding).
func (p *HTTPProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !local(r) {
		http.Error(w, "mcpctl serves this machine alone", http.StatusForbidden)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxFrame))
	if err != nil {
		http.Error(w, fmt.Sprintf("mcpctl takes no more than %d bytes at once", maxFrame), http.StatusRequestEntityTooLarge)
		return
	}
	x := p.to.next()
	f := traffic.Frame{Frame: mcp.NewFrame(mcp.Sent, mcp.ChannelBody, body)}
	if len(body) == 0 {
		f.Channel = traffic.ChannelHTTP
	}
	at := *p.target
	at.Path, at.RawPath, at.RawQuery, at.User = r.URL.Path, r.URL.RawPath, r.URL.RawQuery, nil
	f.Exchange, f.HTTP = x, &traffic.HTTP{Method: r.Method, URL: at.String(), Header: r.Header.Clone()}
	f.Session = p.tell.sent(f)
	p.to.Add(f)
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	p.proxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), exchangeKey{}, place{x, f.Session})))
}

// local reports whether a request comes from a program on this machine.
func local(r *http.Request) bool {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		u, err := url.Parse(origin)
		if err != nil || !loopback(u.Hostname()) {
			return false
		}
	}
	return loopback(host)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || host == "[::1]" || ip != nil && ip.IsLoopback()
}

// rewrite turns a request to the proxy into one to the server.
func (p *HTTPProxy) rewrite(r *httputil.ProxyRequest) {
	r.Out.URL.Scheme, r.Out.URL.Host = p.target.Scheme, p.target.Host
	r.Out.Host = p.target.Host
	// What is compressed could not be read in a recording.
	r.Out.Header.Set("Accept-Encoding", "identity")
	if r.Out.Header.Get("Origin") != "" {
		r.Out.Header.Set("Origin", p.target.Scheme+"://"+p.target.Host)
	}
	for name, values := range p.header {
		r.Out.Header[http.CanonicalHeaderKey(name)] = values
	}
	if user := p.target.User; user != nil && r.Out.Header.Get("Authorization") == "" {
		password, _ := user.Password()
		r.Out.SetBasicAuth(user.Username(), password)
	}
}

// answered records an answer as it comes.
func (p *HTTPProxy) answered(response *http.Response) error {
	x, _ := response.Request.Context().Value(exchangeKey{}).(place)
	f := traffic.Frame{Frame: mcp.NewFrame(mcp.Received, traffic.ChannelHTTP, nil)}
	f.Exchange, f.Session, f.HTTP = x.exchange, x.session, &traffic.HTTP{Status: response.StatusCode, Answer: response.Header.Clone()}
	p.tell.answered(response.Header.Get(sessionHeader), x.session)
	p.to.Add(f)
	response.Body = &tee{ReadCloser: response.Body, into: p.body(x, response)}
	return nil
}

// body records the body of an answer: the events of a stream, or one frame.
func (p *HTTPProxy) body(x place, response *http.Response) sink {
	add := func(channel mcp.Channel, e *mcp.Event, data []byte, size int) {
		f := traffic.Frame{Frame: mcp.NewFrame(mcp.Received, channel, data)}
		f.Exchange, f.Session, f.Event, f.Size = x.exchange, x.session, e, size
		p.to.Add(f)
	}
	kind, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err == nil && kind == "text/event-stream" {
		return sink{Writer: &events{limit: maxFrame, emit: func(e mcp.Event, data []byte, size int) {
			if e.Name == "endpoint" {
				x.session = p.tell.opened(string(data))
			}
			add(mcp.ChannelEvent, &e, data, size)
		}}, end: func() {}}
	}
	whole := &bounded{}
	return sink{Writer: whole, end: func() {
		if whole.size > 0 {
			add(mcp.ChannelBody, nil, whole.data, whole.size)
		}
	}}
}

// sink is told of a body's bytes, and of its end.
type sink struct {
	io.Writer
	end func()
}

// tee tells a sink of what is read before the reader sees it.
type tee struct {
	io.ReadCloser
	into  sink
	ended bool
}

// Read reads on.
func (t *tee) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	_, _ = t.into.Write(p[:n]) // sinks never fail
	if err != nil {
		t.finish()
	}
	return n, err
}

// Close ends the body.
func (t *tee) Close() error {
	t.finish()
	return t.ReadCloser.Close()
}

func (t *tee) finish() {
	if !t.ended {
		t.ended = true
		t.into.end()
	}
}

// bounded keeps the first bytes that are written to it, and counts all.
type bounded struct {
	data []byte
	size int
}

// Write never fails.
func (b *bounded) Write(p []byte) (int, error) {
	b.size += len(p)
	b.data = append(b.data, p[:min(len(p), maxFrame-len(b.data))]...)
	return len(p), nil
}
