//go:build !unix

package mcp

import (
	"os/exec"
	"testing"
)

// requireGone finds no process groups where there are none.
func requireGone(*testing.T, int) {}

// leaveGroup leaves no process groups where there are none.
func leaveGroup(*exec.Cmd) {}
