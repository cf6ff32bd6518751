package cli

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/internal/pattern"
	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/sbom"
	"github.com/mcpctl/mcpctl/publish/sign"
	"github.com/mcpctl/mcpctl/publish/verify"
)

// verifyRequest is a request, with the files of packages at hand.
type verifyRequest struct {
	verify.Request
	artifacts []artifactFile
}

// artifactFile is a package at hand: its type is known, and its identifier where
// a server has several of a type.
type artifactFile struct{ kind, identifier, path string }

// imagePrefix says that a word is an image, whatever it looks like.
const imagePrefix = "oci://"

// entryName is how the registry spells names, with a version or without.
var entryName = pattern.New(`^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+(@[^:/@]+)?$`)

// request makes sense of the words on the command line and reads the files that
// they name.
func (f verifyFlags) request(what string) (verifyRequest, error) {
	r := verifyRequest{Request: verify.Request{Require: f.require, WithoutPackages: f.noBytes, FirstUse: f.firstUse, SignerChange: f.signerChange, Locked: f.locked,
		Policy: sign.Policy{Issuer: f.issuer, Subject: f.subject, SubjectRegexp: f.subjectRegexp}}}
	if err := f.subjectOf(what, &r); err != nil {
		return r, err
	}
	if f.key != "" {
		key, err := readSource(f.key, 64<<10)
		if err != nil {
			return r, err
		}
		r.Policy.Key = key
	}
	if f.sbom != "" {
		bill, err := readSource(f.sbom, sbom.MaxDocument)
		if err != nil {
			return r, err
		}
		r.SBOM = bill
	}
	if len(f.bundles) > 0 {
		r.Bundles = nil // what lies beside the file was not named
	}
	for _, path := range f.bundles {
		if err := r.addBundles(path); err != nil {
			return r, err
		}
	}
	for _, word := range f.artifacts {
		kind, path, ok := strings.Cut(word, "=")
		if !ok || kind == "" || path == "" {
			return r, usagef("--artifact %q is not like npm=FILE", word)
		}
		kind, identifier, _ := strings.Cut(kind, ":")
		r.artifacts = append(r.artifacts, artifactFile{kind, identifier, path})
	}
	return r, nil
}

// subjectOf tells a file or folder, an image and a name from each other. A file
// that is there is one; a name has one slash and no colon.
func (f verifyFlags) subjectOf(what string, r *verifyRequest) error {
	if image, ok := strings.CutPrefix(what, imagePrefix); ok {
		r.Image, r.Source = image, image
		return nil
	}
	info, err := os.Stat(what)
	switch {
	case err == nil:
		return r.addFile(what, info.IsDir())
	case !errors.Is(err, fs.ErrNotExist):
		return usagef("reading %s: %w", what, err)
	case strings.HasSuffix(what, ".json") || strings.HasPrefix(what, ".") || filepath.IsAbs(what):
		return usagef("there is no %s", what).hinted("Name a server.json, a folder with one, an image, or an entry like io.github.acme/echo@1.2.3.")
	case entryName.MatchString(what):
		r.Name, r.Version, _ = strings.Cut(what, "@")
		r.Source = f.registry
		return nil
	case strings.Contains(what, "/"):
		r.Image, r.Source = what, what
		return nil
	}
	return usagef("%q is neither a file nor a folder nor a name", what).
		hinted("A name has a namespace, as in io.github.acme/echo@1.2.3; an image begins with its host.")
}

// addFile takes a server.json and what lies beside it: statements, and in a folder
// the packages.
func (r *verifyRequest) addFile(path string, folder bool) error {
	file, raw, err := readManifest(path)
	if err != nil {
		return err
	}
	r.Server, r.Source = raw, file
	dir := filepath.Dir(file)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return usagef("looking beside %s: %w", file, err)
	}
	for _, e := range entries {
		name, beside := e.Name(), filepath.Join(dir, e.Name())
		if !e.Type().IsRegular() {
			continue
		}
		if strings.HasSuffix(name, ".sigstore.jsonl") || strings.HasSuffix(name, ".sigstore.json") {
			if err := r.addBundles(beside); err != nil {
				return err
			}
		}
		if kind := packageKind(name); folder && kind != "" {
			r.artifacts = append(r.artifacts, artifactFile{kind: kind, path: beside})
		}
	}
	return nil
}

// addBundles reads signed statements: one, or one a line.
func (r *verifyRequest) addBundles(path string) error {
	raw, err := readSource(path, maxBundleFile)
	if err != nil {
		return err
	}
	lines := [][]byte{raw}
	if !json.Valid(raw) {
		if lines, err = attach.ParseLines(raw); err != nil {
			return err
		}
	}
	r.Bundles = append(r.Bundles, verify.Bundles{From: path, Lines: lines})
	return nil
}

// maxBundleFile bounds a file of bundles, in bytes.
const maxBundleFile = 64 << 20

// packageKind is the type of package that a file is by its name.
func packageKind(name string) string {
	kinds := []struct{ end, kind string }{{".tgz", "npm"}, {".whl", "pypi"}, {".tar.gz", "pypi"}, {".crate", "cargo"}, {".nupkg", "nuget"}, {".mcpb", "mcpb"}}
	if i := slices.IndexFunc(kinds, func(k struct{ end, kind string }) bool { return strings.HasSuffix(name, k.end) }); i >= 0 {
		return kinds[i].kind
	}
	return ""
}
