package elicitation

import (
	"strings"
	"testing"
	"time"

	"example.com/acme-server/internal/secret"
)

func TestSeal(t *testing.T) {
	s := newSealer(t, Config{TTL: time.Minute})
	text, err := s.Seal("delete n1", "hello")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(text, "hello") {
		t.Error("the state can be read")
	}
	var state string
	if err := s.Open("delete n1", text, &state); err != nil || state != "hello" {
		t.Fatalf("Open = %q, %v", state, err)
	}

	refused := map[string]func() error{
		"another purpose": func() error { return s.Open("delete n2", text, &state) },
		"a changed state": func() error { return s.Open("delete n1", "A"+text[1:]+"A", &state) },
		"no state":        func() error { return s.Open("delete n1", "", &state) },
		"not base64":      func() error { return s.Open("delete n1", "?", &state) },
		"another key":     func() error { return newSealer(t, Config{TTL: time.Minute}).Open("delete n1", text, &state) },
		"too late": func() error {
			s.now = func() time.Time { return time.Now().Add(time.Hour) }
			return s.Open("delete n1", text, &state)
		},
	}
	for name, open := range refused {
		t.Run(name, func(t *testing.T) {
			if err := open(); err == nil {
				t.Error("Open accepts it")
			}
		})
	}
}

// Servers that share a key understand each other's states.
func TestSharedKey(t *testing.T) {
	c := Config{TTL: time.Minute, Key: secret.Secret(strings.Repeat("k", 32))}
	text, err := newSealer(t, c).Seal("p", 1)
	if err != nil {
		t.Fatal(err)
	}
	var state int
	if err := newSealer(t, c).Open("p", text, &state); err != nil {
		t.Error(err)
	}
}

func TestShortKey(t *testing.T) {
	if err := (Config{Key: "hunter2"}).Validate(); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("Validate() = %v, want an error that does not tell the key", err)
	}
}

func newSealer(t *testing.T, c Config) *Sealer {
	t.Helper()
	s, err := NewSealer(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
