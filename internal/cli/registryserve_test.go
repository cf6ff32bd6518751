package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/cli"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// locked is a buffer that may be read while it is written.
type locked struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

type served struct {
	Schema, URL, Folder string
	Temporary           bool
}

// serveDesk runs `registry serve` until stop, which answers its exit code.
func serveDesk(t *testing.T, args ...string) (ready served, talk *locked, stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	streams, _, _ := cli.Test(nil)
	out, in := io.Pipe()
	talk = &locked{}
	streams.Out, streams.Err = in, talk
	code := make(chan int, 1)
	go func() {
		code <- cli.Main(ctx, streams, append([]string{"registry", "serve", "--format", "json"}, args...))
		_ = in.Close()
	}()
	stop = sync.OnceValue(func() int {
		cancel()
		return <-code
	})
	t.Cleanup(func() { stop() })
	line, err := bufio.NewReader(out).ReadBytes('\n')
	require.NoError(t, err, talk)
	require.NoError(t, json.Unmarshal(line, &ready), string(line))
	return ready, talk, stop
}

func TestRegistryServe(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "registry")
	ready, talk, stop := serveDesk(t, dir, "--any-namespace", "--verbose")
	assert.Equal(t, served{"mcpctl.registry-serve/v1", ready.URL, dir, false}, ready)

	client, err := registry.New(ready.URL, registry.Options{})
	require.NoError(t, err)
	token, err := client.Login(t.Context(), registry.None{})
	require.NoError(t, err)
	entry, err := client.Publish(t.Context(), []byte(`{"$schema":"https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json","name":"com.example/echo","description":"Echo","version":"1.0.0"}`), token.Reveal())
	require.NoError(t, err)
	assert.Equal(t, "1.0.0", entry.Version())

	assert.Equal(t, cli.ExitFine, stop())
	assert.Contains(t, talk.String(), "method=POST path=/v0.1/publish status=200")
	assert.NotContains(t, talk.String(), token.Reveal())
	assert.FileExists(t, filepath.Join(dir, "servers/com.example/echo/1.0.0.json"))

	// What was published is there the next time, and tokens are not.
	ready, talk, stop = serveDesk(t, dir)
	client, err = registry.New(ready.URL, registry.Options{})
	require.NoError(t, err)
	_, err = client.Get(t.Context(), "com.example/echo", "")
	assert.NoError(t, err)
	assert.Error(t, client.Status(t.Context(), "com.example/echo", "", registry.Deleted, "", token.Reveal()))
	assert.Equal(t, cli.ExitFine, stop())
	assert.Empty(t, talk.String(), "without --verbose it is quiet")
}

func TestATemporaryRegistryLeavesNothing(t *testing.T) {
	ready, _, stop := serveDesk(t)
	assert.True(t, ready.Temporary)
	assert.DirExists(t, ready.Folder)
	resp, err := http.Get(ready.URL + "/v0.1/health")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, cli.ExitFine, stop())
	_, err = os.Stat(ready.Folder)
	assert.ErrorIs(t, err, os.ErrNotExist)
}
