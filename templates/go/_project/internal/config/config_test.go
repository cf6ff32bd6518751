package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestDefaults(t *testing.T) {
	c, warnings, err := Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Server.DrainTimeout != 20*time.Second || c.Server.MaxBody != 4<<20 || c.Server.HTTPAddr != "" {
		t.Errorf("defaults = %+v", c.Server)
	}
	if slices.ContainsFunc(warnings, func(w string) bool { return strings.HasPrefix(w, "MCP_HTTP_HOSTS") }) {
		t.Errorf("warnings = %q", warnings)
	}
}

func TestEnvironmentWinsOverFile(t *testing.T) {
	file := write(t, "# a comment\n\nMCP_HTTP_ADDR=127.0.0.1:1\n MCP_LIST_TTL = 5s \n")
	c, _, err := Load(file, []string{"MCP_HTTP_ADDR=127.0.0.1:2"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Server.HTTPAddr != "127.0.0.1:2" || c.Server.ListTTL != 5*time.Second {
		t.Errorf("settings = %+v", c.Server)
	}
}

// A value may be in a file of its own, as secrets are; the value itself wins.
func TestValueFromFile(t *testing.T) {
	file := write(t, "127.0.0.1:3\n")
	c, _, err := Load("", []string{"MCP_HTTP_ADDR_FILE=" + file})
	if err != nil || c.Server.HTTPAddr != "127.0.0.1:3" {
		t.Errorf("address = %q, %v", c.Server.HTTPAddr, err)
	}
	c, _, err = Load("", []string{"MCP_HTTP_ADDR_FILE=" + file, "MCP_HTTP_ADDR=127.0.0.1:4"})
	if err != nil || c.Server.HTTPAddr != "127.0.0.1:4" {
		t.Errorf("address = %q, %v", c.Server.HTTPAddr, err)
	}
}

// Whoever mends a configuration wants to know of everything at once.
func TestAllErrorsAtOnce(t *testing.T) {
	_, _, err := Load("", []string{
		"MCP_HTTP_ADDR=8080", "MCP_HTTP_MAX_BODY=0", "MCP_DRAIN_TIMEOUT=soon", "MCP_ADMIN_ADDR_FILE=/does/not/exist",
	})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"MCP_HTTP_ADDR", "MCP_HTTP_MAX_BODY", "DrainTimeout", "MCP_ADMIN_ADDR_FILE"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not tell of %s: %v", want, err)
		}
	}
}

func TestWarnings(t *testing.T) {
	_, warnings, err := Load("", []string{"MCP_HTTP_ADDR=0.0.0.0:8080", "MCP_HTTP_PORT=1"})
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(warnings, "\n")
	for _, want := range []string{"MCP_HTTP_HOSTS", "MCP_HTTP_PORT is set but no setting"} {
		if !strings.Contains(all, want) {
			t.Errorf("no warning of %s in %q", want, all)
		}
	}
}

func TestSamePort(t *testing.T) {
	if _, _, err := Load("", []string{"MCP_HTTP_ADDR=127.0.0.1:8080", "MCP_ADMIN_ADDR=127.0.0.1:8080"}); err == nil {
		t.Error("one port for both is accepted")
	}
}

func TestBrokenFile(t *testing.T) {
	file := write(t, "MCP_HTTP_ADDR=127.0.0.1:1\nnonsense\n")
	if _, _, err := Load(file, nil); err == nil || !strings.Contains(err.Error(), ":2:") {
		t.Errorf("error = %v, want one that names the line", err)
	}
	if _, _, err := Load(file+".not", nil); err == nil {
		t.Error("a file that does not exist is accepted")
	}
}

func TestUpstream(t *testing.T) {
	c, _, err := Load("", []string{"MCP_UPSTREAMS=pets=https://pets.example,shop=https://shop.example:8443/v1"})
	if err != nil {
		t.Fatal(err)
	}
	for service, want := range map[string]string{
		"pets": "https://pets.example", "shop": "https://shop.example:8443/v1", "other": "https://fallback.example",
	} {
		if got := c.Upstream(service, "https://fallback.example"); got != want {
			t.Errorf("Upstream(%s) = %s, want %s", service, got, want)
		}
	}
}

func write(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "settings.env")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
