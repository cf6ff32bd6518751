package serverjson

import (
	"net/url"
	"strings"

	"github.com/mcpctl/mcpctl/internal/pattern"
)

// The kinds of packages that the registry knows.
const (
	npm   = "npm"
	pypi  = "pypi"
	nuget = "nuget"
	cargo = "cargo"
	oci   = "oci"
	mcpb  = "mcpb"
)

func packageTypes() []string { return []string{npm, pypi, nuget, cargo, oci, mcpb} }

func (j *judge) packages(list *node) {
	seen := map[string]bool{}
	for _, p := range objects(list) {
		j.pkg(p)
		identifier := j.get(p, "identifier")
		key := strings.Join([]string{j.get(p, "registryType").str(), identifier.str(), j.get(p, "version").str(), j.get(p, "transport", "type").str()}, "\x00")
		if identifier != nil && seen[key] {
			j.fault(p, "package/duplicate", "lists %s a second time", clip(identifier.str()))
		}
		seen[key] = true
	}
}

func (j *judge) pkg(p *node) {
	kind, identifier, version, base := j.get(p, "registryType"), j.get(p, "identifier"), j.get(p, "version"), j.get(p, "registryBaseUrl")
	j.identifier(identifier)
	if kind.str() != oci {
		j.version(version)
	}
	switch kind.str() {
	case npm, pypi, nuget, cargo:
		if version == nil {
			j.fault(p, "package/version", "has no version")
		}
		if base.str() != "" {
			j.fault(base, "package/base", "is given; the registry takes nothing there but the address that it has itself")
		}
		j.unusedHash(p)
	case oci:
		j.image(p, identifier, version, base)
		j.unusedHash(p)
	case mcpb:
		j.bundle(p, identifier, base)
	default:
		if kind != nil && kind.kind == isString {
			j.mended(kind, "package/type", nearestMend(kind.text, packageTypes()), "is %q, and the registry knows %s", clip(kind.text), strings.Join(packageTypes(), ", "))
		}
	}
	if arguments := j.get(p, "runtimeArguments"); len(objects(arguments)) > 0 && j.get(p, "runtimeHint").str() == "" {
		j.fault(arguments, "package/hint", "is for a runtime that runtimeHint does not name")
	}
	j.inputs(p)
	j.packageTransport(p)
}

func (j *judge) identifier(n *node) {
	switch {
	case n == nil || n.kind != isString || j.placeholder(n):
	case n.text == "":
		j.fault(n, "package/identifier", "is empty")
	case strings.Contains(n.text, " "):
		j.fault(n, "package/identifier", "is %q, which has a space", clip(n.text))
	}
}

func (j *judge) unusedHash(p *node) {
	if hash := j.get(p, "fileSha256"); hash != nil {
		j.fault(hash, "hash/unused", "is given, and the registry refuses it for this type of package")
	}
}

func (j *judge) bundle(p, identifier, base *node) {
	if base.str() != "" {
		j.fault(base, "mcpb/base", "is given, and the registry refuses it for bundles")
	}
	switch hash := j.get(p, "fileSha256"); {
	case hash == nil:
		j.fault(p, "hash/missing", "has no fileSha256")
	case madeUp(hash.str()):
		j.fault(hash, "hash/placeholder", "is no digest of a bundle, but a placeholder")
	}
	if identifier.str() != "" && !releaseAsset(identifier.text) {
		j.fault(identifier, "mcpb/url", "is %q, which is no https address of a release's asset on GitHub or GitLab with mcp in it", clip(identifier.text))
	}
}

// madeUp reports a hash that nobody computed from a bundle: the digest of
// nothing, the example of the documentation, or a short pattern repeated.
func madeUp(hash string) bool {
	switch hash {
	case "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"fe333e598595000ae021bd27117db32ec69af6987f507ba7a63c90638ff633ce":
		return true
	}
	for period := 1; period <= 16 && len(hash) == 64; period++ {
		if hash[period:] == hash[:64-period] {
			return true
		}
	}
	return false
}

// Where releases keep their assets. The account of GitHub has at most 39
// characters.
var (
	githubAsset = pattern.New(`^/[a-zA-Z0-9]([a-zA-Z0-9-]{0,37}[a-zA-Z0-9])?/[\w.-]+/releases/download/[^/]+/[^/]+$`)
	gitlabAsset = pattern.New(`^/[\w.-]+(/[\w.-]+)*/-/(releases/[^/]+/downloads/[^/]+|package_files/[0-9]+/download)$`)
)

func releaseAsset(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || !strings.Contains(strings.ToLower(address), "mcp") {
		return false
	}
	switch strings.TrimPrefix(strings.ToLower(u.Host), "www.") {
	case "github.com":
		return githubAsset.MatchString(u.Path)
	case "gitlab.com":
		return gitlabAsset.MatchString(u.Path)
	}
	return false
}
