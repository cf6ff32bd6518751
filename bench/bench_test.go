//go:build unix

package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/bench/gauge"
)

func TestMedian(t *testing.T) {
	assert.Equal(t, time.Duration(0), median[time.Duration](nil))
	assert.Equal(t, time.Duration(7), median([]time.Duration{7}))
	assert.Equal(t, int64(2), median([]int64{9, 2, 1}))
	unsorted := []int64{4, 1, 3, 2}
	assert.Equal(t, int64(2), median(unsorted), "the lower of two in the middle")
	assert.Equal(t, []int64{4, 1, 3, 2}, unsorted, "the caller's order stays")
	assert.Equal(t, time.Duration(9), slowest([]time.Duration{3, 9, 1}))
	assert.Zero(t, slowest(nil))
}

// Each cost has a median of its own: no single run had them all.
func TestMiddle(t *testing.T) {
	got := middle([]sample{{Wall: 1, CPU: 30, RSS: 200}, {Wall: 2, CPU: 10, RSS: 300}, {Wall: 3, CPU: 20, RSS: 100}})
	assert.Equal(t, sample{Wall: 2, CPU: 20, RSS: 200}, got)
}

func TestRSSBytes(t *testing.T) {
	assert.Equal(t, int64(2048), rssBytes(2, "linux"))
	assert.Equal(t, int64(2), rssBytes(2, "darwin"))
}

func TestRun(t *testing.T) {
	ctx := t.Context()
	for _, code := range []string{"0", "1"} { // verdicts, not failures
		got, err := run(ctx, []string{"sh", "-c", "exit " + code}, io.Discard, false)
		require.NoError(t, err)
		assert.Positive(t, got.Wall)
		assert.Positive(t, got.RSS)
	}
	_, err := run(ctx, []string{"sh", "-c", "echo no such luck >&2; exit 3"}, io.Discard, false)
	assert.ErrorContains(t, err, "no such luck")
	_, err = run(ctx, []string{filepath.Join(t.TempDir(), "nothing")}, io.Discard, false)
	assert.ErrorContains(t, err, "starting")
	cut, cancel := context.WithCancel(ctx)
	cancel()
	_, err = run(cut, []string{"sh", "-c", "exit 0"}, io.Discard, false)
	assert.Error(t, err)
}

// write makes a file beneath dir.
func write(t *testing.T, text, dir string, path ...string) string {
	t.Helper()
	file := filepath.Join(append([]string{dir}, path...)...)
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

func TestCountMcpctl(t *testing.T) {
	dir := t.TempDir()
	file := write(t, `{"findings": [
		{"check": "a", "revision": "2025-06-18", "verdict": "pass"}, {"check": "a", "revision": "2025-11-25", "verdict": "fail"},
		{"check": "b", "verdict": "warn"}, {"check": "c", "verdict": "skip"}, {"check": "d", "verdict": "unproven"},
		{"check": "e", "verdict": "blocked"}, {"check": "f", "verdict": "error"}]}`, dir, "report.json")
	got, err := countMcpctl(file)
	require.NoError(t, err)
	assert.Equal(t, tally{Checks: 2, Verdicts: 3}, got)

	_, err = countMcpctl(write(t, "[", dir, "broken.json"))
	assert.ErrorContains(t, err, "broken.json")
	_, err = countMcpctl(filepath.Join(dir, "none.json"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestCountOfficial(t *testing.T) {
	dir := t.TempDir()
	_, err := countOfficial(dir)
	assert.ErrorContains(t, err, "no results")
	write(t, `[{"id": "x", "status": "SUCCESS"}, {"id": "y", "status": "SKIPPED"}]`, dir, "server-a", "checks.json")
	write(t, `[{"id": "x", "status": "FAILURE"}, {"id": "z", "status": "WARNING"}, {"id": "i", "status": "INFO"}]`, dir, "server-b", "checks.json")
	got, err := countOfficial(dir)
	require.NoError(t, err)
	assert.Equal(t, tally{Checks: 2, Verdicts: 3}, got)
	write(t, "{", dir, "server-c", "checks.json")
	_, err = countOfficial(dir)
	assert.ErrorContains(t, err, "server-c")
}

func TestTable(t *testing.T) {
	got := comparison{"a server", []row{
		{"mcpctl", tally{300, 900}, sample{250 * time.Millisecond, 90 * time.Millisecond, 38_400_000}},
		{"official", tally{100, 200}, sample{3 * time.Second, 1800 * time.Millisecond, 160_000_000}},
	}}.String()
	assert.Equal(t, `a server
              checks   verdicts     wall       CPU   peak RSS
     mcpctl      300        900   0.25 s   90.0 ms    38.4 MB
   official      100        200   3.00 s    1.80 s   160.0 MB
      ratio   × 3.00     × 4.50   × 0.08    × 0.05     × 0.24
`, got)
	assert.NotContains(t, comparison{"stdio", []row{{name: "mcpctl"}}}.String(), "ratio")
	assert.Equal(t, "–", ratio(1, 0))
}

func TestAims(t *testing.T) {
	pair := func(subject string, verdicts int, cpu time.Duration, rss int64, wall time.Duration) comparison {
		return comparison{subject, []row{
			{"mcpctl", tally{1, verdicts}, sample{wall, cpu, rss}},
			{"official", tally{1, 100}, sample{time.Second, time.Second, 1e8}},
		}}
	}
	alone := comparison{"stdio, all revisions", []row{{"mcpctl", tally{1, 1}, sample{3 * time.Second, 1, 50e6}}}}
	assert.Equal(t, `Aims, each where it came off worst
  met     starts in under 15 ms: 9.0 ms
  met     at least 3 times the official suite's verdicts: × 3.00 on b
  MISSED  at most a third of its CPU: × 0.50 on b
  MISSED  peak memory under 40 MB: 50.0 MB on stdio, all revisions
  MISSED  all revisions in about a second: 3.00 s on stdio, all revisions
`, aims([]comparison{pair("a", 400, 100*time.Millisecond, 30e6, 1), pair("b", 300, 500*time.Millisecond, 20e6, 1), alone}, 9*time.Millisecond))
	assert.Equal(t, "Aims, each where it came off worst\n  MISSED  starts in under 15 ms: 20.0 ms\n", aims(nil, 20*time.Millisecond))
}

// What testservers starts is ended, and its failure becomes an error.
func TestHost(t *testing.T) {
	var order []int
	attempt := func(fail func(*gauge.Host)) (err error) {
		h := &gauge.Host{}
		defer h.Close(&err)
		h.Cleanup(func() { order = append(order, 1) })
		h.Cleanup(func() { order = append(order, 2) })
		fail(h)
		return nil
	}
	require.NoError(t, attempt(func(*gauge.Host) {}))
	assert.Equal(t, []int{2, 1}, order)
	err := attempt(func(h *gauge.Host) { h.Fatalf("no server: %w", os.ErrNotExist) })
	require.ErrorIs(t, err, os.ErrNotExist)
	assert.Len(t, order, 4)
	assert.PanicsWithValue(t, "a bug", func() { _ = attempt(func(*gauge.Host) { panic("a bug") }) })
}
