// Package app joins the parts of the server.
//
// Each feature has one file here, which is the only place where it meets the
// server; what the feature does is in a package of its own.
package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	//mcpctl:if apikeys || jwt
	"github.com/modelcontextprotocol/go-sdk/auth"
	//mcpctl:end
	"github.com/modelcontextprotocol/go-sdk/mcp"

	//mcpctl:if audit
	"example.com/acme-server/internal/audit"
	//mcpctl:end
	//mcpctl:if cache
	"example.com/acme-server/internal/cache"
	//mcpctl:end
	//mcpctl:if completion
	"example.com/acme-server/internal/completion"
	//mcpctl:end
	"example.com/acme-server/internal/config"
	"example.com/acme-server/internal/lanes"
	"example.com/acme-server/internal/lifecycle"
	//mcpctl:if metrics
	"example.com/acme-server/internal/metrics"
	//mcpctl:end
	"example.com/acme-server/internal/middleware"
)

// Build tells which build of the server this is and where it complains.
type Build struct {
	Version string
	Errors  io.Writer // the log; never standard output, which stdio needs
}

// App is the server while it is put together. It is built by one goroutine;
// after New only Run is called.
type App struct {
	Config *config.Config
	Build  Build
	Log    *slog.Logger
	Server *mcp.Server   // one for stdio and both HTTP lanes; nil in the parts before "server"
	Lanes  lanes.Options // may be tightened by parts
	Dialer *net.Dialer   // of outgoing connections; a part may guard it
	own                  // what this server itself works with

	//mcpctl:if metrics
	Metrics *metrics.Metrics
	//mcpctl:end
	//mcpctl:if cache
	Cache *cache.Cache
	//mcpctl:end
	//mcpctl:if audit
	Auditor *audit.Log
	//mcpctl:end
	//mcpctl:if completion
	Completions completion.Source
	//mcpctl:end
	//mcpctl:if apikeys || jwt
	Verifiers []auth.TokenVerifier           // a token that one of them knows is good
	Bearer    auth.RequireBearerTokenOptions // what a refusal tells the client
	//mcpctl:end

	life       lifecycle.Manager
	chain      middleware.Chain
	layers     lanes.Layers
	routes     *http.ServeMux
	admin      *http.ServeMux
	transports []func(http.RoundTripper) http.RoundTripper
	stats      stats
}

// New builds the server that cfg describes and joins all parts to it. Nothing
// runs and nothing is connected before Run.
func New(cfg *config.Config, build Build) (*App, error) {
	a := &App{
		Config: cfg,
		Build:  build,
		Log:    slog.New(slog.NewTextHandler(build.Errors, nil)),
		Lanes:  lanes.Options{Origins: cfg.Server.Origins, Hosts: cfg.Server.Hosts, MaxBody: cfg.Server.MaxBody},
		Dialer: &net.Dialer{Timeout: 10 * time.Second},
		routes: http.NewServeMux(),
		admin:  http.NewServeMux(),
	}
	for _, p := range parts() {
		if err := p.join(a); err != nil {
			return nil, fmt.Errorf("joining %s: %w", p.name, err)
		}
	}
	registerAdded(a)
	a.life.Log, a.life.StopTimeout = a.Log, cfg.Server.StopTimeout
	a.Server.AddReceivingMiddleware(a.chain.All()...)
	return a, nil
}

// Use adds a middleware around received requests; the stage tells where.
func (a *App) Use(s middleware.Stage, m mcp.Middleware) { a.chain.Use(s, m) }

// Wrap adds an HTTP wrapper around the MCP endpoint; the layer tells where.
func (a *App) Wrap(l lanes.Layer, w func(http.Handler) http.Handler) { a.layers.Wrap(l, w) }

// Route serves h beside the MCP endpoint, without its layers. The pattern is
// that of http.ServeMux.
func (a *App) Route(pattern string, h http.Handler) { a.routes.Handle(pattern, h) }

// Admin serves h on the admin port.
func (a *App) Admin(pattern string, h http.Handler) { a.admin.Handle(pattern, h) }

// OnStart adds a hook that runs before the server accepts requests. Hooks run in
// the order of their adding; an error ends the boot.
func (a *App) OnStart(name string, f func(context.Context) error) { a.life.OnStart(name, f) }

// OnStop adds a hook that runs after the last answer. Hooks run in the reverse
// order of their adding, each with a deadline.
func (a *App) OnStop(name string, f func(context.Context) error) { a.life.OnStop(name, f) }

// Every runs f in the background, once each period.
func (a *App) Every(name string, period time.Duration, f func(context.Context)) {
	a.life.Every(name, period, f)
}

// Check adds a dependency check. It runs at the start and then periodically.
// Without a required dependency the server does not start; without another it
// starts partly.
func (a *App) Check(name string, required bool, f func(context.Context) error) {
	a.life.Check(name, required, f)
}

// Life tells phase, readiness and the state of the dependencies.
func (a *App) Life() *lifecycle.Manager { return &a.life }

// WrapTransport adds a wrapper around outgoing HTTP calls. The first to be added
// is the outermost.
func (a *App) WrapTransport(wrap func(http.RoundTripper) http.RoundTripper) {
	a.transports = append(a.transports, wrap)
}

// HTTPClient returns the client for outgoing calls, inside all wrappers that
// were added so far. It is to be called by parts that come after those.
func (a *App) HTTPClient() *http.Client {
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.DialContext = a.Dialer.DialContext
	base.Proxy = nil // a proxy would dial in our place, past the guard of the dialer
	var rt http.RoundTripper = base
	for i := len(a.transports) - 1; i >= 0; i-- {
		rt = a.transports[i](rt)
	}
	return &http.Client{Transport: rt, Timeout: 30 * time.Second}
}
