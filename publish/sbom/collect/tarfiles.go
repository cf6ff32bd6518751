package collect

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"
)

// Bounds of what is kept of a tar file.
const (
	maxKept      = 4 << 20 // bytes of a file; layers are larger and not needed
	maxKeptTotal = 128 << 20
)

// readTar keeps the small files of a tar file. Nothing is unpacked to a disk.
func readTar(r *tar.Reader, name string) (folder, error) {
	files, total := memory{}, 0
	for entries := 0; ; entries++ {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return newFolder(files), nil
		}
		if err != nil {
			return folder{}, &Error{File: name, Err: fmt.Errorf("it is no whole tar file: %w", err)}
		}
		if entries > maxEntries {
			return folder{}, &Error{File: name, Err: fmt.Errorf("it has more than %d entries", maxEntries)}
		}
		entry := strings.TrimPrefix(h.Name, "./")
		// Docker links equal layers to each other; links are never needed here.
		if h.Typeflag != tar.TypeReg || h.Size > maxKept {
			continue
		}
		if !fs.ValidPath(entry) {
			return folder{}, &Error{File: name, Err: fmt.Errorf("its entry %.200q has a path that leads out of the archive", h.Name)}
		}
		data, err := io.ReadAll(io.LimitReader(r, maxKept))
		if err != nil {
			return folder{}, &Error{File: name, Err: fmt.Errorf("its entry %.200q is not whole: %w", h.Name, err)}
		}
		if total += len(data); total > maxKeptTotal {
			return folder{}, &Error{File: name, Err: fmt.Errorf("its small files have more than %d bytes together", maxKeptTotal)}
		}
		files[entry] = string(data)
	}
}

// memory is a file system of flat files.
type memory map[string]string

func (m memory) Open(name string) (fs.File, error) {
	content, ok := m[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return memoryFile{strings.NewReader(content), name}, nil
}

type memoryFile struct {
	*strings.Reader
	name string
}

func (f memoryFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f memoryFile) Close() error               { return nil }
func (f memoryFile) Name() string               { return f.name }
func (f memoryFile) Mode() fs.FileMode          { return 0o444 }
func (f memoryFile) ModTime() time.Time         { return time.Time{} }
func (f memoryFile) IsDir() bool                { return false }
func (f memoryFile) Sys() any                   { return nil }
