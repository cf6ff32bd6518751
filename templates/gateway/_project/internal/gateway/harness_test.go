package gateway

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// The test binary is also the child processes that the gateway starts: this
// variable says which.
const playVariable = "GATEWAY_TEST_PLAY"

func TestMain(m *testing.M) {
	switch os.Getenv(playVariable) {
	case "":
		os.Exit(m.Run())
	case "newest":
		play(newUpstreamServer(firstStateless))
	case "handshake":
		play(newUpstreamServer(newestHandshake))
	case "deaf": // hears all and says nothing
		_, _ = io.Copy(io.Discard, os.Stdin)
	case "touchy": // ends when anything comes before the handshake
		in := bufio.NewReader(os.Stdin)
		if line, _ := in.Peek(120); !strings.Contains(string(line), `"initialize"`) {
			return
		}
		_ = newUpstreamServer(newestHandshake).Run(context.Background(), &mcp.IOTransport{Reader: io.NopCloser(in), Writer: os.Stdout})
	case "talkative": // says its secret and ends
		fmt.Fprintln(os.Stderr, "the key", os.Getenv("KEY"), "is wrong")
	case "parent": // starts a process of its own, and heeds nothing
		child := exec.Command(os.Args[0])
		child.Env = []string{playVariable + "=stubborn"}
		if err := child.Start(); err != nil {
			panic(err)
		}
		if err := os.WriteFile(os.Getenv("PIDS"), fmt.Appendf(nil, "%d %d", os.Getpid(), child.Process.Pid), 0o600); err != nil {
			panic(err)
		}
		play(newUpstreamServer(firstStateless))
		time.Sleep(time.Minute)
	case "stubborn":
		time.Sleep(time.Minute)
	}
}

func play(s *mcp.Server) { _ = s.Run(context.Background(), &mcp.StdioTransport{}) }

type (
	echoIn struct {
		Text string `json:"text" jsonschema:"what to say again"`
	}
	echoOut struct {
		Text string `json:"text"`
	}
)

// newUpstreamServer returns a server that has some of everything and speaks no
// revision after newest.
func newUpstreamServer(newest string) *mcp.Server {
	options := &mcp.ServerOptions{
		CompletionHandler: func(context.Context, *mcp.CompleteRequest) (*mcp.CompleteResult, error) {
			return &mcp.CompleteResult{Completion: mcp.CompletionResultDetails{Values: []string{"Ada", "Alan"}}}, nil
		},
	}
	for _, revision := range mcp.SupportedProtocolVersions() {
		if revision <= newest {
			options.SupportedProtocolVersions = append(options.SupportedProtocolVersions, revision)
		}
	}
	s := mcp.NewServer(&mcp.Implementation{Name: "upstream", Version: "1"}, options)
	mcp.AddTool(s, &mcp.Tool{Name: "echo", Title: "Echo", Meta: mcp.Meta{"example.com/x": "y"}}, func(_ context.Context, _ *mcp.CallToolRequest, in echoIn) (*mcp.CallToolResult, echoOut, error) {
		if in.Text == "" {
			return nil, echoOut{}, errors.New("there is nothing to say")
		}
		return nil, echoOut(in), nil
	})
	add := func(name string, h mcp.ToolHandler) {
		s.AddTool(&mcp.Tool{Name: name, InputSchema: map[string]any{"type": "object", "x-order": []any{"b", "a"}}}, h)
	}
	add("steps", func(ctx context.Context, req *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		for i := range 3 {
			err := req.Session.NotifyProgress(ctx, &mcp.ProgressNotificationParams{ProgressToken: req.Params.GetProgressToken(), Progress: float64(i + 1), Total: 3, Message: "on the way"})
			if err != nil {
				return nil, err
			}
		}
		return said("done"), nil
	})
	add("hang", func(ctx context.Context, _ *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		fmt.Fprintln(os.Stderr, "hanging")
		<-ctx.Done()
		fmt.Fprintln(os.Stderr, "cancelled")
		return said("cancelled"), nil
	})
	add("die", func(context.Context, *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		os.Exit(1)
		return nil, nil
	})
	add("grow", func(context.Context, *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		add("grown", func(context.Context, *mcp.CallToolRequest) (*mcp.CallToolResult, error) { return said("grown"), nil })
		return said("ok"), nil
	})
	add("ask", func(ctx context.Context, req *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		question := &mcp.ElicitParams{Message: "sure?", RequestedSchema: map[string]any{"type": "object", "properties": map[string]any{"sure": map[string]any{"type": "boolean"}}}}
		if req.ProtocolVersion() < firstStateless {
			answer, err := req.Session.Elicit(ctx, question)
			if err != nil {
				return said("not asked: " + err.Error()), nil
			}
			return said(answer.Action), nil
		}
		if answer, ok := req.Params.InputResponses["q"].(*mcp.ElicitResult); ok && req.Params.RequestState == "sealed" {
			return said(answer.Action), nil
		}
		if caps := req.ClientCapabilities(); caps == nil || caps.Elicitation == nil {
			return said("not asked: no elicitation"), nil
		}
		return &mcp.CallToolResult{InputRequests: mcp.InputRequestMap{"q": question}, RequestState: "sealed"}, nil
	})
	s.AddPrompt(&mcp.Prompt{Name: "greet", Arguments: []*mcp.PromptArgument{{Name: "who", Required: true}}}, func(_ context.Context, req *mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
		return &mcp.GetPromptResult{Messages: []*mcp.PromptMessage{{Role: "user", Content: &mcp.TextContent{Text: "greet " + req.Params.Arguments["who"]}}}}, nil
	})
	read := func(_ context.Context, req *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
		if strings.HasSuffix(req.Params.URI, "missing") {
			return nil, mcp.ResourceNotFoundError(req.Params.URI)
		}
		return &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{{URI: req.Params.URI, Text: "text of " + req.Params.URI}}}, nil
	}
	s.AddResource(&mcp.Resource{Name: "data", URI: "test://data", MIMEType: "text/plain"}, read)
	s.AddResourceTemplate(&mcp.ResourceTemplate{Name: "item", URITemplate: "test://items/{id}"}, read)
	return s
}

