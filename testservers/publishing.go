package testservers

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Program answers the path of one of the programs that publishing is tested
// against: mcp-registry, fulcio, rekor, timestamp-server, cosign, tmux,
// docker-registry, syft, goreleaser, or postgres, beside which lie PostgreSQL's others. It
// is an error when they are not installed; a test fails then and never skips.
func Program(name string) (string, error) {
	script := filepath.Join(here(), "install")
	cmd := exec.Command("bash", script, "services", "--where")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("the pinned programs are not installed (%w %s); install them with: bash %s services", err, stderr.String(), script)
	}
	dir := strings.TrimSpace(string(out))
	places := []string{
		filepath.Join(dir, "services", name),
		filepath.Join(dir, "services", "postgres", name),
	}
	for _, place := range places {
		if info, err := os.Stat(place); err == nil && info.Mode().IsRegular() {
			return filepath.EvalSymlinks(place)
		} else if err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", fmt.Errorf("looking for %s: %w", name, err)
		}
	}
	return "", fmt.Errorf("there is no program %q among the pinned ones: is it in %s?", name, script)
}
