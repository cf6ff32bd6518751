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
	//mcpctl:if audit
	"example.com/acme-server/internal/audit"
	//mcpctl:end
	"example.com/acme-server/internal/config"
	//mcpctl:if health
	"example.com/acme-server/internal/health"
	//mcpctl:end
)

// version is set by the linker when a release is built.
var version = "0.1.0"

func main() {
	file := flag.String("config", "", "read settings from `FILE` of NAME=value lines; the environment wins")
	httpAddr := flag.String("http", "", "serve MCP over HTTP on `ADDR` (default: standard input and output)")
	adminAddr := flag.String("admin", "", "serve health and metrics on `ADDR`")
	//mcpctl:if health
	probe := flag.Bool("healthcheck", false, "ask the server that runs here whether it lives, and exit")
	//mcpctl:end
	//mcpctl:if audit
	auditLog := flag.String("verify-audit", "", "check the hash chain of the audit log `FILE`, and exit")
	//mcpctl:end
	showVersion := flag.Bool("version", false, "print the version and exit")
	flag.Parse()
	if *showVersion {
		fmt.Println("acme-server", version)
		return
	}
	//mcpctl:if audit
	if *auditLog != "" {
		end(audit.VerifyFile(*auditLog, os.Stdout))
		return
	}
	//mcpctl:end

	environ := os.Environ()
	if *httpAddr != "" {
		environ = append(environ, "MCP_HTTP_ADDR="+*httpAddr)
	}
	if *adminAddr != "" {
		environ = append(environ, "MCP_ADMIN_ADDR="+*adminAddr)
	}
	cfg, warnings, err := config.Load(*file, environ)
	end(err)
	//mcpctl:if health
	if *probe {
		end(health.Probe(context.Background(), cfg.Server.AdminAddr))
		return
	}
	//mcpctl:end
	end(run(cfg, warnings))
}

// end ends the process if there is an error.
func end(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "acme-server:", err)
		os.Exit(1)
	}
}

func run(cfg *config.Config, warnings []string) error {
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
