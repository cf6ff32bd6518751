package mcp

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"
)

// scenarioVar makes this test binary act as a server on standard streams.
const scenarioVar = "MCPCTL_TEST_SERVER"

// promptRaceExit spares a server under the race detector the second that it
// otherwise waits before it exits.
const promptRaceExit = "GORACE=atexit_sleep_ms=0"

// TestMain runs the tests, or the server that a test has asked for.
func TestMain(m *testing.M) {
	name := os.Getenv(scenarioVar)
	if name == "" {
		os.Exit(m.Run())
	}
	play, known := scenarios()[name]
	if !known {
		fmt.Fprintf(os.Stderr, "no scenario is called %q\n", name)
		os.Exit(99)
	}
	// Whatever a test forgets, no server outlives it for long.
	time.AfterFunc(20*time.Second, func() { os.Exit(98) })
	play(os.Stdout)
}

// scenarios are the servers, most of them hostile, by name.
func scenarios() map[string]func(out *os.File) {
	return map[string]func(*os.File){
		"plain": func(out *os.File) { serve(func(id string) { write(out, okAnswer(id)+"\n") }) },
		"banner": func(out *os.File) {
			write(out, "Starting up...\nListening on stdio \x1b[32mOK\x1b[0m\n")
			serve(func(id string) { write(out, okAnswer(id)+"\n") })
		},
		"bytewise": func(out *os.File) {
			serve(func(id string) {
				for _, b := range []byte(okAnswer(id) + "\n") {
					write(out, string(b))
				}
			})
		},
		"several": func(out *os.File) {
			var held []string
			serve(func(id string) {
				if held = append(held, okAnswer(id)); len(held) == 3 {
					write(out, strings.Join(held, "\n")+"\n")
				}
			})
		},
		"crlf":       func(out *os.File) { serve(func(id string) { write(out, okAnswer(id)+"\r\n") }) },
		"bom":        func(out *os.File) { serve(func(id string) { write(out, "\xef\xbb\xbf"+okAnswer(id)+"\n") }) },
		"blank":      func(out *os.File) { serve(func(id string) { write(out, "\n\r\n"+okAnswer(id)+"\n\n") }) },
		"wrong-id":   func(out *os.File) { serve(func(string) { write(out, okAnswer("999")+"\n") }) },
		"string-id":  func(out *os.File) { serve(func(id string) { write(out, okAnswer(`"`+id+`"`)+"\n") }) },
		"twice":      func(out *os.File) { serve(func(id string) { write(out, okAnswer(id)+"\n"+okAnswer(id)+"\n") }) },
		"null-id":    func(out *os.File) { serve(func(string) { write(out, refusal+"\n") }) },
		"batch":      func(out *os.File) { serve(func(id string) { write(out, "["+notice+","+okAnswer(id)+"]\n") }) },
		"unfinished": func(out *os.File) { serveOne(func(id string) { write(out, okAnswer(id)) }) },
		"neither":    func(out *os.File) { serve(func(id string) { write(out, `{"jsonrpc":"2.0","id":`+id+"}\n") }) },
		"late": func(out *os.File) {
			var first string
			serve(func(id string) {
				if first == "" {
					first = id
					return
				}
				write(out, okAnswer(first)+"\n"+refusal+"\n")
			})
		},
		"silent": func(*os.File) { serve(func(string) {}) },
		"exit": func(*os.File) {
			fmt.Fprintln(os.Stderr, "fatal: no configuration")
			os.Exit(3)
		},
		"crash":   func(*os.File) { serve(func(string) { die() }) },
		"endless": func(out *os.File) { serveOne(func(string) { pour(out, "x", 100<<20) }) },
		"drip":    drip,
		"flood":   func(out *os.File) { serveOne(func(string) { pour(out, notice+"\n", 1<<40) }) },
		"loud": func(out *os.File) {
			serve(func(id string) { pour(os.Stderr, "\xff!", 64<<20); write(out, okAnswer(id)+"\n") })
		},
		"deaf":     func(*os.File) { forever() },
		"stubborn": stubborn,
		"parent":   func(out *os.File) { spawn("orphan", true); serve(func(id string) { write(out, okAnswer(id)+"\n") }) },
		"abandon":  func(*os.File) { spawn("orphan", true) },
		"orphan":   func(*os.File) { signal.Ignore(syscall.SIGHUP); forever() },
		"escape":   func(*os.File) { spawn("escaped", false) },
		"escaped": func(out *os.File) {
			write(out, fmt.Sprintf(`{"method":"escaped","params":{"pid":%d}}`+"\n", os.Getpid()))
			forever()
		},
		"hush":        func(out *os.File) { _ = out.Close(); forever() },
		"environment": environment,
	}
}

const (
	refusal = `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}}`
	notice  = `{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"hello"}}`
)

func okAnswer(id string) string { return `{"jsonrpc":"2.0","id":` + id + `,"result":{"ok":true}}` }

// serve calls reply with the id of each request; lines without one, such as
// notifications and nonsense, have the id null. It returns when standard input
// ends.
func serve(reply func(id string)) {
	in := bufio.NewReaderSize(os.Stdin, 1<<16)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		m, _ := ParseMessage(bytes.TrimSpace(line))
		if id := m.ID(); id.Exists() {
			reply(id.String())
		} else {
			reply("null")
		}
	}
}

// serveOne is serve for a server that ends after its first answer.
func serveOne(reply func(id string)) {
	serve(func(id string) { reply(id); os.Exit(0) })
}

// write ends the server when nobody reads any more.
func write(out io.Writer, text string) {
	if _, err := io.WriteString(out, text); err != nil {
		os.Exit(97)
	}
}

// pour writes text again and again up to n bytes.
func pour(out io.Writer, text string, n int) {
	chunk := strings.Repeat(text, max(1, 64<<10/len(text)))
	for ; n > 0; n -= len(chunk) {
		write(out, chunk)
	}
}

// drip writes a line that grows slowly and never ends, once it is too long.
func drip(out *os.File) {
	serveOne(func(string) {
		pour(out, "x", 1<<20)
		for range time.Tick(20 * time.Millisecond) {
			write(out, "x")
		}
	})
}

// stubborn ends for nothing but SIGKILL.
func stubborn(out *os.File) {
	signal.Ignore(syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT)
	serve(func(id string) { write(out, okAnswer(id)+"\n") })
	forever()
}

func forever() {
	for {
		time.Sleep(time.Hour)
	}
}

// die is death by signal.
func die() {
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		_ = self.Kill()
	}
	forever()
}

// spawn starts this binary with another scenario and with this one's streams,
// and does not wait for it. It stays in this process group or leaves it.
func spawn(name string, stay bool) {
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), scenarioVar+"="+name)
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, os.Stdout, os.Stderr
	if !stay {
		leaveGroup(child)
	}
	if err := child.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(96)
	}
}

// environment answers with its folder and a variable.
func environment(out *os.File) {
	dir, _ := os.Getwd()
	serve(func(id string) {
		result := ValueOf(map[string]any{"dir": dir, "flavour": os.Getenv("FLAVOUR"), "args": os.Args[1:]})
		write(out, `{"jsonrpc":"2.0","id":`+id+`,"result":`+result.String()+"}\n")
	})
}
