//go:build unix

package realsigstore

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/mcpctl/mcpctl/testservers/loopback"
)

// startTimestamp starts the timestamp authority. It insists on one port for its
// metrics, on every interface; so it gets a network of its own where the system
// grants one, and is reached through a socket in dir. Elsewhere only one may
// run at a time.
func startTimestamp(dir string) (address string, stop func(), err error) {
	if as := apart(); as != nil {
		socket := filepath.Join(dir, "tsa.sock")
		p, err := start("timestamp-server", dir, as, nil, "serve",
			"--scheme", "unix", "--socket-path", socket, "--timestamp-signer", "memory", "--disable-ntp-monitoring")
		if err == nil {
			return bridge(p, socket)
		}
	}
	unlock, err := lock(filepath.Join(os.TempDir(), fmt.Sprintf("mcpctl-timestamp-authority-%d.lock", os.Getuid())))
	if err != nil {
		return "", nil, err
	}
	ports, err := loopback.FreePorts(context.Background(), 1)
	if err != nil {
		unlock()
		return "", nil, err
	}
	p, err := start("timestamp-server", dir, loopback.Attributes(), nil, "serve",
		"--host", "127.0.0.1", "--port", ports[0], "--timestamp-signer", "memory", "--disable-ntp-monitoring")
	if err != nil {
		unlock()
		return "", nil, err
	}
	stop = func() { p.Stop(); unlock() }
	address = "http://127.0.0.1:" + ports[0]
	if err := p.Await(context.Background(), answers(address+"/ping")); err != nil {
		stop()
		return "", nil, err
	}
	return address, stop, nil
}

// bridge leads a loopback address to the program's socket.
func bridge(p *loopback.Process, socket string) (address string, stop func(), err error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		p.Stop()
		return "", nil, err
	}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "timestamp"})
	proxy.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}
	proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, err error) {
		http.Error(w, err.Error(), http.StatusBadGateway)
	}
	server := &http.Server{Handler: proxy, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	stop = func() { _ = server.Close(); <-done; p.Stop() }
	address = "http://" + listener.Addr().String()
	if err := p.Await(context.Background(), answers(address+"/ping")); err != nil {
		stop()
		return "", nil, err
	}
	return address, stop, nil
}
