// Command acme-server is an MCP server. Without -http it speaks over standard
// input and output.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/wire"
)

const maxMessage = 4 << 20 // bytes

// version is set by the linker when a release is built.
var version = "0.1.0"

func main() {
	addr := flag.String("http", "", "serve MCP over HTTP on `ADDR`, such as 127.0.0.1:8080")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *addr); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "acme-server:", err)
		os.Exit(1)
	}
}

// newServer returns the MCP server with all its tools.
func newServer() *mcp.Server {
	s := mcp.NewServer(&mcp.Implementation{
		Name:       "acme-server",
		Title:      "Acme Server",
		Version:    version,
		WebsiteURL: "https://github.com/acme-owner/acme-server",
	}, &mcp.ServerOptions{
		Instructions: "Counts words.",
		// Without this the SDK would advertise logging, which is deprecated.
		Capabilities: &mcp.ServerCapabilities{},
	})
	s.AddReceivingMiddleware(wire.Only("tools"))
	no := false
	mcp.AddTool(s, &mcp.Tool{
		Name:        "count_words",
		Title:       "Count words",
		Description: "Counts the words and lines of a text.",
		Annotations: &mcp.ToolAnnotations{ReadOnlyHint: true, IdempotentHint: true, DestructiveHint: &no, OpenWorldHint: &no},
	}, countWords)
	if more, ok := any(added{}).(interface{ register(*mcp.Server) }); ok {
		more.register(s)
	}
	return s
}

// added gets a method register once mcpctl add has added something.
type added struct{}

// The input and output schemas of the tool come from these types.
type (
	countInput struct {
		Text string `json:"text" jsonschema:"the text to count in"`
	}
	countOutput struct {
		Words int `json:"words" jsonschema:"how many words the text has"`
		Lines int `json:"lines" jsonschema:"how many lines the text has"`
	}
)

func countWords(_ context.Context, _ *mcp.CallToolRequest, in countInput) (*mcp.CallToolResult, countOutput, error) {
	if in.Text == "" {
		// The model sees this text: say what to do.
		return nil, countOutput{}, errors.New("text is empty: pass the text to count in")
	}
	return nil, countOutput{Words: len(strings.Fields(in.Text)), Lines: strings.Count(in.Text, "\n") + 1}, nil
}

// run serves until ctx ends or the client goes.
func run(ctx context.Context, addr string) error {
	s := newServer()
	if addr == "" {
		return s.Run(ctx, wire.NewStdio(os.Stdin, os.Stdout, maxMessage))
	}
	server := &http.Server{Addr: addr, Handler: handler(s), ReadHeaderTimeout: 10 * time.Second}
	stopped := make(chan struct{})
	go func() {
		<-ctx.Done()
		last, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if server.Shutdown(last) != nil { // answers what is under way; streams stay open
			_ = server.Close()
		}
		close(stopped)
	}()
	fmt.Fprintf(os.Stderr, "acme-server: serving MCP on http://%s/mcp\n", addr)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	<-stopped
	return nil
}

// handler serves both eras of MCP: since 2026-07-28 each request stands for
// itself, before that a handshake opened a session.
func handler(s *mcp.Server) http.Handler {
	get := func(*http.Request) *mcp.Server { return s }
	stateless := mcp.NewStreamableHTTPHandler(get, &mcp.StreamableHTTPOptions{Stateless: true, PropagateRequestCancellation: true})
	stateful := mcp.NewStreamableHTTPHandler(get, &mcp.StreamableHTTPOptions{SessionTimeout: time.Hour})
	lanes := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("MCP-Protocol-Version") >= "2026-07-28" {
			stateless.ServeHTTP(w, r)
			return
		}
		stateful.ServeHTTP(w, r)
	})
	mux := http.NewServeMux()
	// Web pages of other sites may not call: the SDK leaves this check to us.
	mux.Handle("/mcp", wire.SameOrigin(http.NewCrossOriginProtection(), wire.Handler(lanes, maxMessage)))
	return mux
}
