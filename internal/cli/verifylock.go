package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/mcpctl/mcpctl/internal/atomic"
	"github.com/mcpctl/mcpctl/publish/verify"
)

// lockFile is a lock and where it is kept.
type lockFile struct {
	path    string       // empty: nothing is remembered
	content *verify.Lock // nil if there is none yet
}

// openLock reads the lock that is named, or mcpctl.lock if it is there. One that
// is broken is an error, so that it is never written over.
func (f verifyFlags) openLock() (lockFile, error) {
	l := lockFile{path: f.lock}
	if l.path == "" {
		l.path = lockName
	}
	raw, err := readLock(l.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		// It is begun only if somebody asks for it.
		if f.lock == "" && !f.firstUse {
			l.path = ""
		}
		return l, nil
	case err != nil:
		return l, err
	}
	if l.content, err = verify.ParseLock(raw); err != nil {
		return l, fmt.Errorf("%s: %w", l.path, err)
	}
	return l, nil
}

func readLock(path string) ([]byte, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	return readSource(path, verify.MaxLock)
}

// remember writes into the lock what holds, unless it may not change.
func (a *app) remember(f verifyFlags, l lockFile, r *verify.Result, now time.Time) error {
	if l.path == "" || f.locked {
		return nil
	}
	next, changed := l.content.Remember(r, now)
	if !changed {
		return nil
	}
	raw, err := next.Encode()
	if err != nil {
		return err
	}
	if err := atomic.WriteFile(l.path, raw, 0o644); err != nil {
		return &Error{Code: ExitEnvironment, Err: fmt.Errorf("remembering what was verified: %w", err)}
	}
	fmt.Fprintf(a.Err, "%s now has %s %s, signed by %s\n", a.safe(l.path), a.safe(r.Name), a.safe(r.Version), a.safe(r.Signer.String()))
	return nil
}
