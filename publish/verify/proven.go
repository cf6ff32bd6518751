package verify

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/packages"
)

// proven holds the bytes of every package against what was signed.
func (v *verification) proven(ctx context.Context) bool {
	if v.image != "" {
		return true // its digest was what the statements were looked up by
	}
	all, _, err := packages.List(v.server)
	if err != nil {
		v.fault("package", v.id(), err)
		return true
	}
	for _, p := range all {
		signed := v.signedFiles(p)
		switch {
		case len(signed) == 0:
			v.fault("package", p.String(), fail("package-unsigned", "looking for the signed package", "the release does not list it"))
		case v.WithoutPackages:
			v.skip("package", p.String(), "its bytes were not looked at, as you asked")
		default:
			v.prove(ctx, p, signed)
		}
	}
	return true
}

// signedFiles are the files that the release lists of a package.
func (v *verification) signedFiles(p packages.Package) []attest.Package {
	var all []attest.Package
	for _, s := range v.released.Packages {
		if s.Type == p.Type && s.Identifier == p.Identifier && s.Version == p.Version {
			all = append(all, s)
		}
	}
	return all
}

func (v *verification) prove(ctx context.Context, p packages.Package, signed []attest.Package) {
	live, err := v.digests(ctx, p)
	if err != nil {
		v.fault("package", p.String(), err)
		return
	}
	if len(live) == 0 {
		v.fault("package", p.String(), fail("package-unchecked", "asking for the digest of "+p.String(), "it has no file"))
		return
	}
	for _, file := range live {
		if !slices.ContainsFunc(signed, func(s attest.Package) bool { return sameFile(file, s) }) {
			v.fault("package", p.String(), fail("package-differs", "comparing "+p.String()+" with what was signed",
				fmt.Sprintf("%sit is %s, signed is %s", fileWords(file), digestText(file.Digest), digestTexts(signed))))
			return
		}
	}
	if len(live) == 1 {
		v.pass("package", p.String(), fileWords(live[0])+digestText(live[0].Digest)+" is what was signed")
		return
	}
	v.pass("package", p.String(), counted(len(live), "file")+" of "+fmt.Sprint(len(signed))+" that were signed")
}

// digests asks for the digests of a package's files. An image that is named by its
// digest is that digest, wherever it lies.
func (v *verification) digests(ctx context.Context, p packages.Package) ([]attest.Package, error) {
	if _, digest, ok := strings.Cut(p.Identifier, "@"); ok && p.Type == packages.OCI && isDigest(digest) {
		algorithm, hex, _ := strings.Cut(digest, ":")
		return []attest.Package{{Type: p.Type, Identifier: p.Identifier, Version: p.Version, Digest: map[string]string{algorithm: hex}}}, nil
	}
	doing := "asking for the digest of " + p.String()
	if v.parts.Packages == nil {
		return nil, fail("package-unchecked", doing, "nothing may be asked over a network, and no file of it is at hand")
	}
	files, err := v.parts.Packages.Digests(ctx, p)
	if err != nil && code(err) == "" {
		return nil, fail("package-unchecked", doing, err.Error())
	}
	return files, err
}

// sameFile reports whether two are the same file: they agree in every algorithm
// that both have, and have one in common that nobody can collide.
func sameFile(live, signed attest.Package) bool {
	if live.File != "" && signed.File != "" && live.File != signed.File {
		return false
	}
	strong := false
	for algorithm, digest := range live.Digest {
		other, both := signed.Digest[algorithm]
		if !both {
			continue
		}
		if digest != other {
			return false
		}
		strong = strong || slices.Contains([]string{"sha256", "sha384", "sha512"}, algorithm)
	}
	return strong
}

func fileWords(p attest.Package) string {
	if p.File == "" {
		return ""
	}
	return p.File + ": "
}

func digestTexts(all []attest.Package) string {
	var out []string
	for _, p := range all[:min(len(all), 8)] {
		out = append(out, fileWords(p)+digestText(p.Digest))
	}
	return strings.Join(out, " or ")
}
