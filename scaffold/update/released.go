package update

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/mcpctl/mcpctl/scaffold"
)

// Released are the archives of template versions: files ID-VERSION.tar.gz, each
// a template with everything of its base in it.
type Released struct{ FS fs.FS }

const archiveSuffix = ".tar.gz"

// ErrNotReleased says that there is no archive of a version.
var ErrNotReleased = errors.New("that version of the template is not among the released ones")

// Release names an archive.
type Release struct{ ID, Version string }

// List names all archives, by id and from the oldest version to the newest.
func (r Released) List() ([]Release, error) {
	entries, err := fs.ReadDir(r.FS, ".")
	if err != nil {
		return nil, fmt.Errorf("listing released templates: %w", err)
	}
	var all []Release
	for _, e := range entries {
		stem, ok := strings.CutSuffix(e.Name(), archiveSuffix)
		for i := range stem {
			// An id may have hyphens, and so may a version: 1.0.0-rc.1.
			if id, version := stem[:i], strings.TrimPrefix(stem[i:], "-"); ok && stem[i] == '-' && complete(version) {
				all = append(all, Release{id, version})
				break
			}
		}
	}
	slices.SortFunc(all, func(a, b Release) int {
		if a.ID != b.ID {
			return strings.Compare(a.ID, b.ID)
		}
		return semver.Compare("v"+a.Version, "v"+b.Version)
	})
	return all, nil
}

func complete(version string) bool {
	return semver.IsValid("v"+version) && semver.Canonical("v"+version) == "v"+version
}

// Open reads the archive of one version.
func (r Released) Open(id, version string) (*scaffold.Template, error) {
	name := id + "-" + version + archiveSuffix
	fail := func(err error) (*scaffold.Template, error) {
		return nil, fmt.Errorf("reading the released template %s %s: %w", id, version, err)
	}
	if !fs.ValidPath(name) || strings.Contains(name, "/") {
		return fail(ErrNotReleased)
	}
	f, err := r.FS.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return fail(ErrNotReleased)
	}
	if err != nil {
		return fail(err)
	}
	defer func() { _ = f.Close() }() // it was only read
	fsys, err := unpack(f)
	if err != nil {
		return fail(err)
	}
	t, err := scaffold.Load(fsys, scaffold.Builtin, nil)
	if err != nil {
		return fail(err)
	}
	if t.Manifest.ID != id || t.Manifest.Version != version {
		return fail(fmt.Errorf("the archive holds %s %s", t.Manifest.ID, t.Manifest.Version))
	}
	return t, nil
}

// The bounds of an archive: a compressed one is small, and what comes out of it
// is what a template may have.
const (
	maxArchive  = 16 << 20
	maxUnpacked = scaffold.MaxTotalSize + 4<<20 // with the manifest and the tar's own blocks
)

// unpack reads an archive into memory. What scaffold.Load would refuse in a
// folder (links, odd names) is refused here, since a link cannot be kept.
func unpack(r io.Reader) (fs.FS, error) {
	unzipped, err := gzip.NewReader(io.LimitReader(r, maxArchive))
	if err != nil {
		return nil, err
	}
	files := tar.NewReader(io.LimitReader(unzipped, maxUnpacked))
	var memory bytes.Buffer
	out := zip.NewWriter(&memory) // the file system in memory that the library has
	seen := map[string]bool{}
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		name := header.Name
		switch {
		case header.Typeflag != tar.TypeReg:
			return nil, fmt.Errorf("%q is no regular file", name)
		case scaffold.CheckPath(strings.TrimPrefix(name, scaffold.ProjectDir+"/")) != nil:
			return nil, fmt.Errorf("the path %q cannot be one of a template", name)
		case seen[name] || len(seen) >= scaffold.MaxFiles+1:
			return nil, fmt.Errorf("%q is there twice, or there are too many files", name)
		}
		seen[name] = true
		w, err := out.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err != nil {
			return nil, err
		}
		n, err := io.Copy(w, io.LimitReader(files, scaffold.MaxFileSize+1))
		if err == nil && n > scaffold.MaxFileSize {
			err = fmt.Errorf("it is larger than %d bytes", scaffold.MaxFileSize)
		}
		if err != nil {
			return nil, fmt.Errorf("unpacking %s: %w", name, err)
		}
	}
	if err := out.Close(); err != nil {
		return nil, err
	}
	return zip.NewReader(bytes.NewReader(memory.Bytes()), int64(memory.Len()))
}

// Archive answers a template as the archive that Open reads. The same template
// gives the same bytes: no times, owners or other accidents are in it.
func Archive(t *scaffold.Template) ([]byte, error) {
	files, err := t.Bundle()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	zipped, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	archive := tar.NewWriter(zipped)
	for _, f := range files {
		err := archive.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: f.Path, Mode: 0o644, Size: int64(len(f.Data)), Format: tar.FormatUSTAR})
		if err == nil {
			_, err = archive.Write(f.Data)
		}
		if err != nil {
			return nil, fmt.Errorf("packing %s: %w", f.Path, err)
		}
	}
	if err := errors.Join(archive.Close(), zipped.Close()); err != nil {
		return nil, fmt.Errorf("packing template %s: %w", t.Manifest.ID, err)
	}
	return out.Bytes(), nil
}
