package cli_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// hostileMain is a server that misbehaves: hostile SCENARIO.
func hostileMain() {
	if os.Args[1] == "exits" {
		fmt.Fprintln(os.Stderr, "Error: DATABASE_URL is not set")
		os.Exit(7)
	}
	out := bufio.NewWriter(os.Stdout)
	defer func() { _ = out.Flush() }()
	switch os.Args[1] {
	case "silent":
		stay()
	case "deaf": // minds neither the end of its input nor being asked to end
		signal.Ignore(syscall.SIGTERM, syscall.SIGHUP)
		stay()
	case "chatty":
		for i := range 200 {
			fmt.Fprintf(out, "[info] step %d of the start-up\n", i)
		}
		out.Flush()
		stay()
	case "long-line":
		for range 100 {
			_, _ = out.Write(bytes.Repeat([]byte("x"), 1<<20))
		}
		out.Flush()
		stay()
	case "deep":
		answer(out, strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000))
	case "wide":
		answer(out, "["+strings.Repeat("0,", 3_500_000)+"0]")
	case "flood":
		for range 3_000_000 {
			if _, err := out.WriteString(`{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"again"}}` + "\n"); err != nil {
				return
			}
		}
	case "asks":
		for i := range 100_000 {
			if _, err := fmt.Fprintf(out, `{"jsonrpc":"2.0","id":"q%d","method":"roots/list"}`+"\n", i); err != nil {
				return
			}
		}
		out.Flush()
		stay()
	default:
		panic("no such scenario: " + os.Args[1])
	}
}

// stay lives until it is ended, for a minute at most.
func stay() { time.Sleep(time.Minute) }

// answer gives every request the result given, however unfit.
func answer(out *bufio.Writer, result string) {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		fmt.Fprintf(out, `{"jsonrpc":"2.0","id":1,"result":%s}`+"\n", result)
		out.Flush()
	}
}
