// Command mcpctl judges MCP servers. See the README.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/mcpctl/mcpctl/internal/cli"
	_ "github.com/mcpctl/mcpctl/internal/start" // begins before the libraries do
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Main(ctx, cli.OS(), os.Args[1:])
	stop()
	os.Exit(code)
}
