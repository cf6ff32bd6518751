//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// bareVar makes this program the bare client.
const bareVar = "MCPCTL_BENCH_BARE"

// bare opens a session, sends one request, prints the answer and ends: list or
// call, then a URL or a command.
func bare(args []string) int {
	target := mcp.Target{Command: args[1:]}
	if strings.Contains(args[1], "://") {
		target = mcp.Target{URL: args[1]}
	}
	limits := mcp.DefaultLimits()
	limits.Exit = 150 * time.Millisecond
	s, err := mcp.Connect(context.Background(), target, mcp.Options{Revision: mcp.Rev20251125, Limits: limits})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	method, params := "tools/list", any(map[string]any{})
	if args[0] == "call" {
		method, params = "tools/call", map[string]any{"name": "echo", "arguments": map[string]any{"message": "hello"}}
	}
	x := s.Call(context.Background(), method, params)
	fmt.Println(x.Result())
	_ = s.Close(context.Background()) // the answer is there
	return 0
}
