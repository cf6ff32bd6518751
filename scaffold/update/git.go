package update

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// gitDeadline bounds how long git may take to say what has changed.
const gitDeadline = 20 * time.Second

// DirtyError says that a project has changes that were not committed, which an
// update would mix its own with.
type DirtyError struct {
	Paths []string // as git prints them, a few
	More  int      // how many others there are
}

// Error names what is not committed.
func (e *DirtyError) Error() string {
	text := "the git work tree has changes that are not committed: " + strings.Join(e.Paths, ", ")
	if e.More > 0 {
		text += fmt.Sprintf(" and %d more", e.More)
	}
	return text
}

// Clean asks git whether everything in the project is committed, so that an
// update can be looked at and taken back with git alone. The note says why git
// could not be asked: it is not installed, or the folder is in no repository.
// The error is a *DirtyError if something is not committed.
func Clean(ctx context.Context, dir string) (note string, err error) {
	git, err := exec.LookPath("git")
	if err != nil {
		return "git is not installed, so nothing can be said about changes that are not committed", nil
	}
	ctx, cancel := context.WithTimeout(ctx, gitDeadline)
	defer cancel()
	// A hook of the repository must not run because mcpctl looked.
	cmd := exec.CommandContext(ctx, git, "-c", "core.fsmonitor=false", "status", "--porcelain", "-z", "--untracked-files=all", "--", ".")
	cmd.Dir = dir
	cmd.WaitDelay = time.Second
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	var exit *exec.ExitError
	switch err := cmd.Run(); {
	case ctx.Err() != nil:
		return "", fmt.Errorf("asking git for changes that are not committed: %w", ctx.Err())
	case errors.As(err, &exit) && exit.ExitCode() == 128:
		return "the project is in no git repository that could be read, so the update cannot be taken back with git", nil
	case err != nil:
		return "", fmt.Errorf("asking git for changes that are not committed: %w: %s", err, firstLine(talk.String()))
	}
	return "", dirty(out.String())
}

// dirty reads what git status prints with -z: XY PATH, each ended by a NUL; a
// rename is followed by its old path.
func dirty(status string) error {
	const shown = 5
	var e DirtyError
	renamed := false
	for field := range strings.SplitSeq(status, "\x00") {
		if renamed || len(field) < 4 {
			renamed = false
			continue
		}
		renamed = strings.ContainsAny(field[:2], "RC")
		if len(e.Paths) == shown {
			e.More++
			continue
		}
		e.Paths = append(e.Paths, field[3:])
	}
	if len(e.Paths) == 0 {
		return nil
	}
	return &e
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}
