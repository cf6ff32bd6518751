package secret

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestSecretHides(t *testing.T) {
	const s Secret = "hunter2"
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("boot", "password", s, "all", struct{ P Secret }{s})
	encoded, err := json.Marshal(map[string]any{"password": s})
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{
		fmt.Sprint(s), fmt.Sprintf("%v %s %q %+v %#v %d %x", s, s, s, struct{ P Secret }{s}, s, s, s), log.String(), string(encoded),
	} {
		if strings.Contains(shown, "hunter2") {
			t.Errorf("the secret shows in %q", shown)
		}
	}
	if s.Reveal() != "hunter2" {
		t.Errorf("Reveal() = %q", s.Reveal())
	}
}
