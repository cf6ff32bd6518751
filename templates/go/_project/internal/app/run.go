package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"example.com/acme-server/internal/lanes"
	"example.com/acme-server/internal/wire"
)

// Run boots the server and serves until ctx ends or, over stdio, until the
// client goes; then it answers what is under way and stops. It returns nil when
// all of that went well.
func (a *App) Run(ctx context.Context) (err error) {
	return a.run(ctx, wire.NewStdio(os.Stdin, os.Stdout, int(a.Config.Server.MaxBody)), net.Listen)
}

// run is Run with its ways to the outside as arguments.
func (a *App) run(ctx context.Context, stdio *wire.Stdio, listen func(network, addr string) (net.Listener, error)) (err error) {
	defer func() {
		err = errors.Join(err, a.life.Stop(ctx))
		a.stats.log(a.Log, "stopped")
	}()

	stopAdmin, err := a.serveAdmin(listen)
	if err != nil {
		return err
	}
	// Last of all, so that the health of a draining server can be asked for.
	defer stopAdmin()

	if addr := a.Config.Server.HTTPAddr; addr != "" {
		l, err := listen("tcp", addr)
		if err != nil {
			return fmt.Errorf("opening the MCP port: %w", err)
		}
		if err := a.life.Start(ctx); err != nil {
			return errors.Join(err, l.Close())
		}
		a.Log.Info("serving MCP over HTTP", "address", l.Addr().String(), "path", "/mcp", "version", a.Build.Version)
		return a.serveHTTP(ctx, l)
	}
	if err := a.life.Start(ctx); err != nil {
		return err
	}
	a.Log.Info("serving MCP over stdio", "version", a.Build.Version)
	return a.serveStdio(ctx, stdio)
}

// Handler returns the MCP port: the endpoint in its layers, and the routes. When
// life ends, so do the streams that would stay open.
func (a *App) Handler(life context.Context) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", a.routes)
	mux.Handle("/mcp", a.layers.Handler(lanes.New(life, a.Server, a.Lanes)))
	return mux
}

// AdminHandler returns the admin port.
func (a *App) AdminHandler() http.Handler { return a.admin }

func (a *App) serveHTTP(ctx context.Context, l net.Listener) error {
	life, endStreams := context.WithCancel(context.WithoutCancel(ctx))
	defer endStreams()
	server := &http.Server{
		Handler:           a.Handler(life),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		// No WriteTimeout: streams of events stay open.
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serving MCP over HTTP: %w", err)
	case <-ctx.Done():
	}

	a.life.Drain()
	a.Log.Info("draining", "underWay", a.stats.underWay.Load())
	time.Sleep(a.Config.Server.DrainDelay) // load balancers need a moment to see it
	endStreams()
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.Config.Server.DrainTimeout)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		return errors.Join(fmt.Errorf("draining: %w; what was under way after %s is lost", err, a.Config.Server.DrainTimeout), server.Close())
	}
	return nil
}

func (a *App) serveStdio(ctx context.Context, stdio *wire.Stdio) error {
	session, err := a.Server.Connect(context.WithoutCancel(ctx), stdio, nil)
	if err != nil {
		return fmt.Errorf("serving MCP over stdio: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- session.Wait() }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}

	a.life.Drain()
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.Config.Server.DrainTimeout)
	defer cancel()
	if err := stdio.Idle(drain); err != nil {
		return fmt.Errorf("draining: %w; what was under way after %s is lost", err, a.Config.Server.DrainTimeout)
	}
	return session.Close()
}

// serveAdmin opens the admin port, if there is one, and returns its end.
func (a *App) serveAdmin(listen func(network, addr string) (net.Listener, error)) (stop func(), err error) {
	addr := a.Config.Server.AdminAddr
	if addr == "" {
		return func() {}, nil
	}
	l, err := listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("opening the admin port: %w", err)
	}
	server := &http.Server{Handler: a.admin, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			a.Log.Error("the admin port failed", "error", err)
		}
	}()
	a.Log.Info("serving health and metrics", "address", l.Addr().String())
	return func() { _ = server.Close() }, nil
}
