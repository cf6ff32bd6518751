// Command acme-server serves the tools of several MCP servers as one. Without
// -http it speaks over standard input and output.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/sony/gobreaker/v2"

	"example.com/acme-server/internal/wire"
)

const (
	maxMessage = 4 << 20          // bytes
	maxName    = 64               // characters of a tool's name that all models bear
	patience   = 20 * time.Second // with an upstream, for a call or to connect
	startWait  = 5 * time.Second  // for all upstreams, before serving without them
)

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

// run serves until ctx ends or the client goes, then ends the upstreams.
func run(ctx context.Context, addr string) error {
	upstreams, err := load(cmp.Or(os.Getenv("MCP_GATEWAY_CONFIG"), "mcp.json"), os.Getenv)
	if err != nil {
		return err
	}
	s, stop := newServer(ctx, upstreams)
	defer stop()
	if addr == "" {
		return s.Run(ctx, wire.NewStdio(os.Stdin, os.Stdout, maxMessage))
	}
	server := &http.Server{Addr: addr, Handler: handler(s), ReadHeaderTimeout: 10 * time.Second}
	stopped := make(chan struct{})
	go func() { //nolint:gosec // ctx has ended when the server is shut down
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

// newServer connects to all upstreams at once and returns the server with their
// tools. What is not there by then is tried on until stop, and its tools follow.
func newServer(ctx context.Context, upstreams []*upstream) (s *mcp.Server, stop func()) {
	s = mcp.NewServer(&mcp.Implementation{
		Name:       "acme-server",
		Title:      "Acme Server",
		Version:    version,
		WebsiteURL: "https://github.com/acme-owner/acme-server",
	}, &mcp.ServerOptions{
		Instructions: "A gateway to other servers. A tool's name begins with that of its server; gateway_status lists them.",
		// Without this the SDK would advertise logging, which is deprecated.
		Capabilities: &mcp.ServerCapabilities{Tools: &mcp.ToolCapabilities{ListChanged: true}},
	})
	s.AddReceivingMiddleware(wire.Only("tools"))
	addStatus(s, upstreams)
	if more, ok := any(added{}).(interface{ register(*mcp.Server) }); ok {
		more.register(s)
	}

	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var running, tried sync.WaitGroup
	for _, u := range upstreams {
		if u.skip == "" {
			tried.Add(1)
			running.Go(func() { u.keep(life, s, sync.OnceFunc(tried.Done)) })
		}
	}
	all := make(chan struct{})
	go func() {
		tried.Wait()
		close(all)
	}()
	select {
	case <-all:
	case <-time.After(startWait):
	}
	return s, func() {
		cancel()
		running.Wait()
	}
}

// added gets a method register once mcpctl add has added something.
type added struct{}

// upstream is a server behind the gateway: a command or a URL.
type upstream struct {
	Command string            `json:"command"`
	Args    []string          `json:"args"`
	Env     map[string]string `json:"env"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Tools   struct {
		Allow, Deny []string // patterns such as read_*; none allows all, and Deny goes first
	} `json:"tools"`

	name, skip string // why it is left out, or nothing
	hide       *strings.Replacer
	breaker    *gobreaker.TwoStepCircuitBreaker[any]

	mu      sync.Mutex
	session *mcp.ClientSession // nil: not connected
	tools   []string           // stay listed while the connection is lost
	failure string
}

var (
	reference = regexp.MustCompile(`\$\{(\w+)\}`)
	goodName  = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	unfit     = regexp.MustCompile(`[^A-Za-z0-9_-]+`)
)

// load reads the upstreams from a file with the member mcpServers. ${NAME} in it
// stands for a variable; a server that lacks one is skipped, not an error.
func load(file string, getenv func(string) string) (all []*upstream, err error) {
	data, err := os.ReadFile(file) //nolint:gosec // the operator names it
	if errors.Is(err, fs.ErrNotExist) && file == "mcp.json" {
		fmt.Fprintln(os.Stderr, "acme-server: there is no mcp.json, so there are no upstreams; see README.md")
		return nil, nil
	}
	var config struct {
		Servers map[string]json.RawMessage `json:"mcpServers"`
	}
	if err = errors.Join(err, json.Unmarshal(data, &config)); err != nil {
		return nil, fmt.Errorf("reading the upstreams from %s: %w", file, err)
	}
	for _, name := range slices.Sorted(maps.Keys(config.Servers)) {
		u := &upstream{name: name, breaker: gobreaker.NewTwoStepCircuitBreaker[any](gobreaker.Settings{Timeout: 30 * time.Second})}
		var secrets []string
		text := reference.ReplaceAllStringFunc(string(config.Servers[name]), func(ref string) string {
			variable := ref[2 : len(ref)-1]
			value := getenv(variable)
			if value == "" {
				u.skip = variable + " is not set"
			} else {
				secrets = append(secrets, value, "[hidden]")
			}
			quoted, _ := json.Marshal(value) // a text always encodes
			return string(quoted[1 : len(quoted)-1])
		})
		u.hide = strings.NewReplacer(secrets...)
		err := json.Unmarshal([]byte(text), u)
		if err != nil || !goodName.MatchString(name) || strings.Contains(name, "__") || (u.Command == "") == (u.URL == "") {
			return nil, fmt.Errorf("%s: the server %q needs a command or a url, and a name of letters, digits, - and single _", file, name)
		}
		if u.skip != "" {
			fmt.Fprintf(os.Stderr, "acme-server: the server %s is left out: %s\n", name, u.skip)
		}
		all = append(all, u)
	}
	return all, nil
}

// keep stays connected until ctx ends, with longer pauses from failure to
// failure. It calls tried after three tries or the first success.
func (u *upstream) keep(ctx context.Context, s *mcp.Server, tried func()) {
	defer tried()
	pause := backoff.NewExponentialBackOff()
	for tries := 1; ctx.Err() == nil; tries++ {
		revision := "" // the newest
		if tries%2 == 0 {
			revision = "2025-11-25" // some old servers hang when they are asked before the handshake
		}
		err := u.attend(ctx, s, revision, tried)
		if ctx.Err() != nil {
			return
		}
		u.set(nil, u.hide.Replace(err.Error()))
		fmt.Fprintf(os.Stderr, "acme-server: the server %s: %s\n", u.name, u.failure)
		if tries == 3 {
			tried()
		}
		select {
		case <-time.After(pause.NextBackOff()):
		case <-ctx.Done():
		}
	}
}

// attend connects, offers what the upstream has, and stays until it is lost.
func (u *upstream) attend(ctx context.Context, s *mcp.Server, revision string, connected func()) error {
	changed := make(chan struct{}, 1)
	client := mcp.NewClient(&mcp.Implementation{Name: "acme-server", Version: version}, &mcp.ClientOptions{
		Capabilities:   &mcp.ClientCapabilities{},                  // an upstream cannot ask on its own,
		MultiRoundTrip: &mcp.MultiRoundTripOptions{Disabled: true}, // but its questions in results are passed on
		ToolListChangedHandler: func(context.Context, *mcp.ToolListChangedRequest) {
			select {
			case changed <- struct{}{}:
			default: // it is noted already
			}
		},
	})
	first, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	session, err := client.Connect(first, u.transport(), &mcp.ClientSessionOptions{ProtocolVersion: revision})
	if err != nil {
		return fmt.Errorf("connecting: %w", err)
	}
	defer session.Close()
	ended := make(chan error, 1)
	go func() { ended <- session.Wait() }()
	for {
		if err := u.offer(ctx, s, session); err != nil {
			return fmt.Errorf("listing its tools: %w", err)
		}
		u.set(session, "")
		connected()
		select {
		case <-changed:
		case err := <-ended:
			return errors.Join(errors.New("the connection has ended"), err)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// transport leads to the upstream. A child process gets the environment that it
// needs to run, and of all else only what the file gives it.
func (u *upstream) transport() mcp.Transport {
	if u.URL != "" {
		return &mcp.StreamableClientTransport{Endpoint: u.URL, HTTPClient: &http.Client{Transport: u, CheckRedirect: func(*http.Request, []*http.Request) error {
			return errors.New("it redirects elsewhere") // the headers are not meant for others
		}}}
	}
	cmd := exec.Command(u.Command, u.Args...) //nolint:gosec,noctx // the operator names it, and the transport ends it
	for _, name := range []string{"PATH", "HOME", "USER", "LANG", "TMPDIR", "SYSTEMROOT", "APPDATA", "TEMP"} {
		if value, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	for name, value := range u.Env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return &mcp.CommandTransport{Command: cmd, TerminateDuration: 2 * time.Second}
}

// RoundTrip sends the upstream's headers along.
func (u *upstream) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for name, value := range u.Headers {
		r.Header.Set(name, value)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// offer brings the server's tools in line with the upstream's.
func (u *upstream) offer(ctx context.Context, s *mcp.Server, session *mcp.ClientSession) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var names []string
	for tool, err := range session.Tools(ctx, nil) {
		if err != nil {
			return err
		}
		mine := *tool // all but the name stays as it is
		mine.Name = u.name + "__" + strings.Trim(unfit.ReplaceAllString(tool.Name, "_"), "_")
		object, _ := tool.InputSchema.(map[string]any)
		if len(mine.Name) > maxName || object["type"] != "object" || slices.Contains(names, mine.Name) {
			fmt.Fprintf(os.Stderr, "acme-server: the tool %q has a name or schema that cannot be passed on\n", mine.Name)
		} else if u.allows(tool.Name) {
			names = append(names, mine.Name)
			s.AddTool(&mine, u.call(tool.Name))
		}
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	gone := slices.DeleteFunc(u.tools, func(name string) bool { return slices.Contains(names, name) })
	s.RemoveTools(gone...)
	u.tools = names
	return nil
}

func (u *upstream) allows(tool string) bool {
	matches := func(pattern string) bool {
		ok, _ := path.Match(pattern, tool)
		return ok
	}
	return !slices.ContainsFunc(u.Tools.Deny, matches) && (len(u.Tools.Allow) == 0 || slices.ContainsFunc(u.Tools.Allow, matches))
}

// call passes a call on. If the upstream cannot answer, the result says so, and
// the other upstreams' tools still work.
func (u *upstream) call(tool string) mcp.ToolHandler {
	return func(ctx context.Context, req *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		u.mu.Lock()
		session, failure := u.session, u.failure
		u.mu.Unlock()
		if session == nil {
			return u.unavailable(failure), nil
		}
		done, err := u.breaker.Allow()
		if err != nil {
			return u.unavailable("it failed too often and is left alone for a while"), nil
		}
		limited, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		params := &mcp.CallToolParams{Name: tool, InputResponses: req.Params.InputResponses, RequestState: req.Params.RequestState}
		if len(req.Params.Arguments) > 0 {
			params.Arguments = req.Params.Arguments
		}
		if session.InitializeResult().ProtocolVersion >= "2026-07-28" {
			// What the client can do, so that the upstream asks for nothing else.
			able := map[string]any{}
			if c := req.ClientCapabilities(); c != nil && c.Elicitation != nil {
				able["elicitation"] = c.Elicitation
			}
			params.Meta = mcp.Meta{mcp.MetaKeyClientCapabilities: able}
		}
		res, err := session.CallTool(limited, params)
		var answer *jsonrpc.Error
		if errors.As(err, &answer) || ctx.Err() != nil {
			done(nil) // the upstream has answered, or the client has gone
			return nil, err
		}
		done(err)
		if err != nil {
			if limited.Err() == nil {
				go session.Close() // the connection is broken: make a new one
			}
			return u.unavailable(u.hide.Replace(err.Error())), nil
		}
		if res.NeedsInput() && res.InputRequests == nil {
			res.InputRequests = mcp.InputRequestMap{}
		}
		for i, c := range res.Content {
			if link, ok := c.(*mcp.ResourceLink); ok && req.ProtocolVersion() < "2025-06-18" { // which has no links
				res.Content[i] = &mcp.TextContent{Text: link.Name + ": " + link.URI}
			}
		}
		// A new result: the old one says in which era it was given.
		return &mcp.CallToolResult{
			Content: res.Content, StructuredContent: res.StructuredContent, IsError: res.IsError,
			InputRequests: res.InputRequests, RequestState: res.RequestState,
		}, nil
	}
}

func (u *upstream) unavailable(why string) *mcp.CallToolResult {
	text, _ := json.Marshal(map[string]string{ // strings always encode
		"code":    "unavailable",
		"message": "The server " + u.name + " behind this gateway cannot be used: " + cmp.Or(why, "it is not connected yet"),
		"fix":     "Try again later; gateway_status tells more.",
	})
	return &mcp.CallToolResult{IsError: true, Content: []mcp.Content{&mcp.TextContent{Text: string(text)}}}
}

func (u *upstream) set(session *mcp.ClientSession, failure string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.session, u.failure = session, failure
}

// status is what gateway_status tells of an upstream.
type status struct {
	Name      string `json:"name"`
	State     string `json:"state" jsonschema:"connected, lost (and tried again), or skipped"`
	Revision  string `json:"revision,omitempty" jsonschema:"of MCP, as spoken with it"`
	Tools     int    `json:"tools"`
	LastError string `json:"lastError,omitempty"`
}

func (u *upstream) status() status {
	u.mu.Lock()
	defer u.mu.Unlock()
	st := status{Name: u.name, State: "lost", Tools: len(u.tools), LastError: cmp.Or(u.skip, u.failure)}
	if u.skip != "" {
		st.State = "skipped"
	} else if u.session != nil {
		st.State, st.Revision = "connected", u.session.InitializeResult().ProtocolVersion
	}
	return st
}

type statuses struct {
	Upstreams []status `json:"upstreams" jsonschema:"the servers behind this gateway"`
}

func addStatus(s *mcp.Server, upstreams []*upstream) {
	no := false
	mcp.AddTool(s, &mcp.Tool{
		Name:        "gateway_status",
		Title:       "Status of the gateway",
		Description: "Lists the servers behind this gateway: whether each is connected, what it offers, and what is wrong with it.",
		Annotations: &mcp.ToolAnnotations{ReadOnlyHint: true, IdempotentHint: true, DestructiveHint: &no, OpenWorldHint: &no},
	}, func(context.Context, *mcp.CallToolRequest, struct{}) (*mcp.CallToolResult, statuses, error) {
		all := statuses{Upstreams: []status{}}
		for _, u := range upstreams {
			all.Upstreams = append(all.Upstreams, u.status())
		}
		return nil, all, nil
	})
}
