//go:build unix

package realsigstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"syscall"
	"time"

	"github.com/mcpctl/mcpctl/testservers"
	"github.com/mcpctl/mcpctl/testservers/loopback"
)

// start starts one of the pinned programs in dir, with env and little else.
func start(name, dir string, as *syscall.SysProcAttr, env []string, args ...string) (*loopback.Process, error) {
	program, err := testservers.Program(name)
	if err != nil {
		return nil, err
	}
	return loopback.Start(program, dir, as, append([]string{"HOME=" + dir, "TMPDIR=" + dir}, env...), args...)
}

// answers asks whether an address answers a GET with 200.
func answers(address string) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := get(ctx, address)
		return err
	}
}

// get answers the body of a document.
func get(ctx context.Context, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	resp, err := (&http.Client{Timeout: 5 * time.Second}).Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(http.MaxBytesReader(nil, resp.Body, 1<<20)); err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s: %s", address, resp.Status, &body)
	}
	return body.Bytes(), nil
}

// lock makes this the only process that holds path, and waits its turn.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	deadline := time.NewTimer(10 * time.Minute)
	defer deadline.Stop()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil
		}
		select {
		case <-deadline.C:
			return nil, errors.Join(fmt.Errorf("%s is held by another test: %w", path, err), f.Close())
		case <-again.C:
		}
	}
}
