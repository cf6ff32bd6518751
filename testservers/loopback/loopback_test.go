//go:build unix

package loopback_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/testservers/loopback"
)

func TestAProcessIsAwaitedAndStopped(t *testing.T) {
	dir := t.TempDir()
	p, err := loopback.Start("/bin/sh", dir, loopback.Attributes(), []string{"PATH=" + os.Getenv("PATH")}, "-c", "sleep 1000 & echo $! >child.new; mv child.new child; wait")
	require.NoError(t, err)
	var child int
	require.NoError(t, p.Await(t.Context(), func(context.Context) error {
		b, err := os.ReadFile(filepath.Join(dir, "child"))
		if err == nil {
			child, err = strconv.Atoi(strings.TrimSpace(string(b)))
		}
		return err
	}))
	require.NoError(t, syscall.Kill(child, 0), "it runs")
	p.Stop()
	assert.Eventually(t, func() bool { return syscall.Kill(child, 0) != nil || zombie(child) }, 10*time.Second, 10*time.Millisecond, "its children end too")
}

// zombie reports a process that has ended, and that nobody has asked about yet.
func zombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(stat), ") Z ")
}

func TestAProcessThatEndsSaysWhy(t *testing.T) {
	never := func(context.Context) error { return errors.New("not ready") }
	p, err := loopback.Start("/bin/sh", t.TempDir(), loopback.Attributes(), nil, "-c", "echo the port is taken; exit 1")
	require.NoError(t, err)
	t.Cleanup(p.Stop)
	err = p.Await(t.Context(), never)
	assert.ErrorContains(t, err, "ended before it was ready")
	assert.ErrorContains(t, err, "the port is taken")

	_, err = loopback.Start(filepath.Join(t.TempDir(), "none"), t.TempDir(), loopback.Attributes(), nil)
	assert.ErrorContains(t, err, "cannot start none")
}

func TestOutputKeepsTheEnd(t *testing.T) {
	var o loopback.Output
	for range 3000 {
		_, err := o.Write([]byte("some sixty-four characters of what a talkative program would say\n"))
		require.NoError(t, err)
	}
	_, err := o.Write([]byte("and the cause"))
	require.NoError(t, err)
	assert.Len(t, o.String(), 64<<10)
	assert.True(t, strings.HasSuffix(o.String(), "and the cause"))
}

func TestEverybodyIsOneHandler(t *testing.T) {
	address, authority, stop, err := loopback.Everybody(t.Context(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "I am "+r.Host)
	}))
	require.NoError(t, err)
	t.Cleanup(stop)
	proxy, err := url.Parse(address)
	require.NoError(t, err)
	get := func(url string, roots *x509.CertPool) (string, error) {
		transport := &http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
		defer transport.CloseIdleConnections()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		require.NoError(t, err)
		answer, err := transport.RoundTrip(request)
		if err != nil {
			return "", err
		}
		defer func() { _ = answer.Body.Close() }()
		b, err := io.ReadAll(answer.Body)
		return answer.Status + " " + string(b), err
	}
	trusting := x509.NewCertPool()
	require.True(t, trusting.AppendCertsFromPEM(authority))
	for _, host := range []string{"one.example", "two.example"} {
		said, err := get("https://"+host+"/x", trusting)
		require.NoError(t, err)
		assert.Equal(t, "200 OK I am "+host, said)
	}
	_, err = get("https://one.example/x", x509.NewCertPool())
	assert.ErrorAs(t, err, new(*tls.CertificateVerificationError), "who does not trust it reaches nobody")
	said, err := get("http://one.example/x", trusting)
	require.NoError(t, err)
	assert.Contains(t, said, "405", "it is no proxy for what is not encrypted")
}
