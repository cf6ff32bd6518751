// Command acme-server is an MCP server. Without -http it speaks over standard
// input and output; with it, over HTTP.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"example.com/acme-server/internal/app"
	"example.com/acme-server/internal/config"
)

// version is set by the linker when a release is built.
var version = "0.1.0"

func main() {
	file := flag.String("config", "", "read settings from `FILE` of NAME=value lines; the environment wins")
	httpAddr := flag.String("http", "", "serve MCP over HTTP on `ADDR` (default: standard input and output)")
	adminAddr := flag.String("admin", "", "serve health and metrics on `ADDR`")
	showVersion := flag.Bool("version", false, "print the version and exit")
	flag.Parse()
	if *showVersion {
		fmt.Println("acme-server", version)
		return
	}

	environ := os.Environ()
	if *httpAddr != "" {
		environ = append(environ, "MCP_HTTP_ADDR="+*httpAddr)
	}
	if *adminAddr != "" {
		environ = append(environ, "MCP_ADMIN_ADDR="+*adminAddr)
	}
	if err := run(*file, environ); err != nil {
		fmt.Fprintln(os.Stderr, "acme-server:", err)
		os.Exit(1)
	}
}

func run(file string, environ []string) error {
	cfg, warnings, err := config.Load(file, environ)
	if err != nil {
		return err
	}
	a, err := app.New(cfg, app.Build{Version: version, Errors: os.Stderr})
	if err != nil {
		return err
	}
	for _, w := range warnings {
		a.Log.Warn(w)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the first signal drains, a second one ends the process
	return a.Run(ctx)
}
