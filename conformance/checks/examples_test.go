package checks_test

import (
	"archive/zip"
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
)

var update = flag.Bool("update", false, "rewrite the examples that explain the checks")

// examples gathers, from the twins, the exchanges that `checks explain` shows.
type examples struct {
	mu   sync.Mutex
	kept map[string]txtar.File
}

// keep takes the first proof of a check: twins run in the order of files, and
// the newest revision comes first.
func (e *examples) keep(order int, verdict string, f conformance.Finding) {
	e.mu.Lock()
	defer e.mu.Unlock()
	name := f.Check + " " + verdict
	title := fmt.Sprintf("%s over %s", f.Revision, f.Transport)
	if verdict == "fail" {
		title += ": " + shorten(f.Message, 300)
	}
	file := txtar.File{Name: name, Data: []byte(fmt.Sprintf("%s\n%s", stable(title), stable(transcript(f.Evidence))))}
	key := fmt.Sprintf("%s %06d", name, order)
	for have := range e.kept {
		if strings.HasPrefix(have, name+" ") {
			if have <= key {
				return
			}
			delete(e.kept, have)
		}
	}
	e.kept[key] = file
}

// write writes one archive a suite.
func (e *examples) write(t *testing.T) {
	for _, suite := range checks.All() {
		archive := &txtar.Archive{Comment: []byte("Exchanges that pass and fail, as the twins make them. Written by go test -update.\n\n")}
		for _, c := range suite.Checks {
			for _, verdict := range []string{"pass", "fail"} {
				for key, file := range e.kept {
					if strings.HasPrefix(key, c.ID+" "+verdict+" ") {
						archive.Files = append(archive.Files, file)
					}
				}
			}
		}
		require.NoError(t, os.WriteFile(filepath.Join("examples", suite.ID+".txtar"), txtar.Format(archive), 0o644))
	}
}

// pack is what the program carries of the folder examples.
func pack(t *testing.T) []byte {
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	files, err := os.ReadDir("examples")
	require.NoError(t, err)
	for _, file := range files {
		data, err := os.ReadFile(filepath.Join("examples", file.Name()))
		require.NoError(t, err)
		w, err := archive.CreateHeader(&zip.FileHeader{Name: file.Name(), Method: zip.Deflate})
		require.NoError(t, err)
		_, err = w.Write(data)
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	return b.Bytes()
}

// TestExamplesArePacked: what people review is what the program shows. Files are
// compared, not archives, for compressors get better.
func TestExamplesArePacked(t *testing.T) {
	if *update {
		require.NoError(t, os.WriteFile("examples.zip", pack(t), 0o644))
	}
	archive, err := zip.OpenReader("examples.zip")
	require.NoError(t, err)
	defer func() { require.NoError(t, archive.Close()) }()
	files, err := os.ReadDir("examples")
	require.NoError(t, err)
	require.Len(t, archive.File, len(files))
	for _, file := range files {
		want, err := os.ReadFile(filepath.Join("examples", file.Name()))
		require.NoError(t, err)
		got, err := fs.ReadFile(archive, file.Name())
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got), "go test ./conformance/checks -run 'TestProofs|TestExamplesArePacked' -update")
	}
}

// TestEveryCheckHasExamples: what `checks explain` promises is there.
func TestEveryCheckHasExamples(t *testing.T) {
	for _, suite := range checks.All() {
		for _, c := range suite.Checks {
			pass, fail, ok := checks.Examples(c.ID)
			assert.True(t, ok && pass.Text != "" && fail.Text != "", "%s has no examples: go test ./conformance/checks -run 'TestProofs|TestExamplesArePacked' -update", c.ID)
		}
	}
}

// transcript writes evidence as a reader wants it: who said what.
func transcript(all []conformance.Evidence) string {
	var b strings.Builder
	for _, e := range all[:min(len(all), 6)] {
		mark := "← "
		if e.Direction == "sent" {
			mark = "→ "
		}
		if e.Start != "" {
			fmt.Fprintf(&b, "%s%s\n", mark, e.Start)
			for _, line := range telling(e.Header) {
				fmt.Fprintf(&b, "  %s\n", line)
			}
			mark = "  "
		}
		if e.Text != "" {
			fmt.Fprintf(&b, "%s%s\n", mark, shorten(strings.ReplaceAll(strings.TrimSpace(e.Text), "\n", "\n  "), 900))
		}
	}
	return b.String()
}

// telling are the headers that say something about the protocol.
func telling(h http.Header) []string {
	var lines []string
	for k, values := range h {
		if strings.HasPrefix(k, "Mcp-") || slices.Contains([]string{"Accept", "Content-Type", "Origin", "Allow", "Last-Event-Id", "X-Accel-Buffering", "Www-Authenticate"}, k) {
			lines = append(lines, k+": "+strings.Join(values, ", "))
		}
	}
	slices.Sort(lines)
	return lines
}

// stable takes out what differs from run to run.
func stable(s string) string {
	for pattern, with := range map[string]string{
		`/[^" ]*mcpctl-roots-\d+/root`:     "/home/me/project",
		`/[^" ]*mcpctl-roots-\d+`:          "/home/me",
		`127\.0\.0\.1:\d+`:                 "127.0.0.1:8080",
		`(Mcp-Session-Id: )\S+`:            "${1}5b1f0c9e6a",
		`("timestamp":|"created":)"[^"]*"`: `${1}"2026-11-21T12:00:00Z"`,
		`("requestState":")[^"]{24,}"`:     `${1}opaque"`,
		`\b\d+(\.\d+)?(ms|µs|s)\b`:         "some time",
		`([?&]sessionId=)[A-Za-z0-9_-]+`:   "${1}5b1f0c9e6a",
		`"[A-Za-z0-9_-]{22,}(=|==)?"`:      `"opaque"`,
	} {
		s = regexp.MustCompile(pattern).ReplaceAllString(s, with)
	}
	return s
}

func shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + fmt.Sprintf(" … (%d bytes more)", len(s)-most)
}
