package collect

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// Bounds of archives. The largest real bundles have some ten thousand files and
// some hundred megabytes.
const (
	maxEntries  = 200_000
	maxUnpacked = 4 << 30 // bytes of all files together
	maxRatio    = 500     // of unpacked to packed; text seldom goes beyond 20
	maxMetadata = 16 << 20
)

// openZip opens an archive whose every entry is a plain file or folder inside of
// it. Files are read from it one by one; nothing is unpacked to a disk.
func openZip(r io.ReaderAt, size int64, name string) (*zip.Reader, error) {
	bad := func(format string, args ...any) error {
		return &Error{File: name, Err: fmt.Errorf(format, args...), Fix: "Do not install this archive; get or build it anew."}
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, bad("it is no whole zip archive: %w", err)
	}
	if len(z.File) > maxEntries {
		return nil, bad("it has more than %d entries", maxEntries)
	}
	var unpacked uint64
	seen := map[string]bool{}
	for _, f := range z.File {
		if err := wrongEntry(f.Name, f.Mode()); err != nil {
			return nil, bad("its entry %.200q %w", f.Name, err)
		}
		plain := strings.TrimSuffix(f.Name, "/")
		if seen[plain] {
			return nil, bad("it has two entries named %.200q", f.Name)
		}
		seen[plain] = true
		if unpacked += f.UncompressedSize64; unpacked > maxUnpacked || f.UncompressedSize64 > maxUnpacked {
			return nil, bad("unpacked it would have more than %d bytes", int64(maxUnpacked))
		}
	}
	if unpacked > maxMetadata && unpacked/uint64(size) > maxRatio {
		return nil, bad("unpacked it would have %d bytes, %d times its size", unpacked, unpacked/uint64(size))
	}
	return z, nil
}

// wrongEntry tells why an entry of an archive would not stay where it belongs.
func wrongEntry(name string, mode fs.FileMode) error {
	switch {
	case mode&fs.ModeSymlink != 0:
		return errors.New("is a symbolic link, which may lead out of the archive")
	case !mode.IsRegular() && !mode.IsDir():
		return errors.New("is neither a file nor a folder")
	case strings.ContainsAny(name, "\\\x00"), path.IsAbs(name), len(name) > 1 && name[1] == ':':
		return errors.New("has an absolute path or one with a backslash, which may lead out of the archive")
	case !fs.ValidPath(strings.TrimSuffix(name, "/")):
		return errors.New("has a path with empty parts or .. in it, which may lead out of the archive")
	}
	return nil
}
