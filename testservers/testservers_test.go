//go:build unix

package testservers_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/testservers"
)

const initialize = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"testservers","version":"1"}}}`

// Every server of the list starts and answers on every transport that it claims.
func TestEveryServerAnswers(t *testing.T) {
	dir := testservers.Dir(t)
	for _, s := range testservers.List(dir) {
		t.Run(s.Name+"/stdio", func(t *testing.T) {
			assertInitialized(t, overStdio(t, s.Stdio))
		})
		if s.HTTP != nil {
			t.Run(s.Name+"/http", func(t *testing.T) {
				assertInitialized(t, overHTTP(t, testservers.StartHTTP(t, s)))
			})
		}
		if s.SSE != nil {
			t.Run(s.Name+"/sse", func(t *testing.T) {
				assert.Contains(t, firstEvent(t, testservers.StartSSE(t, s)), "session")
			})
		}
	}
}

// A server that would listen on every interface is a hole in the machine of
// whoever runs the tests.
func TestOnlyLoopbackListens(t *testing.T) {
	outside := outsideAddress(t)
	dir := testservers.Dir(t)
	for _, s := range testservers.List(dir) {
		if s.HTTP == nil {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			u, err := url.Parse(testservers.StartHTTP(t, s))
			require.NoError(t, err)
			conn, err := net.DialTimeout("tcp", net.JoinHostPort(outside, u.Port()), time.Second)
			if err == nil {
				_ = conn.Close()
			}
			assert.Error(t, err, "%s accepts connections at %s", s.Name, outside)
		})
	}
}

func TestStopsWithTheTest(t *testing.T) {
	dir := testservers.Dir(t)
	var address string
	t.Run("started", func(t *testing.T) {
		u, err := url.Parse(testservers.StartHTTP(t, testservers.Find(t, dir, "go-sdk")))
		require.NoError(t, err)
		address = u.Host
	})
	_, err := net.DialTimeout("tcp", address, time.Second)
	assert.Error(t, err, "the server outlived its test")
}

func TestOfficialSuiteRuns(t *testing.T) {
	argv := testservers.Official(testservers.Dir(t))
	out, err := exec.Command(argv[0], append(argv[1:], "--version")...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Equal(t, "0.2.0-alpha.12", strings.TrimSpace(string(out)))
}

// The lock files are what npm would install from; an address in them would tie
// every user to the registry of whoever made them.
func TestPinsNameNoRegistry(t *testing.T) {
	for _, file := range []string{"npm/package-lock.json", "official/package-lock.json", "python/requirements.txt"} {
		body, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.NotContains(t, string(body), `"resolved"`, file)
		assert.NotContains(t, string(body), "--index-url", file)
		assert.Contains(t, string(body), "sha", file+" pins no digest")
	}
}

func overStdio(t *testing.T, argv []string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	_, err = io.WriteString(stdin, initialize+"\n")
	require.NoError(t, err)
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err, "it ended or closed its output without an answer")
	require.NoError(t, stdin.Close())
	require.NoError(t, cmd.Wait(), "it should end in peace when its input closes")
	return line
}

func overHTTP(t *testing.T, endpoint string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint, strings.NewReader(initialize))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	require.Equal(t, http.StatusOK, res.StatusCode)
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		if body := strings.TrimPrefix(lines.Text(), "data: "); strings.HasPrefix(body, "{") {
			return body
		}
	}
	t.Fatalf("no message in the answer: %v", lines.Err())
	return ""
}

func firstEvent(t *testing.T, endpoint string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, endpoint, nil)
	require.NoError(t, err)
	req.Header.Set("Accept", "text/event-stream")
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewReader(res.Body)
	name, err := lines.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "event: endpoint", strings.TrimSpace(name))
	data, err := lines.ReadString('\n')
	require.NoError(t, err)
	return data
}

func assertInitialized(t *testing.T, message string) {
	t.Helper()
	var answer struct {
		Result struct {
			ProtocolVersion string          `json:"protocolVersion"`
			ServerInfo      json.RawMessage `json:"serverInfo"`
		} `json:"result"`
	}
	require.NoError(t, json.Unmarshal([]byte(message), &answer), message)
	assert.Equal(t, "2025-11-25", answer.Result.ProtocolVersion)
	assert.NotEmpty(t, answer.Result.ServerInfo)
}

// outsideAddress answers an address of this machine that is not 127.0.0.1. The
// rest of 127/8 serves on Linux, where every machine has it; elsewhere an
// interface's own address does.
func outsideAddress(t *testing.T) string {
	t.Helper()
	probe, err := net.Listen("tcp", "127.0.0.2:0")
	if err == nil {
		_ = probe.Close()
		return "127.0.0.2"
	}
	addresses, err := net.InterfaceAddrs()
	require.NoError(t, err)
	for _, a := range addresses {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.To4() != nil && !ip.IP.IsLoopback() {
			return ip.IP.String()
		}
	}
	t.Fatal("this machine has no address besides 127.0.0.1 to try from")
	return ""
}
