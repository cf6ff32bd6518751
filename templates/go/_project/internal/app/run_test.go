package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/lifecycle"
	"example.com/acme-server/internal/wire"
)

// running is a server that runs until stop.
type running struct {
	stop   context.CancelFunc
	result chan error
}

func (r running) wait(t *testing.T) error {
	t.Helper()
	select {
	case err := <-r.result:
		return err
	case <-time.After(20 * time.Second):
		t.Fatal("the server does not stop")
		return nil
	}
}

// runHTTP runs a over HTTP and returns its address.
func runHTTP(t *testing.T, a *App) (running, string) {
	t.Helper()
	address := make(chan string, 1)
	listen := func(network, addr string) (net.Listener, error) {
		l, err := net.Listen(network, addr)
		if err == nil && addr == a.Config.Server.HTTPAddr {
			address <- l.Addr().String()
		}
		return l, err
	}
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	r := running{stop, make(chan error, 1)}
	go func() { r.result <- a.run(ctx, nil, listen) }()
	return r, "http://" + <-address + "/mcp"
}

// slowTool adds a tool that begins, and ends when it is let.
func slowTool(a *App) (began, finish chan struct{}) {
	began, finish = make(chan struct{}), make(chan struct{})
	mcp.AddTool(a.Server, &mcp.Tool{Name: "slow"}, func(context.Context, *mcp.CallToolRequest, struct{}) (*mcp.CallToolResult, any, error) {
		close(began)
		<-finish
		return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: "done"}}}, nil, nil
	})
	return began, finish
}

// Stopping answers what is under way, in both lanes, and only then ends.
func TestDrainHTTP(t *testing.T) {
	for _, revision := range []string{"2025-11-25", "2026-07-28"} {
		t.Run(revision, func(t *testing.T) {
			a, log := newApp(t, "MCP_HTTP_ADDR=127.0.0.1:0")
			began, finish := slowTool(a)
			r, url := runHTTP(t, a)
			client, err := newClient(nil).Connect(t.Context(), &mcp.StreamableClientTransport{Endpoint: url}, &mcp.ClientSessionOptions{ProtocolVersion: revision})
			if err != nil {
				t.Fatal(err)
			}
			type answer struct {
				res *mcp.CallToolResult
				err error
			}
			answers := make(chan answer, 1)
			go func() {
				res, err := client.CallTool(context.WithoutCancel(t.Context()), &mcp.CallToolParams{Name: "slow"})
				answers <- answer{res, err}
			}()
			<-began
			r.stop()
			waitFor(t, func() bool { return a.Life().Phase() == lifecycle.Draining })
			if a.Life().Ready() {
				t.Error("a draining server says that it is ready")
			}
			close(finish)

			if got := <-answers; got.err != nil || text(got.res) != "done" {
				t.Errorf("the call under way was answered with %v, %v", got.res, got.err)
			}
			if err := r.wait(t); err != nil {
				t.Errorf("Run = %v", err)
			}
			if _, err := net.DialTimeout("tcp", strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/mcp"), time.Second); err == nil {
				t.Error("the port is still open")
			}
			if !strings.Contains(log.String(), "stopped") || !strings.Contains(log.String(), "underWay") {
				t.Error("the log lacks the final statistics")
			}
		})
	}
}

// A tool that never ends does not keep the server for ever.
func TestDrainDeadline(t *testing.T) {
	a, _ := newApp(t, "MCP_HTTP_ADDR=127.0.0.1:0", "MCP_DRAIN_TIMEOUT=50ms")
	began, finish := slowTool(a)
	defer close(finish)
	r, url := runHTTP(t, a)
	client, err := newClient(nil).Connect(t.Context(), &mcp.StreamableClientTransport{Endpoint: url}, nil)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = client.CallTool(t.Context(), &mcp.CallToolParams{Name: "slow"}) }()
	<-began
	r.stop()
	if err := r.wait(t); err == nil || !strings.Contains(err.Error(), "draining") {
		t.Errorf("Run = %v, want an error that tells of the lost call", err)
	}
}

