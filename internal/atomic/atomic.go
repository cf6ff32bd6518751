// Package atomic writes files so that a reader sees the old content or the new,
// never a part, and a failure leaves nothing behind.
package atomic

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteFile writes data to the file at path with exactly those permissions. It
// stages the bytes in a temporary file of the same folder, flushes them to the
// disk and renames the file into place; on failure the temporary file is removed
// and what stood at path is untouched. It refuses to write where a symbolic link
// or anything else but a regular file stands, because the caller named a place,
// not what somebody made of it. Concurrent writers do not mix: the last wins.
func WriteFile(path string, data []byte, perm fs.FileMode) error {
	if err := replaceable(path); err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	staged, err := stage(filepath.Dir(path), data, perm)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	if err := os.Rename(staged, path); err != nil {
		return fmt.Errorf("cannot write %s: %w", path, errors.Join(err, os.Remove(staged)))
	}
	syncDir(filepath.Dir(path))
	return nil
}

func replaceable(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode()&fs.ModeSymlink != 0:
		return errors.New("a symbolic link stands there; name the file that it leads to, or remove it")
	case !info.Mode().IsRegular():
		return fmt.Errorf("what stands there is no regular file (%s)", info.Mode().Type())
	}
	return nil
}

// stage writes data to a temporary file in dir and answers its name. On failure
// there is no such file.
func stage(dir string, data []byte, perm fs.FileMode) (name string, err error) {
	// Readable by its owner alone until it is whole: it may hold a secret.
	f, err := os.CreateTemp(dir, ".mcpctl-*.tmp")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(perm)
	}
	if err == nil {
		err = f.Sync()
	}
	return f.Name(), errors.Join(err, f.Close())
}

// syncDir makes the rename itself durable where a folder can be flushed. Where
// it cannot (Windows, some network disks) the file is whole all the same.
func syncDir(dir string) {
	d, err := os.Open(dir)
	if err != nil {
		return
	}
	_ = d.Sync()
	_ = d.Close()
}
