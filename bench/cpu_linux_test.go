package main

import (
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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
