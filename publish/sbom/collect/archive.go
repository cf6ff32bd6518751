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

// Why an archive is refused; errors.Is finds them beneath an Error.
var (
	// ErrDamaged is an archive that is not whole, or names a file twice.
	ErrDamaged = errors.New("damaged archive")
	// ErrEscapes is a path that leads out of the archive.
	ErrEscapes = errors.New("path out of the archive")
	// ErrLink is a link, or another entry that is neither file nor folder.
	ErrLink = errors.New("link in the archive")
	// ErrBomb is an archive with far more in it than its size lets expect.
	ErrBomb = errors.New("archive bomb")
)

// fault is a reason for people that is also one of those above.
type fault struct {
	text string
	is   error
}

func (f fault) Error() string { return f.text }
func (f fault) Unwrap() error { return f.is }

// OpenZip opens an archive whose every entry is a plain file or folder inside of
// it. Files are read from it one by one; nothing is unpacked to a disk. The name
// is for the Error.
func OpenZip(r io.ReaderAt, size int64, name string) (*zip.Reader, error) {
	bad := func(is error, format string, args ...any) error {
		return &Error{File: name, Err: fault{fmt.Sprintf(format, args...), is}, Fix: "Do not install this archive; get or build it anew."}
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, bad(ErrDamaged, "it is no whole zip archive: %v", err)
	}
	if len(z.File) > maxEntries {
		return nil, bad(ErrBomb, "it has more than %d entries", maxEntries)
	}
	var unpacked uint64
	seen := map[string]bool{}
	for _, f := range z.File {
		if err := WrongEntry(f.Name, f.Mode()); err != nil {
			return nil, bad(err, "its entry %.200q %v", f.Name, err)
		}
		plain := strings.TrimSuffix(f.Name, "/")
		if seen[plain] {
			return nil, bad(ErrDamaged, "it has two entries named %.200q", f.Name)
		}
		seen[plain] = true
		if unpacked += f.UncompressedSize64; unpacked > maxUnpacked || f.UncompressedSize64 > maxUnpacked {
			return nil, bad(ErrBomb, "unpacked it would have more than %d bytes", int64(maxUnpacked))
		}
	}
	if unpacked > maxMetadata && unpacked/uint64(size) > maxRatio {
		return nil, bad(ErrBomb, "unpacked it would have %d bytes, %d times its size", unpacked, unpacked/uint64(size))
	}
	return z, nil
}

// WrongEntry tells why an entry of an archive would not stay where it belongs:
// an ErrEscapes or ErrLink.
func WrongEntry(name string, mode fs.FileMode) error {
	switch {
	case mode&fs.ModeSymlink != 0:
		return fault{"is a symbolic link, which may lead out of the archive", ErrLink}
	case !mode.IsRegular() && !mode.IsDir():
		return fault{"is neither a file nor a folder", ErrLink}
	case strings.ContainsAny(name, "\\\x00"), path.IsAbs(name), len(name) > 1 && name[1] == ':':
		return fault{"has an absolute path or one with a backslash, which may lead out of the archive", ErrEscapes}
	case !fs.ValidPath(strings.TrimSuffix(name, "/")):
		return fault{"has a path with empty parts or .. in it, which may lead out of the archive", ErrEscapes}
	}
	return nil
}

// DecodeTOML decodes a document of a stranger's, whose nesting is bounded. The
// name is for the Error.
func DecodeTOML(name string, data []byte, into any) error {
	return newFolder(memory{name: string(data)}).toml(name, into)
}
