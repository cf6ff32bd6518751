package cli_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
)

// summing is a case that holds when the sum is 3.
const summing = "cases: [{name: sums, steps: [{call: add, arguments: {a: 1, b: 2}, expect: {result: {structuredContent: {sum: SUM}}}}]}]\n"

// TestWatch: the cases run again when a file of theirs, a path named or the
// configuration changes, and the second report is there within a second. A busy
// machine is given more.
func TestWatch(t *testing.T) {
	t.Chdir(t.TempDir())
	path := filepath.Join("cases", "sum.yaml")
	write := func(path, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	write(path, strings.ReplaceAll(summing, "SUM", "3"))
	write("src/main.go", "package main")
	write("src/.git/HEAD", "1")
	ended, waiting, said := make(chan int, 1), make(chan string, 100), ""
	out := &watched{tell: func(text string) { said += text }}
	errs := &watched{tell: func(text string) {
		said += text
		if strings.Contains(text, "waiting for changes") {
			waiting <- said
			said = ""
		}
	}}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	url := reference().Target(t, mcp.HTTP).URL
	go func() {
		code, _ := run(ctx, out, errs, "test", "--watch", "--watch-path", "src", "--revision", "2025-11-25", url)
		ended <- code
	}()
	next := func() string {
		t.Helper()
		select {
		case text := <-waiting:
			return text
		case <-time.After(20 * time.Second):
			t.Fatal("no report came")
			return ""
		}
	}
	assert.Contains(t, next(), "1 pass · 0 fail")
	began := time.Now()
	write(path, strings.ReplaceAll(summing, "SUM", "40"))
	text := next()
	assert.Contains(t, text, path+" changed")
	assert.Contains(t, text, "expected 40, got 3")
	assert.Less(t, time.Since(began), 15*time.Second)
	write(path, strings.ReplaceAll(summing, "call", "cal"))
	assert.Contains(t, next(), "did you mean call?", "what is wrong is told, and the watch goes on")
	write("src/deep/more.go", "package main")
	assert.Contains(t, next(), filepath.Join("src", "deep", "more.go")+" changed")
	write(filepath.Join("cases", "more.yaml"), strings.ReplaceAll(summing, "SUM", "3"))
	write(path, strings.ReplaceAll(summing, "SUM", "3"))
	assert.Contains(t, next(), "2 pass · 0 fail")
	write("mcpctl.yaml", "cases: [cases/m*.yaml]\n")
	assert.Contains(t, next(), "1 pass · 0 fail")
	stop()
	assert.Equal(t, 130, <-ended)
}
