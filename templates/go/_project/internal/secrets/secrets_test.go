package secrets_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/caarlos0/env/v11"

	"example.com/acme-server/internal/secrets"
)

func TestClean(t *testing.T) {
	r := secrets.New("s3cr3t/value", "s3cr3t/value-longer", "tiny", "")
	for text, want := range map[string]string{
		"dial: s3cr3t/value refused":                              "dial: [secret] refused",
		"s3cr3t/value-longer":                                     "[secret]",
		"https://x/?key=s3cr3t%2Fvalue":                           "https://x/?key=[secret]",
		base64.StdEncoding.EncodeToString([]byte("s3cr3t/value")): "[secret]",
		"tiny words stay, and so does everything else":            "tiny words stay, and so does everything else",
	} {
		if got := r.Clean(text); got != want {
			t.Errorf("Clean(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestHandler(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(secrets.New("hunter2-hunter2").Handler(slog.NewJSONHandler(&out, nil)))
	log.Error("login with hunter2-hunter2", "error", errors.New("bad password hunter2-hunter2"))
	if strings.Contains(out.String(), "hunter2") {
		t.Errorf("the log holds the secret: %s", out.String())
	}
	if strings.Count(out.String(), "[secret]") != 2 {
		t.Errorf("the log does not show where secrets were: %s", out.String())
	}
}

func TestOf(t *testing.T) {
	var cfg struct {
		Secrets secrets.Config
		Name    string `env:"MCP_NAME"`
	}
	environ := map[string]string{"MCP_REDACT": "hunter2-hunter2,correct-horse", "MCP_NAME": "plain"}
	if err := env.ParseWithOptions(&cfg, env.Options{Environment: environ}); err != nil {
		t.Fatal(err)
	}
	if got, want := secrets.Of(&cfg), []string{"hunter2-hunter2", "correct-horse"}; !slices.Equal(got, want) {
		t.Errorf("Of = %q, want %q", got, want)
	}
}
