package packages

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"github.com/mcpctl/mcpctl/publish/sbom/collect"
)

// Bounds of archives.
const (
	maxEntries  = 200_000
	maxUnpacked = 4 << 30 // bytes of all files together
	maxRatio    = 500     // of unpacked to packed, where it is much at all
	maxKept     = 8 << 20 // bytes of a file that is looked into
)

// archive is what an artefact holds, by path. It has been read to its end, so
// that it is known to be whole and to stay where it belongs.
type archive map[string][]byte

// wanted says which files are worth keeping.
type wanted func(name string) bool

// fault says what is wrong with an archive.
func fault(is error, format string, args ...any) error {
	return &archiveError{fmt.Sprintf(format, args...), is}
}

type archiveError struct {
	text string
	is   error
}

func (e *archiveError) Error() string { return e.text }
func (e *archiveError) Unwrap() error { return e.is }

// readZip reads a zip archive in which every entry is a file or folder.
func readZip(f *os.File, size int64, keep wanted) (archive, error) {
	z, err := collect.OpenZip(f, size, "the archive")
	if err != nil {
		var reason *collect.Error
		if errors.As(err, &reason) {
			err = reason.Err
		}
		return nil, err
	}
	files := archive{}
	for _, entry := range z.File {
		if entry.FileInfo().IsDir() {
			continue
		}
		if err := files.unzip(entry, keep); err != nil {
			return nil, err
		}
	}
	return files, nil
}

func (a archive) unzip(entry *zip.File, keep wanted) error {
	r, err := entry.Open()
	if err != nil {
		return fault(collect.ErrDamaged, "its entry %.200q cannot be read: %v", entry.Name, err)
	}
	defer func() { _ = r.Close() }() // it was only read
	// Its size was held against the bounds, and reading stops there.
	return a.take(entry.Name, r, keep)
}

// take reads a file to its end, and keeps it if it is wanted.
func (a archive) take(name string, r io.Reader, keep wanted) error {
	var kept []byte
	var err error
	if keep(name) {
		kept, err = io.ReadAll(io.LimitReader(r, maxKept+1))
		if len(kept) > maxKept {
			return fault(collect.ErrBomb, "its entry %.200q has more than %d bytes", name, maxKept)
		}
		a[name] = kept
	}
	if err == nil {
		_, err = io.Copy(io.Discard, r)
	}
	if err != nil {
		return fault(collect.ErrDamaged, "its entry %.200q is not whole: %v", name, err)
	}
	return nil
}

// readTar reads a compressed tar archive. Links are let be if they stay inside.
func readTar(f io.Reader, size int64, keep wanted) (archive, error) {
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		return nil, fault(collect.ErrDamaged, "it is not compressed with gzip: %v", err)
	}
	most := min(int64(maxUnpacked), max(size*maxRatio, 16<<20))
	bounded := &io.LimitedReader{R: unzipped, N: most}
	files, seen, total := archive{}, map[string]bool{}, int64(0)
	r := tar.NewReader(bounded)
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if bounded.N <= 0 {
			return nil, bomb(most)
		}
		if err != nil {
			return nil, fault(collect.ErrDamaged, "it is no whole tar archive: %v", err)
		}
		if h.Typeflag == tar.TypeXGlobalHeader {
			continue // names no file
		}
		// Holes of sparse files take no bytes in the archive.
		if total += h.Size; h.Size > most || total > most {
			return nil, bomb(most)
		}
		name := strings.TrimPrefix(path.Clean(h.Name), "./")
		if err := tarEntry(h); err != nil {
			return nil, fault(err, "its entry %.200q %v", h.Name, err)
		}
		if len(seen) > maxEntries {
			return nil, fault(collect.ErrBomb, "it has more than %d entries", maxEntries)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if seen[name] {
			return nil, fault(collect.ErrDamaged, "it has two entries named %.200q", h.Name)
		}
		seen[name] = true
		if err := files.take(name, r, keep); err != nil {
			if bounded.N <= 0 {
				return nil, bomb(most)
			}
			return nil, err
		}
	}
	// Behind the last entry comes padding, and the checksum of all.
	if _, err := io.Copy(io.Discard, bounded); err != nil {
		return nil, fault(collect.ErrDamaged, "its end is not whole: %v", err)
	}
	if bounded.N <= 0 {
		return nil, bomb(most)
	}
	return files, nil
}

func bomb(most int64) error {
	return fault(collect.ErrBomb, "unpacked it would have more than %d bytes, far more than its size lets expect", most)
}

// tarEntry tells why an entry would not stay where it belongs.
func tarEntry(h *tar.Header) error {
	name := strings.TrimPrefix(h.Name, "./")
	if name == "" {
		name = "."
	}
	base := path.Dir(name)
	switch h.Typeflag {
	case tar.TypeLink:
		base = "."
	case tar.TypeSymlink:
	default:
		return collect.WrongEntry(name, h.FileInfo().Mode())
	}
	if err := collect.WrongEntry(name, 0); err != nil {
		return err
	}
	target := path.Clean(base + "/" + h.Linkname) // to be judged, not opened
	if path.IsAbs(h.Linkname) || strings.Contains(h.Linkname, `\`) || target == ".." || strings.HasPrefix(target, "../") {
		return fault(collect.ErrLink, "is a link to %.200q, which is out of the archive", h.Linkname)
	}
	return nil
}
