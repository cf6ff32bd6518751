package serverjson

import (
	"net"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/internal/pattern"
)

// image is a reference to a container image in its parts.
type image struct{ host, path, tag, digest string }

var (
	imagePath   = pattern.New(`^[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*(/[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*)*$`)
	imageTag    = pattern.New(`^\w[\w.-]{0,127}$`)
	imageDigest = pattern.New(`^sha256:[a-f0-9]{64}$`)
)

// parseImage takes HOST/PATH:TAG@DIGEST apart, as container tools do: the first
// part is a host when it has a dot or a port, or is localhost.
func parseImage(reference string) (image, bool) {
	var i image
	rest, digest, digested := strings.Cut(reference, "@")
	if colon := strings.LastIndexByte(rest, ':'); colon > strings.LastIndexByte(rest, '/') {
		i.tag = rest[colon+1:]
		rest = rest[:colon]
		if !imageTag.MatchString(i.tag) {
			return i, false
		}
	}
	i.path, i.digest = rest, digest
	if first, path, ok := strings.Cut(rest, "/"); ok && (strings.ContainsAny(first, ".:") || first == "localhost") {
		i.host, i.path = first, path
	}
	return i, imagePath.MatchString(i.path) && (!digested || imageDigest.MatchString(digest))
}

// moving are tags that projects move from version to version.
func moving(tag string) bool {
	return slices.Contains([]string{"", "latest", "main", "master", "edge", "dev", "develop", "nightly", "stable", "next", "canary"}, strings.ToLower(tag))
}

func (j *judge) image(p, identifier, version, base *node) {
	for _, n := range []*node{version, base} {
		if n.str() != "" {
			j.fault(n, "oci/fields", "is given, and the registry wants all of an image in its identifier")
		}
	}
	if identifier.str() == "" {
		return
	}
	i, ok := parseImage(identifier.text)
	switch {
	case !ok:
		j.fault(identifier, "oci/reference", "is %q, which is no reference to an image", clip(identifier.text))
	case i.host != "" && local(i.host):
		j.fault(identifier, "oci/host", "is on %s, which others do not reach", i.host)
	case i.digest == "" && version.str() == "" && moving(i.tag):
		j.fault(identifier, "oci/latest", "is %q, which names whatever was pushed last", clip(identifier.text))
	case i.digest == "" && version.str() == "":
		j.fault(identifier, "oci/digest", "is %q, and that tag can be moved to another image", clip(identifier.text))
	}
	if i.digest != "" && madeUp(strings.TrimPrefix(i.digest, "sha256:")) {
		j.fault(identifier, "hash/placeholder", "has a digest that is a placeholder")
	}
}

// local reports a host that only this machine knows. Hosts of a private network
// are for private registries to judge.
func local(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.Trim(strings.ToLower(name), "[]")
	if ip := net.ParseIP(name); ip != nil {
		return ip.IsLoopback() || ip.IsUnspecified()
	}
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}
