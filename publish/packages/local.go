package packages

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"os"
	"path/filepath"

	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/sbom/collect"
)

// Local answers the digests of an artefact that is not uploaded yet, by the
// algorithm that Digests uses for the type. It is read as data, to its end. An
// artefact with another name or version inside than the package's is refused, as
// is one that is damaged, or dangerous to unpack.
func Local(file string, p Package) ([]attest.Package, error) {
	f, err := local(file, p)
	return f.files, err
}

// ProveLocal is Prove for an artefact that is not uploaded yet, so that a name
// that is missing inside is found while that can be mended.
func ProveLocal(serverName, file string, p Package) Proof {
	f, err := local(file, p)
	return prove(serverName, p, f, err)
}

func local(file string, p Package) (found, error) {
	if err := p.named(); err != nil {
		return found{}, err
	}
	if p.Type == MCPB {
		if err := p.hashed(); err != nil {
			return found{}, withHash(err, file)
		}
	}
	f, err := open(file, filepath.Base(file), p)
	f.asked = filepath.Base(file)
	return f, err
}

// open reads an artefact of a package, whose file name would be name.
func open(file, name string, p Package) (found, error) {
	unreadable := func(err error) error {
		var pathError *os.PathError
		if errors.As(err, &pathError) {
			err = pathError.Err
		}
		return trouble(refusal.Usage, codeArtifact, p, "Name a file that can be read.", "%.250s cannot be read: %v", name, err)
	}
	// Asked before opening, for a pipe would not let itself be opened.
	info, err := os.Stat(file)
	if err != nil {
		return found{}, unreadable(err)
	}
	if !info.Mode().IsRegular() {
		return found{}, unreadable(errors.New("it is no regular file"))
	}
	if info.Size() > maxFile {
		return found{}, unreadable(errors.New("it is too large"))
	}
	f, err := os.Open(file)
	if err != nil {
		return found{}, unreadable(err)
	}
	defer func() { _ = f.Close() }() // it was only read

	algorithm, sum := "sha256", sha256.New()
	if p.Type == NPM {
		algorithm, sum = "sha512", sha512.New()
	}
	size, err := digest(f, sum)
	if err != nil {
		return found{}, unreadable(err)
	}
	hexSum := hex.EncodeToString(sum.Sum(nil))
	if p.Type == MCPB && hexSum != p.FileSHA256 {
		return found{}, trouble(refusal.Finding, codeDigest, p, "If that file is the right one, put this digest into fileSha256; else do not use it.", "its bytes have the SHA-256 %s and not %s", hexSum, p.FileSHA256)
	}
	inside, err := inspect(f, size, name, p)
	if err != nil {
		return found{}, archiveRefusal(p, name, err)
	}
	if err := inside.agrees(p); err != nil {
		return found{}, err
	}
	if p.Type != PyPI {
		name = "" // only there a package has several
	}
	return found{files: []attest.Package{p.file(name, algorithm, hexSum)}, claim: inside.claim}, nil
}

// withHash says what the hash would be, if the file can be read.
func withHash(err error, file string) error {
	info, statErr := os.Stat(file)
	r, ok := refusal.Of(err)
	if !ok || statErr != nil || !info.Mode().IsRegular() {
		return err
	}
	f, openErr := os.Open(file)
	if openErr != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was only read
	sum := sha256.New()
	if _, readErr := digest(f, sum); readErr != nil {
		return err
	}
	better := *r
	better.Mend = "Set fileSha256 to " + hex.EncodeToString(sum.Sum(nil)) + ", which that of " + filepath.Base(file) + " is."
	return &better
}

func digest(f *os.File, sum hash.Hash) (int64, error) {
	size, err := io.Copy(sum, io.LimitReader(f, maxFile))
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	return size, err
}

// archiveRefusal gives each way to be a bad archive its own code.
func archiveRefusal(p Package, name string, err error) error {
	if _, ok := refusal.Of(err); ok {
		return err
	}
	for _, kind := range []struct {
		is   error
		code string
	}{{collect.ErrEscapes, codeEscapes}, {collect.ErrLink, codeLink}, {collect.ErrBomb, codeBomb}, {collect.ErrDamaged, codeDamaged}} {
		if errors.Is(err, kind.is) {
			return trouble(refusal.Finding, kind.code, p, "Do not install it; get or build it anew.", "%s is not as it should be: %v", name, err)
		}
	}
	return trouble(refusal.Finding, codeDamaged, p, "Get or build it anew.", "%s cannot be understood: %v", name, err)
}
