package bill

import (
	"strings"

	"github.com/package-url/packageurl-go"
)

// Qualifiers are the part of a purl behind the question mark.
type Qualifiers map[string]string

// GoPURL is the purl of a Go module.
func GoPURL(module, version string) string {
	namespace, name := split(module)
	return purl(packageurl.TypeGolang, namespace, name, version, nil)
}

// NpmPURL is the purl of an npm package, whose name may have a scope.
func NpmPURL(name, version string, q Qualifiers) string {
	namespace, name := split(name)
	return purl(packageurl.TypeNPM, namespace, name, version, q)
}

// PyPURL is the purl of a Python distribution.
func PyPURL(name, version string, q Qualifiers) string {
	return purl(packageurl.TypePyPi, "", PyName(name), version, q)
}

// CargoPURL is the purl of a crate.
func CargoPURL(name, version string, q Qualifiers) string {
	return purl(packageurl.TypeCargo, "", name, version, q)
}

// OCIPURL is the purl of an image: its last name, its digest as "sha256:…", and
// the repository that it is kept in, if that is known.
func OCIPURL(name, digest string, q Qualifiers) string {
	return purl(packageurl.TypeOCI, "", strings.ToLower(name), digest, q)
}

// GenericPURL is the purl of what no ecosystem has a type for.
func GenericPURL(name, version string, q Qualifiers) string {
	return purl(packageurl.TypeGeneric, "", name, version, q)
}

// PyName is a distribution's name as Python compares names: in lower case, with
// runs of -, _ and . as one hyphen.
func PyName(name string) string {
	runs := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '-' || r == '_' || r == '.' })
	return strings.Join(runs, "-")
}

func split(path string) (namespace, name string) {
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		return path[:i], path[i+1:]
	}
	return "", path
}

// purl answers "" for what cannot be named, such as a package without a name.
func purl(kind, namespace, name, version string, q Qualifiers) string {
	p := packageurl.NewPackageURL(kind, namespace, name, version, packageurl.QualifiersFromMap(q), "")
	if p.Normalize() != nil {
		return ""
	}
	return p.ToString()
}