func said(text string) *mcp.CallToolResult {
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: text}}}
}

// child is the configuration of a child process that plays a part.
func child(name, part string) Server {
	return Server{Name: name, Command: os.Args[0], Env: map[string]string{playVariable: part}}
}

// remote is the configuration of a server that is reached over HTTP.
func remote(t *testing.T, name, newest string) Server {
	server := newUpstreamServer(newest)
	get := func(*http.Request) *mcp.Server { return server }
	h := httptest.NewServer(mcp.NewStreamableHTTPHandler(get, &mcp.StreamableHTTPOptions{Stateless: newest == firstStateless, PropagateRequestCancellation: true}))
	t.Cleanup(func() {
		h.CloseClientConnections()
		h.Close()
	})
	return Server{Name: name, URL: h.URL}
}

// running is a gateway to some servers, for a test.
type running struct {
	*Gateway
	server *mcp.Server
	log    *buffer
}

func testConfig() Config {
	return Config{
		File: "mcp.json", Separator: "__", MaxName: 64,
		Timeout: 10 * time.Second, ConnectTimeout: 10 * time.Second, StartWait: 20 * time.Second,
		Tries: 2, Backoff: time.Millisecond, MaxBackoff: 50 * time.Millisecond,
		BreakerFailures: 2, BreakerPause: time.Minute,
	}
}

// start runs a gateway until the test ends.
func start(t *testing.T, cfg Config, servers ...Server) running {
	t.Helper()
	return startWith(t, cfg, func(*Gateway) {}, servers...)
}

// startWith lets a test change the gateway before it starts.
func startWith(t *testing.T, cfg Config, change func(*Gateway), servers ...Server) running {
	t.Helper()
	log := new(buffer)
	as := &mcp.Implementation{Name: "gateway", Version: "1"}
	g := New(cfg, servers, as, slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	options := &mcp.ServerOptions{Capabilities: &mcp.ServerCapabilities{}}
	g.Prepare(options)
	server := mcp.NewServer(as, options)
	g.Join(server, http.DefaultTransport)
	change(g)
	if err := g.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := g.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	return running{g, server, log}
}

// connect returns a client of the gateway that speaks a revision.
func (r running) connect(t *testing.T, revision string, options *mcp.ClientOptions) *mcp.ClientSession {
	t.Helper()
	ct, st := mcp.NewInMemoryTransports()
	if _, err := r.server.Connect(context.Background(), st, nil); err != nil {
		t.Fatal(err)
	}
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, options)
	session, err := client.Connect(t.Context(), ct, &mcp.ClientSessionOptions{ProtocolVersion: revision})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Close() })
	return session
}

// status is that of one upstream.
func (r running) status(name string) Status {
	for _, s := range r.Status().Upstreams {
		if s.Name == name {
			return s
		}
	}
	return Status{}
}

func callTool(t *testing.T, c *mcp.ClientSession, tool string, args any) *mcp.CallToolResult {
	t.Helper()
	res, err := c.CallTool(t.Context(), &mcp.CallToolParams{Name: tool, Arguments: args})
	if err != nil {
		t.Fatalf("calling %s: %v", tool, err)
	}
	return res
}

func text(res *mcp.CallToolResult) string {
	if len(res.Content) == 0 {
		return ""
	}
	t, _ := res.Content[0].(*mcp.TextContent)
	return t.Text
}

// eventually polls a condition that another process brings about.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it does not come about: %s", what)
		}
	}
}

// buffer is a bytes.Buffer for several goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