// Over stdio as well, whether by a signal or by the client's going.
func TestDrainStdio(t *testing.T) {
	for _, by := range []string{"signal", "end of input"} {
		t.Run(by, func(t *testing.T) {
			a, _ := newApp(t)
			began, finish := slowTool(a)
			inRead, in := io.Pipe()
			out, outWrite := io.Pipe()
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			result := make(chan error, 1)
			go func() {
				result <- a.run(ctx, wire.NewStdio(inRead, outWrite, 1<<20), net.Listen)
				_ = outWrite.Close()
			}()
			lines := bufio.NewScanner(out)
			say := func(format string, args ...any) {
				if _, err := fmt.Fprintf(in, format+"\n", args...); err != nil {
					t.Error(err)
				}
			}
			say(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`)
			lines.Scan()
			say(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
			say(`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"slow","arguments":{}}}`)
			<-began
			if by == "signal" {
				stop()
				waitFor(t, func() bool { return a.Life().Phase() == lifecycle.Draining })
			} else {
				_ = in.Close()
			}
			close(finish)
			if !lines.Scan() || !strings.Contains(lines.Text(), `"done"`) {
				t.Errorf("the call under way was answered with %q", lines.Text())
			}
			if err := (running{stop, result}).wait(t); err != nil {
				t.Errorf("Run = %v", err)
			}
		})
	}
}

func TestHooks(t *testing.T) {
	a, _ := newApp(t, "MCP_HTTP_ADDR=127.0.0.1:0")
	var got []string
	note := func(what string) func(context.Context) error {
		return func(context.Context) error { got = append(got, what); return nil }
	}
	a.OnStart("a", note("start a"))
	a.OnStart("b", note("start b"))
	a.OnStop("a", note("stop a"))
	a.OnStop("b", note("stop b"))
	r, _ := runHTTP(t, a)
	waitFor(t, a.Life().Ready)
	r.stop()
	if err := r.wait(t); err != nil {
		t.Fatal(err)
	}
	if want := []string{"start a", "start b", "stop b", "stop a"}; !slices.Equal(got, want) {
		t.Errorf("hooks ran as %v, want %v", got, want)
	}
}

// Without an optional dependency the server starts partly, without a required
// one it does not.
func TestDependencies(t *testing.T) {
	down := func(context.Context) error { return errors.New("connection refused") }

	a, log := newApp(t, "MCP_HTTP_ADDR=127.0.0.1:0")
	a.Check("search", false, down)
	r, _ := runHTTP(t, a)
	waitFor(t, a.Life().Ready)
	if !strings.Contains(log.String(), "a dependency does not work") {
		t.Error("the log does not tell of the dependency")
	}
	r.stop()
	if err := r.wait(t); err != nil {
		t.Error(err)
	}

	a, _ = newApp(t, "MCP_HTTP_ADDR=127.0.0.1:0")
	a.Check("database", true, down)
	a.Check("queue", true, down)
	r, _ = runHTTP(t, a)
	if err := r.wait(t); err == nil || !strings.Contains(err.Error(), "database") || !strings.Contains(err.Error(), "queue") {
		t.Errorf("Run = %v, want an error that names both dependencies", err)
	}
}

func TestAdminPort(t *testing.T) {
	a, _ := newApp(t, "MCP_HTTP_ADDR=127.0.0.1:0", "MCP_ADMIN_ADDR=localhost:0")
	a.Admin("GET /here", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "admin") }))
	admin := make(chan string, 1)
	listen := func(network, addr string) (net.Listener, error) {
		l, err := net.Listen(network, "127.0.0.1:0")
		if err == nil && addr == "localhost:0" {
			admin <- l.Addr().String()
		}
		return l, err
	}
	ctx, stop := context.WithCancel(t.Context())
	r := running{stop, make(chan error, 1)}
	go func() { r.result <- a.run(ctx, nil, listen) }()
	res, err := http.Get("http://" + <-admin + "/here")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, _ := io.ReadAll(res.Body); string(body) != "admin" {
		t.Errorf("body = %q", body)
	}
	stop()
	if err := r.wait(t); err != nil {
		t.Error(err)
	}
}

// waitFor polls a condition that another goroutine brings about.
func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !done() {
		if time.Now().After(deadline) {
			t.Fatal("it does not come about")
		}
		time.Sleep(time.Millisecond)
	}
}
