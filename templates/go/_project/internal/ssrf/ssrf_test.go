package ssrf_test

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/caarlos0/env/v11"

	"example.com/acme-server/internal/ssrf"
)

func TestPublic(t *testing.T) {
	guard := ssrf.New(ssrf.Config{Allow: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}})
	for addr, want := range map[string]bool{
		"93.184.215.14": true, "2606:4700::1111": true, "10.1.2.3": true,
		"127.0.0.1": false, "127.8.8.8": false, "::1": false, "0.0.0.0": false, "::": false,
		"10.2.0.1": false, "172.16.0.1": false, "192.168.1.1": false, "100.64.0.1": false,
		"169.254.169.254": false, "fe80::1": false, "fe80::1%eth0": false, "fd00:ec2::254": false,
		"::ffff:127.0.0.1": false, "::ffff:169.254.169.254": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false,
		"224.0.0.1": false, "255.255.255.255": false, "ff02::1": false,
	} {
		if got := guard.Public(netip.MustParseAddr(addr)); got != want {
			t.Errorf("Public(%s) = %t, want %t", addr, got, want)
		}
	}
}

func client(allow ...netip.Prefix) *http.Client {
	guard := ssrf.New(ssrf.Config{Allow: allow})
	dialer := &net.Dialer{ControlContext: guard.Control}
	return &http.Client{Transport: guard.Transport(&http.Transport{DialContext: dialer.DialContext})}
}

func TestDial(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	// localhost is a name: the check comes after its resolution.
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0"} {
		if _, err := client().Get("http://" + host + ":" + port); !errors.Is(err, ssrf.ErrRefused) {
			t.Errorf("%s: %v, want a refusal", host, err)
		}
	}
	answer, err := client(netip.MustParsePrefix("127.0.0.0/8")).Get(server.URL)
	if err != nil {
		t.Fatalf("an allowed network: %v", err)
	}
	_ = answer.Body.Close()
}

func TestRedirect(t *testing.T) {
	for _, target := range []string{"http://169.254.169.254/latest/meta-data", "gopher://example.com/", "http://user:password@example.com/"} {
		server := httptest.NewServer(http.RedirectHandler(target, http.StatusFound))
		_, err := client(netip.MustParsePrefix("127.0.0.0/8")).Get(server.URL)
		server.Close()
		if !errors.Is(err, ssrf.ErrRefused) {
			t.Errorf("redirect to %s: %v, want a refusal", target, err)
		}
	}
}

func TestConfig(t *testing.T) {
	var cfg ssrf.Config
	if err := env.ParseWithOptions(&cfg, env.Options{Environment: map[string]string{"MCP_SSRF_ALLOW": "10.0.0.0/8,fd00::/8"}}); err != nil || len(cfg.Allow) != 2 {
		t.Errorf("two networks: %v, %v", cfg.Allow, err)
	}
	if err := env.ParseWithOptions(&cfg, env.Options{Environment: map[string]string{"MCP_SSRF_ALLOW": "intranet"}}); err == nil {
		t.Error("a word was read as a network")
	}
}
