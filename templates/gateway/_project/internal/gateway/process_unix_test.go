//go:build unix

package gateway

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The end of the gateway is that of its child processes and of theirs.
func TestProcessGroup(t *testing.T) {
	pids := filepath.Join(t.TempDir(), "pids")
	server := child("up", "parent")
	server.Env["PIDS"] = pids
	r := start(t, testConfig(), server)
	var parent, grandchild int
	text, err := os.ReadFile(pids)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscan(string(text), &parent, &grandchild); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := r.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	for name, pid := range map[string]int{"parent": parent, "grandchild": grandchild} {
		eventually(t, "the "+name+" has ended", func() bool { return !alive(pid) })
	}
}

// alive tells whether a process runs. One that has ended but was not yet waited
// for does not.
func alive(pid int) bool {
	if err := syscall.Kill(pid, 0); err != nil {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || !strings.Contains(string(stat), ") Z ")
}
