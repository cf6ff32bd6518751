package tape_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/tape"
	"github.com/mcpctl/mcpctl/mcp"
)

// TestMain plays a server for the tests of the proxy when told to.
func TestMain(m *testing.M) {
	switch os.Getenv("TAPE_TEST_SERVER") {
	case "":
		os.Exit(m.Run())
	case "echo": // gives its input back, complains, and ends in its own way
		fmt.Fprint(os.Stderr, "a complaint\nunfinished")
		_, _ = io.Copy(os.Stdout, os.Stdin)
		os.Exit(7)
	case "signal": // tells of a signal
		got := make(chan os.Signal, 1)
		signal.Notify(got, syscall.SIGTERM)
		fmt.Println("ready")
		fmt.Println((<-got).String())
		os.Exit(5)
	case "proxy": // is a proxy of a server that ends by SIGTERM alone
		w, _ := tape.NewWriter(io.Discard, tape.Header{})
		s := server("stubborn")
		s.In, s.Out, s.Err = os.Stdin, os.Stdout, os.Stderr
		_, _ = s.Run(tape.NewRecorder(w, time.Now()))
	case "stubborn": // heeds nothing but signals, and calls the test
		_, _ = net.Dial("tcp", os.Getenv("TAPE_TEST_HOLD"))
		time.Sleep(time.Minute)
	case "die":
		p, _ := os.FindProcess(os.Getpid())
		_ = p.Kill()
		time.Sleep(time.Minute)
	}
}

func server(what string) tape.Stdio {
	return tape.Stdio{Command: []string{os.Args[0]}, Env: append(os.Environ(), "TAPE_TEST_SERVER="+what)}
}

func TestStdioPassesEveryByte(t *testing.T) {
	r, made := recording(t)
	s := server("echo")
	// Broken UTF-8, a line end of Windows, blank lines, a line without end.
	input := "{\"id\":1,\"method\":\"ping\"}\r\n\n\xff\xfe\n" + strings.Repeat("x", 100_000) + "\n{\"a\": \"\u202e\"}\nrest"
	var out, stderr bytes.Buffer
	s.In, s.Out, s.Err = strings.NewReader(input), &out, &stderr
	code, err := s.Run(r)
	require.NoError(t, err)
	assert.Equal(t, 7, code)
	assert.Equal(t, input, out.String())
	assert.Equal(t, "a complaint\nunfinished", stderr.String())
	got := map[string][]string{}
	for _, f := range made().Frames {
		k := fmt.Sprint(f.Direction, f.Channel)
		got[k] = append(got[k], string(f.Data))
	}
	lines := []string{"{\"id\":1,\"method\":\"ping\"}\r", "\xff\xfe", strings.Repeat("x", 100_000), "{\"a\": \"\u202e\"}", "rest"}
	assert.Equal(t, lines, got["0stdin"])
	assert.Equal(t, lines, got["1stdout"])
	assert.Equal(t, []string{"a complaint", "unfinished"}, got["1stderr"])
}

func TestStdioPassesSignals(t *testing.T) {
	r, made := recording(t)
	s := server("signal")
	signals := make(chan os.Signal, 1)
	in, hold := io.Pipe()
	defer func() { _ = hold.Close() }()
	lines, out := io.Pipe()
	s.In, s.Out, s.Err, s.Signals = in, out, io.Discard, signals
	said := make(chan string, 1)
	go func() {
		from := bufio.NewReader(lines)
		_, _ = from.ReadString('\n')
		signals <- syscall.SIGTERM
		line, _ := from.ReadString('\n')
		said <- line
	}()
	code, err := s.Run(r)
	require.NoError(t, err)
	assert.Equal(t, 5, code)
	assert.Equal(t, syscall.SIGTERM.String()+"\n", <-said)
	assert.Len(t, made().Frames, 2)
}

func TestStdioTellsHowTheServerEnded(t *testing.T) {
	r, _ := recording(t)
	s := server("die")
	s.In, s.Out, s.Err = strings.NewReader(""), io.Discard, io.Discard
	code, err := s.Run(r)
	require.NoError(t, err)
	assert.Equal(t, 128+9, code)
	s.Command = []string{"no-such-program-anywhere"}
	_, err = s.Run(r)
	var unfound *mcp.ConnectError
	require.ErrorAs(t, err, &unfound)
	assert.Contains(t, unfound.Hint, "PATH")
}

// A recording that cannot be written stops nothing.
func TestAFullDiskStopsNothing(t *testing.T) {
	w, err := tape.NewWriter(&failing{after: 1}, tape.Header{})
	require.NoError(t, err)
	r := tape.NewRecorder(w, time.Now())
	s := server("echo")
	var out bytes.Buffer
	s.In, s.Out, s.Err = strings.NewReader("{}\n"), &out, io.Discard
	_, err = s.Run(r)
	require.NoError(t, err)
	assert.Equal(t, "{}\n", out.String())
	assert.ErrorContains(t, r.Err(), "no room")
}

type failing struct{ after int }

func (f *failing) Write(p []byte) (int, error) {
	if f.after--; f.after < 0 {
		return 0, fmt.Errorf("no room")
	}
	return len(p), nil
}

// A proxy that is killed takes its server with it, where the system can.
func TestAKilledProxyLeavesNoServer(t *testing.T) {
	if runtime.GOOS != "linux" {
		return // elsewhere the server has to see that its input has ended
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, listener.Close()) }()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "TAPE_TEST_SERVER=proxy", "TAPE_TEST_HOLD="+listener.Addr().String())
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	defer func() { _ = in.Close() }()
	require.NoError(t, cmd.Start())
	held, err := listener.Accept()
	require.NoError(t, err)
	require.NoError(t, cmd.Process.Kill())
	_, _ = cmd.Process.Wait()
	require.NoError(t, held.SetReadDeadline(time.Now().Add(10*time.Second)))
	_, err = held.Read(make([]byte, 1))
	assert.False(t, os.IsTimeout(err), "the server lives on")
}
