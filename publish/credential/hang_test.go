package credential

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hanging is a keychain that waits for a password nobody enters.
type hanging struct{ until chan struct{} }

func (h hanging) Get(string, string) (string, error) { <-h.until; return "late", nil }
func (h hanging) Set(string, string, string) error   { <-h.until; return nil }
func (h hanging) Delete(string, string) error        { <-h.until; return nil }

func TestAKeychainThatHangsIsGivenUp(t *testing.T) {
	h := hanging{make(chan struct{})}
	t.Cleanup(func() { close(h.until) })
	s := Open(t.TempDir())
	s.keychain, s.patience = h, 10*time.Millisecond
	place, err := s.Set("https://registry.example.com", "one")
	require.NoError(t, err)
	assert.Equal(t, File, place)
	secret, place, err := s.Get("https://registry.example.com")
	require.NoError(t, err)
	assert.Equal(t, "one", secret)
	assert.Equal(t, File, place)
}
