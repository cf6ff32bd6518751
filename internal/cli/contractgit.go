package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/conformance/contract"
	"github.com/mcpctl/mcpctl/internal/term"
)

// gitPrefix says that a source is a file of a git revision.
const gitPrefix = "git:"

// gitPatience bounds a question to git.
const gitPatience = 30 * time.Second

// gitFile reads REV:PATH from the repository of this folder. PATH is from the top
// of the repository, or from this folder if it begins with ./, as git has it. Git
// gives the bytes as they were committed: it runs no filter and no hook, fetches
// nothing and asks nobody.
func (a *app) gitFile(ctx context.Context, word string) ([]byte, error) {
	revision, path, ok := strings.Cut(strings.TrimPrefix(word, gitPrefix), ":")
	if !ok || revision == "" || path == "" || strings.HasPrefix(revision, "-") {
		return nil, usagef("%q is not like %sREV:PATH", word, gitPrefix).hinted("As in: git:main:contract.json, or git:v1.2.0:./contract.json for a file of this folder.")
	}
	git, err := exec.LookPath("git")
	if err != nil {
		return nil, &Error{Code: ExitEnvironment, Err: fmt.Errorf("reading %s: git is not installed", word), Hint: "Install git, or name a file."}
	}
	ctx, cancel := context.WithTimeout(ctx, gitPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, git, "--no-replace-objects", "cat-file", "blob", revision+":"+path)
	cmd.Env = append(os.Environ(), "GIT_NO_LAZY_FETCH=1", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0")
	cmd.WaitDelay = time.Second
	out, talk := &bounded{most: contract.MaxBytes + 1}, &bounded{most: 4 << 10}
	cmd.Stdout, cmd.Stderr = out, talk
	err = cmd.Run()
	var failed *exec.ExitError
	switch {
	case out.over:
		return nil, usagef("reading %s: it is larger than %d bytes", word, contract.MaxBytes)
	case ctx.Err() != nil:
		return nil, &Error{Code: ExitEnvironment, Err: fmt.Errorf("asking git for %s: %w", word, ctx.Err())}
	case errors.As(err, &failed):
		line, _, _ := strings.Cut(strings.TrimSpace(talk.String()), "\n")
		return nil, usagef("git has no %s: %s", revision+":"+path, term.SafeLine(line)).hinted("PATH is from the top of the repository; ./PATH is from this folder.")
	case err != nil:
		return nil, &Error{Code: ExitEnvironment, Err: fmt.Errorf("asking git for %s: %w", word, err)}
	}
	return out.Bytes(), nil
}

// errFull ends a program that says too much.
var errFull = errors.New("it is too much")

// bounded keeps what is written up to a limit.
type bounded struct {
	bytes.Buffer
	most int
	over bool
}

// Write keeps p, or fails once the limit is passed.
func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.most {
		b.over = true
		return 0, errFull
	}
	return b.Buffer.Write(p)
}
