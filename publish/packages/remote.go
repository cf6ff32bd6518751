package packages

import (
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// ProveRemote says whether a remote's host belongs to the domain that the
// server's namespace is made from: com.acme/echo to acme.com and below. Nobody
// else asks for that, so the proof is advisory. Nothing is asked of anybody.
func ProveRemote(serverName string, r Remote) Proof {
	p := Package{Type: "remote", Identifier: r.URL, Transport: r.Type}
	why, err := remoteClaim(serverName, p)
	proof := prove(serverName, p, found{asked: "the namespace of " + serverName}, err)
	if err == nil {
		proof.Why = why
	}
	proof.Advisory = true
	return proof
}

func remoteClaim(serverName string, p Package) (string, error) {
	namespace, _, _ := strings.Cut(serverName, "/")
	labels := strings.Split(strings.ToLower(namespace), ".")
	slices.Reverse(labels)
	domain := strings.Join(labels, ".")
	host, variable := remoteHost(p.Identifier)
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	switch {
	case host == "" && variable:
		return "", trouble(refusal.Finding, codeNoClaim, p, "Let the host end in ."+domain+" behind its variables.", "its host depends on a variable")
	case host == "":
		return "", trouble(refusal.Usage, codeAddress, p, "Give an https address.", "it is no address of a host")
	case net.ParseIP(host) != nil:
		return "", trouble(refusal.Finding, codeOtherClaim, p, "Serve it under a name of "+domain+".", "%s is a bare address, which belongs to no domain", host)
	case strings.HasSuffix(host, "."+domain), host == domain && !variable:
		return strings.TrimPrefix(host, ".") + " belongs to " + domain, nil
	}
	return "", trouble(refusal.Finding, codeOtherClaim, p, "Serve it under a name of "+domain+", or publish under the namespace of "+strings.TrimPrefix(host, ".")+".", "%.255s does not belong to %s, the domain of the namespace", strings.TrimPrefix(host, "."), domain)
}

// remoteHost is the host of an address, or what follows its last variable, as
// in https://{tenant}.acme.com/mcp; that ends in the same domain.
func remoteHost(address string) (host string, variable bool) {
	_, authority, _ := strings.Cut(address, "://")
	if end := strings.IndexAny(authority, `/?#\`); end >= 0 {
		authority = authority[:end]
	}
	authority = authority[strings.LastIndexByte(authority, '@')+1:]
	name, port, _ := strings.Cut(authority, ":")
	if strings.HasPrefix(authority, "[") || !strings.HasPrefix(port, "{") && strings.ContainsAny(port, "{}") {
		name = authority // nothing to make sense of, but for the parser
	}
	if end := strings.LastIndexByte(name, '}'); end >= 0 {
		return name[end+1:], true
	}
	u, err := url.Parse("https://" + name)
	if err != nil {
		return "", false
	}
	return u.Hostname(), false
}
