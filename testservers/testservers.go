// Package testservers names the pinned real MCP servers that mcpctl's tests
// judge, and starts them on the loopback interface. The programs themselves are
// installed by the script beside this file; README.md tells how each behaves.
// Only tests import it.
package testservers

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// A Server is one pinned program and the commands that start it. A nil command
// means that the program does not speak that transport. Values are not changed.
type Server struct {
	Name  string   // stable: recorded expectations are filed under it
	Stdio []string // command that speaks on standard input and output

	HTTP func(port int) []string // command that serves Streamable HTTP on 127.0.0.1
	SSE  func(port int) []string // command that serves the HTTP+SSE of 2024-11-05 on 127.0.0.1

	HTTPPath string // path of the Streamable HTTP endpoint
	SSEPath  string // path of the HTTP+SSE event stream
	Host     string // name to call it by in a URL; some check the Host header

	Stderr io.Writer // also gets what a server over HTTP writes there; nil: nothing does
}

// Dir answers the folder that holds the installed servers. It fails the test,
// never skips it, when they are not installed: a run that judged nothing must
// not look like one that found nothing.
func Dir(t testing.TB) string {
	t.Helper()
	script := filepath.Join(here(), "install")
	cmd := exec.Command("bash", script, "--where")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the pinned real servers are not installed; install them with:\n\n\tbash %s\n\n%v %s", script, err, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

// Find answers the server of that name, as installed in dir.
func Find(t testing.TB, dir, name string) Server {
	t.Helper()
	var known []string
	for _, s := range List(dir) {
		if s.Name == name {
			return s
		}
		known = append(known, s.Name)
	}
	t.Fatalf("there is no pinned server %q; there are %s", name, strings.Join(known, ", "))
	return Server{}
}

// List answers every pinned server, as installed in dir (see Dir).
func List(dir string) []Server {
	everything := filepath.Join(dir, "npm/node_modules/@modelcontextprotocol/server-everything/dist/index.js")
	filesystem := filepath.Join(dir, "npm/node_modules/@modelcontextprotocol/server-filesystem/dist/index.js")
	playwright := []string{"node", filepath.Join(dir, "npm/node_modules/@playwright/mcp/cli.js"), "--headless", "--isolated"}
	// Unlike the others, server-everything listens on every interface unless told otherwise.
	everythingOn := func(transport string) func(int) []string {
		return func(port int) []string {
			return []string{"env", "PORT=" + strconv.Itoa(port), "node", "--require", filepath.Join(dir, "npm/loopback.cjs"), everything, transport}
		}
	}
	playwrightOn := func(port int) []string {
		return with(playwright, "--host", "127.0.0.1", "--port", strconv.Itoa(port))
	}
	goSDK := filepath.Join(dir, "bin/go-sdk-everything")
	mcpGo := filepath.Join(dir, "bin/mcp-go-everything")
	python := []string{filepath.Join(dir, "python/bin/python"), filepath.Join(dir, "python/server.py")}

	return []Server{
		{
			Name:  "everything",
			Stdio: []string{"node", everything, "stdio"},
			HTTP:  everythingOn("streamableHttp"), HTTPPath: "/mcp",
			SSE: everythingOn("sse"), SSEPath: "/sse",
			Host: "127.0.0.1",
		},
		{
			Name:  "filesystem",
			Stdio: []string{"node", filesystem, filepath.Join(dir, "files")},
		},
		{
			Name:  "playwright",
			Stdio: playwright,
			HTTP:  playwrightOn, HTTPPath: "/mcp",
			SSE: playwrightOn, SSEPath: "/sse",
			Host: "localhost",
		},
		{
			Name:  "go-sdk",
			Stdio: []string{goSDK},
			HTTP: func(port int) []string {
				return []string{goSDK, "-http", Loopback(port)}
			},
			HTTPPath: "/mcp", Host: "127.0.0.1",
		},
		{
			Name:  "mcp-go",
			Stdio: []string{mcpGo},
			HTTP: func(port int) []string {
				return []string{"env", "MCP_GO_ADDRESS=" + Loopback(port), mcpGo, "-t", "http"}
			},
			HTTPPath: "/mcp", Host: "127.0.0.1",
		},
		{
			Name:  "python",
			Stdio: python,
			HTTP:  func(port int) []string { return with(python, "--http", strconv.Itoa(port)) }, HTTPPath: "/mcp",
			SSE: func(port int) []string { return with(python, "--sse", strconv.Itoa(port)) }, SSEPath: "/sse",
			Host: "127.0.0.1",
		},
	}
}

// Official answers the command that runs the official conformance suite, as
// installed in dir.
func Official(dir string) []string {
	return []string{node22(dir), filepath.Join(dir, "official/node_modules/@modelcontextprotocol/conformance/dist/index.js")}
}

// Inspector answers the command that runs the official inspector.
func Inspector(dir string) []string {
	return []string{node22(dir), filepath.Join(dir, "official/node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js")}
}

// Mcpscore answers the command that runs mcpscore, which grades a live server.
// Its own launcher is of no use: it names the folder where it was staged.
func Mcpscore(dir string) []string {
	return []string{filepath.Join(dir, "score/bin/python"), "-c", "import sys; from mcpscore.cli import main; sys.argv[0] = 'mcpscore'; sys.exit(main())"}
}

// node22 is the Node that these programs need: on Linux a pinned one is
// installed with them, elsewhere the machine's own has to be that new.
func node22(dir string) string {
	arch := map[string]string{"amd64": "x64", "arm64": "arm64"}[runtime.GOARCH]
	if runtime.GOOS != "linux" || arch == "" {
		return "node"
	}
	return filepath.Join(dir, "official/node_modules/node-linux-"+arch, "bin/node")
}

func here() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(file)
}

func with(command []string, args ...string) []string {
	return append(append([]string(nil), command...), args...)
}

// Loopback is the address of a port on this machine alone.
func Loopback(port int) string {
	return net.JoinHostPort("127.0.0.1", fmt.Sprint(port))
}
