package packages

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/sbom/bill"
)

// pypi asks the indexes that pip, or uv, is configured for. They themselves show
// only the file that fits this machine, and would run a source archive's build
// to look into it.
func (c *Checker) pypi(ctx context.Context, p Package) (found, error) {
	f := found{asked: "pip"}
	settings, err := c.settings(ctx, p)
	if err != nil {
		return f, err
	}
	var missing error
	for _, index := range settings.indexes {
		page := index.address.JoinPath(bill.PyName(p.Identifier), "/")
		f.asked = "GET " + shown(page) + ", which pip or uv names"
		files, err := c.release(ctx, p, settings, index, page)
		if refusal.Code(err) == codeNotVisible {
			missing = err
			continue // pip too takes it from wherever it is
		}
		if err != nil {
			return f, err
		}
		for _, file := range files {
			if !isSHA256(file.sha256) {
				return f, trouble(refusal.Finding, codeDigest, p, "Ask whoever runs the index for SHA-256 digests.", "the index has no SHA-256 of %.200q", file.name)
			}
			f.files = append(f.files, p.file(file.name, "sha256", file.sha256))
		}
		slices.SortFunc(f.files, func(a, b attest.Package) int { return strings.Compare(a.Digest["sha256"], b.Digest["sha256"]) })
		inside, err := c.metadata(ctx, p, settings, index, files)
		if err == nil {
			err = inside.agrees(p)
		}
		f.claim = inside.claim
		return f, err
	}
	return f, missing
}

// metadata reads what one file of the release says of itself: from the index, if
// it has it apart, else from the file.
func (c *Checker) metadata(ctx context.Context, p Package, s pipSettings, index pipIndex, files []pyFile) (inside, error) {
	best := slices.MaxFunc(files, func(a, b pyFile) int { return a.ease() - b.ease() })
	q := s.request(index, best.address)
	if best.metadata {
		apart := *best.address
		apart.Path, apart.RawPath = apart.Path+".metadata", ""
		q.address, q.accept = &apart, "*/*"
		data, err := c.page(ctx, p, q, maxKept)
		if err != nil {
			return inside{}, err
		}
		sum := sha256.Sum256(data.body)
		if got := hex.EncodeToString(sum[:]); best.metadataSHA256 != "" && got != best.metadataSHA256 {
			return inside{}, differs(p, best.name+".metadata", got, best.metadataSHA256)
		}
		i, err := pyMetadata(data.body)
		if err != nil {
			err = archiveRefusal(p, best.name+".metadata", err)
		}
		return i, err
	}
	file, err := c.fetch(ctx, p, q)
	if err != nil {
		return inside{}, err
	}
	defer func() { _ = os.Remove(file) }() // it was only for reading
	return c.downloaded(file, p, best)
}

func (c *Checker) downloaded(file string, p Package, want pyFile) (inside, error) {
	f, err := os.Open(file)
	if err != nil {
		return inside{}, trouble(refusal.Environment, codeFailed, p, "Try again.", "the download cannot be read: %v", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	sum := sha256.New()
	size, err := digest(f, sum)
	if err != nil {
		return inside{}, trouble(refusal.Environment, codeFailed, p, "Try again.", "the download cannot be read: %v", err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != want.sha256 {
		return inside{}, differs(p, want.name, got, want.sha256)
	}
	i, err := inspect(f, size, want.name, p)
	if err != nil {
		err = archiveRefusal(p, want.name, err)
	}
	return i, err
}

func differs(p Package, name, got, want string) error {
	return trouble(refusal.Finding, codeDigest, p, "Do not use it; tell whoever runs the package's host.", "the bytes of %.200s have the SHA-256 %s, and the index names %.64s", name, got, want)
}

// pyFile is one file of a release.
type pyFile struct {
	name           string
	address        *url.URL
	sha256         string
	metadata       bool   // its metadata are served apart
	metadataSHA256 string // if the index names it
}

// ease says how easily the file's metadata are read.
func (f pyFile) ease() int {
	switch {
	case f.metadata:
		return 3
	case strings.HasSuffix(f.name, ".whl"):
		return 2
	case strings.HasSuffix(f.name, ".tar.gz"):
		return 1
	}
	return 0
}

// of reports whether the file is of that release, as its name tells.
func (f pyFile) of(p Package) bool {
	if filepath.Base(f.name) != f.name {
		return false
	}
	if wheel, ok := strings.CutSuffix(f.name, ".whl"); ok {
		parts := strings.Split(wheel, "-")
		return len(parts) >= 5 && sameName(PyPI, parts[0], p.Identifier) && sameVersion(PyPI, parts[1], p.Version)
	}
	stem, ok := strings.CutSuffix(f.name, ".tar.gz")
	if !ok {
		if stem, ok = strings.CutSuffix(f.name, ".zip"); !ok {
			return false
		}
	}
	for i, r := range stem { // a name may have hyphens, and so may a version
		if r == '-' && sameName(PyPI, stem[:i], p.Identifier) && sameVersion(PyPI, stem[i+1:], p.Version) {
			return true
		}
	}
	return false
}
