package scrub_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"example.com/acme-server/internal/scrub"
)

func TestHandlerCleansEverything(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(scrub.Handler(slog.NewJSONHandler(&out, nil), func(s string) string {
		return strings.ReplaceAll(s, "BAD", "good")
	}))
	log.With("with", "BAD").WithGroup("g").Info("BAD message",
		"text", "a BAD text", "error", errors.New("BAD error"), "raw", json.RawMessage(`{"x":"BAD"}`),
		"struct", struct{ Field string }{"<BAD>"}, "bytes", []byte("BAD"), "count", 7, "large", map[string]any{"n": 1<<62 + 1}, slog.Group("deep", "x", "BAD"))

	if strings.Contains(out.String(), "BAD") {
		t.Errorf("something was not cleaned: %s", out.String())
	}
	if n := strings.Count(out.String(), "good"); n != 8 {
		t.Errorf("%d of 8 texts arrived cleaned: %s", n, out.String())
	}
	for _, want := range []string{`"count":7`, `"raw":{"x":"good"}`, `"large":{"n":4611686018427387905}`, `"error":"good error"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s is missing in %s", want, out.String())
		}
	}
}
