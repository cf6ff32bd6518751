package main

import (
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseStat(t *testing.T) {
	const line = "4242 (a (wild) name) Z 1 4242 4242 0 -1 4194316 100 0 0 0 12 34 999 999 20 0 1 0 5 0 0\n"
	got, ok := parseStat(line)
	require.True(t, ok)
	assert.Equal(t, 460*time.Millisecond, got)
	for _, broken := range []string{"", "1 (x) Z 1 2", "1 (x) Z 1 4242 4242 0 -1 4194316 100 0 0 0 twelve 34"} {
		_, ok := parseStat(broken)
		assert.False(t, ok, "%q", broken)
	}
}

// A child of the program's own costs what it costs, but not in its name.
func TestOwnCPU(t *testing.T) {
	const burn = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done"
	argv := []string{"sh", "-c", "sh -c '" + burn + "'; true"}
	all, err := run(t.Context(), argv, io.Discard, false)
	require.NoError(t, err)
	own, err := run(t.Context(), argv, io.Discard, true)
	require.NoError(t, err)
	assert.Less(t, own.CPU, all.CPU/2)
}
