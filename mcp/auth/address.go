package auth

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// maxAddress bounds an address that a server names, in bytes.
const maxAddress = 2048

// Canonical is the one spelling of a server's address: scheme and host in lower
// case, no default port, no fragment, no slash alone after the host. Its error
// tells what is wrong with an address that no token may be sent to.
func Canonical(address string) (string, error) {
	u, err := serverAddress(address)
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

func serverAddress(address string) (*url.URL, error) {
	u, err := parse(address)
	if err != nil {
		return nil, err
	}
	if u.Scheme == "http" && !loopback(u) {
		return nil, errors.New("it is http, and tokens go over https only; http is for servers on this machine")
	}
	return u, nil
}

// parse reads an absolute address into its one spelling.
func parse(address string) (*url.URL, error) {
	if len(address) > maxAddress {
		return nil, fmt.Errorf("it is longer than %d bytes", maxAddress)
	}
	u, err := url.Parse(address)
	var syntax *url.Error
	switch {
	case errors.As(err, &syntax):
		return nil, syntax.Err
	case err != nil:
		return nil, err
	}
	u.Scheme = strings.ToLower(u.Scheme)
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("its scheme is %q, not https", u.Scheme)
	case u.Hostname() == "":
		return nil, errors.New("it names no host")
	case strings.ContainsFunc(u.Host, func(r rune) bool { return r > '~' }):
		return nil, errors.New("its host is not in ASCII letters, so that it may look like another")
	case u.User != nil:
		return nil, errors.New("it holds a user's name or password")
	}
	u.Host = strings.ToLower(u.Host)
	if port := u.Port(); port == "443" && u.Scheme == "https" || port == "80" && u.Scheme == "http" {
		u.Host = strings.TrimSuffix(u.Host, ":"+port)
	}
	u.Fragment, u.RawFragment = "", ""
	if u.Path == "/" && u.RawQuery == "" {
		u.Path = ""
	}
	return u, nil
}

// origin is scheme, host and port of an address that parse has read.
func origin(u *url.URL) string { return u.Scheme + "://" + u.Host }

// neighbourhood judges the addresses that a server names: a server on the
// internet has no business with hosts on this machine or in its private network.
type neighbourhood struct{ server *url.URL }

// named reads an address that a server, or what it names, has named.
func (n neighbourhood) named(address string) (*url.URL, error) {
	u, err := parse(address)
	switch {
	case err != nil:
		return nil, err
	case u.Scheme == "http" && !loopback(u):
		return nil, errors.New("it is http, not https")
	case private(u) && !private(n.server):
		return nil, fmt.Errorf("it leads into a private network, while %s is on a public one", n.server.Host)
	}
	return u, nil
}

// loopback reports whether an address is on this machine.
func loopback(u *url.URL) bool {
	host := strings.TrimSuffix(u.Hostname(), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// private reports whether an address is on this machine, or is the number of one
// in a private network.
func private(u *url.URL) bool {
	if loopback(u) {
		return true
	}
	host := strings.TrimSuffix(u.Hostname(), ".")
	if ip, err := netip.ParseAddr(host); err == nil {
		ip = ip.Unmap()
		return ip.IsPrivate() || ip.IsLinkLocalUnicast() || ip.IsUnspecified() || ip.IsMulticast()
	}
	// Numbers in other spellings (0x7f000001, 2130706433, 127.1) are hosts to
	// some resolvers.
	return numeric(host)
}

// numeric reports whether the last part of a host is a number, which no name
// on the internet has.
func numeric(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	return last != "" && last[0] >= '0' && last[0] <= '9'
}

// wellKnown is the address of a well-known document for another address, the
// path inserted after the name (RFC 8414 section 3, RFC 9728 section 3.1).
func wellKnown(u *url.URL, name string) string {
	at := url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/.well-known/" + name + strings.TrimSuffix(u.Path, "/"), RawQuery: u.RawQuery}
	return at.String()
}

// appended is the address of a well-known document under another address's path
// (OpenID Connect Discovery 1.0, section 4).
func appended(u *url.URL, name string) string {
	at := url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimSuffix(u.Path, "/") + "/.well-known/" + name}
	return at.String()
}
