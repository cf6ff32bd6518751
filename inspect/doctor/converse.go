package doctor

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// slowStart is from when on some clients have given a server up.
const slowStart = 10 * time.Second

// converse opens a session and speaks with the server for a moment.
func (e *examination) converse(ctx context.Context) {
	target := withRoots(e.target, e.o)
	a := open(ctx, target, e.s.Transport, e.o.limits())
	if a.err != nil {
		e.refused(ctx, target, a)
		return
	}
	s := a.session
	e.d.Revision, e.d.Transport = s.Revision(), s.Kind()
	e.d.Server = e.identity(s.Server())
	e.admitted()
	e.shaken(s, a.first)
	e.list(ctx, s)
	e.latency(ctx, s, a.first)
	began := time.Now()
	_ = s.Close(context.WithoutCancel(ctx)) // how it ended is looked at
	e.aftermath(s, time.Since(began))
	if e.o.Revisions {
		e.revisions(ctx, target, s.Kind())
	}
}

// withRoots has a target trust the authorities of the options.
func withRoots(t mcp.Target, o Options) mcp.Target {
	if o.Roots != nil && t.URL != "" {
		t.Client = &http.Client{Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: maxNetwork}).DialContext,
			TLSHandshakeTimeout: maxNetwork, IdleConnTimeout: time.Second, MaxResponseHeaderBytes: 256 << 10,
			TLSClientConfig: &tls.Config{RootCAs: o.Roots},
		}}
	}
	return t
}

// identity is what a server calls itself.
func (e *examination) identity(said mcp.Value) *Identity {
	info := said.Get("serverInfo")
	if !info.Exists() {
		info = said.Get("_meta", mcp.MetaServerInfo)
	}
	return &Identity{Name: e.clean(info.Get("name").Text()), Version: e.clean(info.Get("version").Text())}
}

// admitted notes that the server let us in.
func (e *examination) admitted() {
	switch {
	case e.s.Local():
	case e.target.Header.Get("Authorization") != "":
		e.step(OK, StepAuth, "the credentials in the header Authorization are taken", "")
	default:
		e.step(OK, StepAuth, "no credentials are asked for", "")
	}
}

// shaken notes a handshake that went well.
func (e *examination) shaken(s *mcp.Session, took time.Duration) {
	what := fmt.Sprintf("%s over %s", s.Revision(), s.Kind())
	stated := e.s.Transport
	switch {
	case stated != "" && e.s.URL != "" && stated != s.Kind():
		e.timed(took, Warn, StepHandshake, fmt.Sprintf("%s, though the entry says %s", what, stated), fmt.Sprintf("Make the type %s in %s.", s.Kind(), e.entry()))
	case took > slowStart:
		e.timed(took, Warn, StepHandshake, what+", but late", "Some clients give up before: install the server beforehand instead of at each start.")
	default:
		e.timed(took, OK, StepHandshake, what, "")
	}
}

// latency times signs of life.
func (e *examination) latency(ctx context.Context, s *mcp.Session, first time.Duration) {
	var took []time.Duration
	for range e.o.Pings {
		d, err := ping(ctx, s, maxCall)
		if err != nil {
			e.step(Warn, StepLatency, err.Error(), "Answer ping at once: clients use it to tell whether a server is alive.")
			return
		}
		took = append(took, d)
	}
	slices.Sort(took)
	p50, most := took[len(took)/2], took[len(took)-1]
	e.d.Latency = &Latency{First: Millis(first), P50: Millis(p50), Max: Millis(most), Pings: len(took)}
	what := fmt.Sprintf("half of %d pings within %s", len(took), brief(p50))
	if p50 > time.Second {
		e.timed(p50, Warn, StepLatency, what, "Is the server, or the network to it, overloaded?")
		return
	}
	e.timed(p50, OK, StepLatency, what, "")
}

// errForgotten says that the server knows the session no more
// (basic/transports#session-management).
var errForgotten = errors.New("the server knows the session no more (HTTP status 404)")

// ping asks for a sign of life, by ping where the revision has it. A *mcp.RPCError
// is one too.
func ping(ctx context.Context, s *mcp.Session, limit time.Duration) (time.Duration, error) {
	method := "ping"
	if s.Revision().Era() == mcp.Stateless {
		method = "server/discover"
	}
	x := s.Do(ctx, mcp.Request{Method: method, Timeout: limit})
	switch failure := x.RPCError(); {
	case x.Status == http.StatusNotFound && s.ID() != "":
		return x.Took(), errForgotten
	case failure != nil:
		return x.Took(), fmt.Errorf("%s was answered with an error: %w", method, failure)
	case x.Reply() == nil:
		return x.Took(), fmt.Errorf("%s was not answered: %w", method, x.Err())
	}
	return x.Took(), nil
}

// aftermath looks at what is known once the session is over: what else came to
// standard output, what to standard error, and how the process ended.
func (e *examination) aftermath(s *mcp.Session, took time.Duration) {
	if s.Kind() != mcp.Stdio {
		return
	}
	e.purity(s)
	exit, ended := s.Exit()
	if !ended {
		return
	}
	e.d.Stderr = e.tail(exit.Stderr)
	switch {
	case exit.Forced != "":
		e.timed(took, Warn, StepExit, "it did not end when its standard input was closed, and had to be made to ("+exit.Forced+")", "End the process when standard input ends: clients that crash leave it behind otherwise.")
	case exit.Code != 0:
		e.timed(took, Warn, StepExit, fmt.Sprintf("it ended with exit code %d when it was left", exit.Code), "End with 0 when standard input ends.")
	default:
		e.timed(took, OK, StepExit, "it ended by itself in "+brief(took), "")
	}
}

// purity looks for lines on standard output that are no messages. It reports
// whether there are none.
func (e *examination) purity(s *mcp.Session) bool {
	var lines []string
	count := 0
	for _, f := range s.Log().Frames() {
		if f.Direction != mcp.Received || f.Channel != mcp.ChannelStdout || f.Cut() || isMCP(f) {
			continue
		}
		if count++; len(lines) < maxLines {
			lines = append(lines, string(f.Data))
		}
	}
	if count == 0 {
		return e.step(OK, StepStdout, "nothing but MCP", "")
	}
	what := "a line on standard output is no MCP"
	if count > 1 {
		what = fmt.Sprintf("%d lines on standard output are no MCP", count)
	}
	return e.step(Fail, StepStdout, what, "Write logs to standard error: some clients drop the connection at such a line.", lines...)
}

// isMCP reports whether a frame holds messages and nothing else. Logs in JSON are
// JSON, but no messages.
func isMCP(f mcp.Frame) bool {
	all := f.Messages()
	return len(all) > 0 && !slices.ContainsFunc(all, func(m mcp.Message) bool { return m.MessageKind() == mcp.Malformed })
}

// tail is the end of standard error, line by line.
func (e *examination) tail(text []byte) []string {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return nil
	}
	lines := strings.Split(string(text), "\n")
	lines = lines[max(0, len(lines)-2*maxLines):]
	for i, l := range lines {
		lines[i] = e.clean(l)
	}
	return lines
}

// brief is a duration for a person.
func brief(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
	case d < 10*time.Second:
		return fmt.Sprintf("%.0f ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%.0f s", d.Seconds())
}
