package pack

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"strings"
	"testing/fstest"
	"time"

	"github.com/mcpctl/mcpctl/internal/pattern"
)

// Bounds of what is taken from a repository. The engine's own bounds on a
// template are narrower; these keep a hostile archive from filling the memory.
const (
	maxArchive = 64 << 20 // bytes, unpacked
	maxEntries = 20_000
	fetchIn    = 2 * time.Minute
)

var wholeCommit = pattern.New(`^[0-9a-f]{40}([0-9a-f]{24})?$`)

// checkGit says why a repository is not acceptable. Only a whole commit id pins
// bytes: a branch or tag may say something else tomorrow.
func checkGit(url, commit string) error {
	switch {
	case !wholeCommit.MatchString(commit):
		return fmt.Errorf("the git source %s@%s does not name a whole commit: write all 40 hexadecimal digits, as git rev-parse prints them, since a branch or tag may change", url, commit)
	case strings.HasPrefix(url, "-"):
		return fmt.Errorf("the git address %q begins with a dash", url)
	case strings.Contains(url, "::"):
		return fmt.Errorf("the git address %q asks for a transport helper, which could run a program; use https, ssh or a path", url)
	}
	return nil
}

// openGit answers the files of a repository at a commit. git serves as a
// transport only: nothing is checked out, so no hook, filter or submodule runs,
// and the archive that it makes of the commit is read as data.
func openGit(ctx context.Context, url, commit string) (fs.FS, error) {
	if err := checkGit(url, commit); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, fetchIn)
	defer cancel()
	dir, err := os.MkdirTemp("", "mcpctl-template-")
	if err != nil {
		return nil, fmt.Errorf("fetching the template %s: %w", url, err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // a temporary folder: what stays, the system removes
	for _, args := range [][]string{{"init", "--quiet", "--bare"}, {"fetch", "--quiet", "--depth=1", "--no-tags", "--", url, commit}} {
		if _, err := git(ctx, dir, args...); err != nil {
			return nil, fmt.Errorf("fetching the template %s at commit %s: %w", url, commit, err)
		}
	}
	archive, err := git(ctx, dir, "archive", "--format=tar", commit)
	if err != nil {
		return nil, fmt.Errorf("reading the template %s at commit %s: %w", url, commit, err)
	}
	files, err := untar(bytes.NewReader(archive))
	if err != nil {
		return nil, fmt.Errorf("reading the template %s at commit %s: %w", url, commit, err)
	}
	return files, nil
}

// git runs one git command in a bare repository of ours and answers what it
// printed.
func git(ctx context.Context, dir string, args ...string) ([]byte, error) {
	settled := []string{
		"-c", "protocol.allow=never", "-c", "protocol.https.allow=always", "-c", "protocol.ssh.allow=always", "-c", "protocol.file.allow=always",
		"-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false",
	}
	cmd := exec.CommandContext(ctx, "git", append(settled, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_TERMINAL_PROMPT=0", "GIT_DIR="+dir)
	cmd.WaitDelay = 5 * time.Second
	out, said := &bounded{max: maxArchive}, &bounded{max: 4 << 10}
	cmd.Stdout, cmd.Stderr = out, said
	err := cmd.Run()
	switch {
	case out.over:
		return nil, fmt.Errorf("git %s gave more than %d MiB", args[0], maxArchive>>20)
	case ctx.Err() != nil:
		return nil, fmt.Errorf("git %s did not end in time: %w", args[0], ctx.Err())
	case errors.Is(err, exec.ErrNotFound):
		return nil, errors.New("git was not found: install it, or give the template as a folder")
	case err != nil:
		return nil, fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(said.String()))
	}
	return out.Bytes(), nil
}

// bounded keeps the first max bytes that are written to it, and says whether
// there were more.
type bounded struct {
	bytes.Buffer
	max  int
	over bool
}

func (b *bounded) Write(p []byte) (int, error) {
	n := min(len(p), b.max-b.Len())
	b.over = b.over || n < len(p)
	b.Buffer.Write(p[:n])
	return len(p), nil // a writer that refused would end git with a puzzling error
}

// untar reads an archive into memory. Links and special files are refused, not
// followed: a template is plain files.
func untar(r io.Reader) (fstest.MapFS, error) {
	files := fstest.MapFS{}
	total := int64(0)
	for t := tar.NewReader(r); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, fmt.Errorf("the archive is damaged: %w", err)
		}
		total += h.Size
		name := path.Clean(h.Name)
		switch {
		case h.Typeflag == tar.TypeXGlobalHeader || h.Typeflag == tar.TypeDir:
			continue
		case h.Typeflag != tar.TypeReg:
			return nil, fmt.Errorf("%q is a link or a special file, which a template may not hold", h.Name)
		case !fs.ValidPath(name):
			return nil, fmt.Errorf("%q leads out of the archive", h.Name)
		case len(files) >= maxEntries || total > maxArchive:
			return nil, fmt.Errorf("the archive holds more than %d files or %d MiB", maxEntries, maxArchive>>20)
		}
		data, err := io.ReadAll(t)
		if err != nil {
			return nil, fmt.Errorf("the archive is damaged at %q: %w", h.Name, err)
		}
		files[name] = &fstest.MapFile{Data: data, Mode: fs.FileMode(h.Mode) & fs.ModePerm}
	}
}
