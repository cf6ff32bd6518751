package packages

import (
	"strings"

	"github.com/mcpctl/mcpctl/internal/pattern"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/sbom/bill"
)

// What may stand in a client's arguments and in addresses. Clients take much
// more for a package's name: folders, addresses, options, ranges.
var (
	npmName    = pattern.New(`^(@[A-Za-z0-9~][A-Za-z0-9._~-]*/)?[A-Za-z0-9~][A-Za-z0-9._~-]*$`)
	plainName  = pattern.New(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
	oneVersion = pattern.New(`^[0-9A-Za-z][0-9A-Za-z.+!_-]*$`)
)

const longestName = 255

// named refuses a package that cannot be asked for by one name and version.
func (p Package) named() error {
	bad := func(format string, args ...any) error {
		return trouble(refusal.Usage, codeUnnamed, p, "Correct it in server.json; `mcpctl publish check` shows where.", format, args...)
	}
	if len(p.Identifier) > 2048 || len(p.Version) > longestName {
		return bad("its identifier or version is too long")
	}
	switch p.Type {
	case NPM:
		if !npmName.MatchString(p.Identifier) || len(p.Identifier) > longestName {
			return bad("%.100q is no name of an npm package", p.Identifier)
		}
	case PyPI, Cargo, NuGet:
		if !plainName.MatchString(p.Identifier) || len(p.Identifier) > longestName {
			return bad("%.100q is no name of a %s package", p.Identifier, p.Type)
		}
	case OCI, MCPB:
		if p.Identifier == "" {
			return bad("it has no identifier")
		}
		return nil
	default:
		return bad("its type %.100q is none that the registry knows", p.Type)
	}
	if !oneVersion.MatchString(p.Version) || p.Version == "latest" {
		return bad("%.100q is not one version of it", p.Version)
	}
	return nil
}

// sameName reports whether two spellings name one package of a type.
func sameName(kind, a, b string) bool {
	switch kind {
	case PyPI:
		return bill.PyName(a) == bill.PyName(b)
	case NuGet:
		return strings.EqualFold(a, b)
	}
	return a == b
}

// sameVersion reports whether two spellings are one version for that type.
func sameVersion(kind, a, b string) bool {
	switch kind {
	case PyPI:
		return pyVersion(a) == pyVersion(b)
	case NuGet:
		a, _, _ = strings.Cut(a, "+")
		b, _, _ = strings.Cut(b, "+")
		return strings.EqualFold(a, b)
	}
	return a == b
}

// https://packaging.python.org/en/latest/specifications/version-specifiers/#normalization
var (
	pyParts = pattern.New(`^v?(?:(\d+)!)?(\d+(?:\.\d+)*)` +
		`(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d*))?` +
		`(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?` +
		`(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+(.+))?$`)
	leadingZeros = pattern.New(`\b0+(\d)`)
	localMarks   = strings.NewReplacer("-", ".", "_", ".")
)

// pyVersion is the one spelling of a Python version, or the text itself if it is
// none.
func pyVersion(s string) string {
	m := pyParts.FindStringSubmatch(strings.ToLower(strings.TrimSpace(s)))
	if m == nil {
		return s
	}
	number := func(s string) string { return strings.TrimLeft(s, "0") }
	out := number(m[1]) + "!" + leadingZeros.ReplaceAllString(m[2], "$1")
	for strings.HasSuffix(out, ".0") {
		out = strings.TrimSuffix(out, ".0")
	}
	switch kind := m[3]; kind {
	case "":
	case "alpha", "beta":
		out += kind[:1] + number(m[4])
	case "c", "pre", "preview":
		out += "rc" + number(m[4])
	default:
		out += kind + number(m[4])
	}
	if m[5] != "" || m[6] != "" {
		out += ".post" + number(m[5]+m[7])
	}
	if m[8] != "" {
		out += ".dev" + number(m[9])
	}
	if m[10] != "" {
		out += "+" + localMarks.Replace(m[10])
	}
	return out
}
