//go:build unix

package loopback

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"sync"
	"time"
)

// Everybody has handler answer for every host in the world, to those who use the
// proxy at address (CONNECT) and trust the authority, which is PEM. It reaches
// nobody itself. stop may be called twice.
func Everybody(ctx context.Context, handler http.Handler) (address string, authority []byte, stop func(), err error) {
	ca, err := newAuthority()
	if err != nil {
		return "", nil, nil, err
	}
	outer, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, nil, err
	}
	inner := &tunnels{open: make(chan net.Conn), closed: make(chan struct{}), at: outer.Addr()}
	conf := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: ca.certificate}
	hosts := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	connect := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			http.Error(w, "only CONNECT", http.StatusMethodNotAllowed)
			return
		}
		conn, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		if _, err := conn.Write([]byte("HTTP/1.1 200 Connection established\r\n\r\n")); err != nil {
			_ = conn.Close()
			return
		}
		inner.offer(tls.Server(&readAhead{conn, buffered.Reader}, conf))
	})}
	var running sync.WaitGroup
	running.Go(func() { _ = hosts.Serve(inner) })
	running.Go(func() { _ = connect.Serve(outer) })
	stop = sync.OnceFunc(func() {
		_ = connect.Close()
		_ = hosts.Close()
		running.Wait()
	})
	return "http://" + outer.Addr().String(), ca.pem, stop, nil
}

// readAhead is a connection of which a part may have been read already.
type readAhead struct {
	net.Conn
	from *bufio.Reader
}

func (c *readAhead) Read(b []byte) (int, error) { return c.from.Read(b) }

// tunnels is a listener for connections that come through the proxy.
type tunnels struct {
	open   chan net.Conn
	once   sync.Once
	closed chan struct{}
	at     net.Addr
}

func (t *tunnels) offer(c net.Conn) {
	select {
	case t.open <- c:
	case <-t.closed:
		_ = c.Close()
	}
}

func (t *tunnels) Accept() (net.Conn, error) {
	select {
	case c := <-t.open:
		return c, nil
	case <-t.closed:
		return nil, net.ErrClosed
	}
}

func (t *tunnels) Close() error {
	t.once.Do(func() { close(t.closed) })
	return nil
}

func (t *tunnels) Addr() net.Addr { return t.at }

// authority is a certificate authority for a test's time.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	pem  []byte
}

func newAuthority() (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mcpctl test authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &authority{key, cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}, err
}

// certificate is one for whatever host is asked for.
func (a *authority) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	about := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), DNSNames: []string{hello.ServerName},
		NotBefore: a.cert.NotBefore, NotAfter: a.cert.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, about, a.cert, a.key.Public(), a.key)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: a.key}, err
}
