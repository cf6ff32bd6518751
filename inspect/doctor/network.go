package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// soon is how long before its end a certificate is worth a word.
const soon = 14 * 24 * time.Hour

// network goes step by step to where the server is: its name, its port, its
// certificate. Through a proxy these are the proxy's business.
func (e *examination) network(ctx context.Context) bool {
	u, err := url.Parse(e.target.URL)
	if err != nil {
		return e.step(Fail, StepDNS, "the address cannot be read", "")
	}
	if proxy, err := http.ProxyFromEnvironment(&http.Request{URL: u}); err == nil && proxy != nil {
		return e.step(OK, StepDNS, "left to the proxy "+proxy.Host, "")
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	if !e.resolve(ctx, u.Hostname()) {
		return false
	}
	conn, ok := e.dial(ctx, net.JoinHostPort(u.Hostname(), port))
	if !ok {
		return false
	}
	defer func() { _ = conn.Close() }() // nothing was sent that could be lost
	return u.Scheme != "https" || e.secure(ctx, conn, u.Hostname())
}

func (e *examination) resolve(ctx context.Context, host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, maxNetwork)
	defer cancel()
	began := time.Now()
	all, err := net.DefaultResolver.LookupHost(ctx, host)
	took := time.Since(began)
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return e.timed(took, Fail, StepDNS, fmt.Sprintf("no host is called %q", host), "Is the address right, and are you in the network that knows it?")
	case err != nil:
		return e.timed(took, Fail, StepDNS, fmt.Sprintf("looking up %q failed: %v", host, err), "Is the network up?")
	}
	return e.timed(took, OK, StepDNS, fmt.Sprintf("%s is %s", host, strings.Join(all[:min(3, len(all))], ", ")), "")
}

func (e *examination) dial(ctx context.Context, address string) (net.Conn, bool) {
	began := time.Now()
	conn, err := (&net.Dialer{Timeout: maxNetwork}).DialContext(ctx, "tcp", address)
	took := time.Since(began)
	var slow net.Error
	switch {
	case errors.As(err, &slow) && slow.Timeout():
		return nil, e.timed(took, Fail, StepTCP, fmt.Sprintf("nobody answers at %s", address), "Does a firewall stand between, or is a VPN needed?")
	case err != nil:
		return nil, e.timed(took, Fail, StepTCP, fmt.Sprintf("nobody listens at %s", address), "Is the server running, and is the port right?", err.Error())
	}
	return conn, e.timed(took, OK, StepTCP, "connected to "+conn.RemoteAddr().String(), "")
}

func (e *examination) secure(ctx context.Context, conn net.Conn, host string) bool {
	ctx, cancel := context.WithTimeout(ctx, maxNetwork)
	defer cancel()
	began := time.Now()
	secured := tls.Client(conn, &tls.Config{ServerName: host, RootCAs: e.o.Roots, NextProtos: []string{"h2", "http/1.1"}})
	err := secured.HandshakeContext(ctx)
	took := time.Since(began)
	if err != nil {
		what, mend := untrusted(err, host)
		return e.timed(took, Fail, StepTLS, what, mend, err.Error())
	}
	state := secured.ConnectionState()
	ends := state.PeerCertificates[0].NotAfter
	what := fmt.Sprintf("%s, certificate until %s", tls.VersionName(state.Version), ends.Format(time.DateOnly))
	if time.Until(ends) < soon {
		return e.timed(took, Warn, StepTLS, what, "Renew the certificate.")
	}
	return e.timed(took, OK, StepTLS, what, "")
}

// untrusted says what is wrong with a certificate, and for whom it is to mend.
func untrusted(err error, host string) (what, mend string) {
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &record):
		return "the server does not speak TLS at this port", "Is it http, not https, or another port?"
	case errors.As(err, &name):
		return fmt.Sprintf("the certificate is not for %s", host), "Use the name that the certificate has, or get one for this name."
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the certificate is out of date", "Renew it; if it is not the server's fault, set this machine's clock."
	case errors.As(err, &authority):
		return "nobody whom this machine trusts has signed the certificate", "Add its authority to this machine's trust store; clients on Node.js also want NODE_EXTRA_CA_CERTS."
	}
	return "TLS failed", "Does the server, or a proxy before it, speak TLS 1.2 or newer?"
}

// loopback reports whether a host is this machine.
func loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}
