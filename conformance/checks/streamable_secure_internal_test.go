package checks

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestGuessable(t *testing.T) {
	random := func() string { return hex.EncodeToString([]byte(rand.Text())) }
	uuid := func(time string) string {
		r := random()
		return fmt.Sprintf("%s-%s-4%s-8%s-%s", time, r[:4], r[4:7], r[7:10], r[10:22])
	}
	for name, c := range map[string]struct {
		id   func(n int) string
		want string
	}{
		"random UUIDs":            {func(int) string { return uuid(random()[:8]) }, ""},
		"UUIDs that begin alike":  {func(n int) string { return uuid(fmt.Sprintf("0192f0e4-%04x", n)) }, ""},
		"a prefix":                {func(int) string { return "mcp-session-" + uuid(random()[:8]) }, ""},
		"base32":                  {func(int) string { return rand.Text() }, ""},
		"sixteen hex digits":      {func(int) string { return random()[:16] }, ""},
		"a signed token":          {func(n int) string { return fmt.Sprintf("eyJhbGciOiJIUzI1NiJ9.%04d.%s", n, rand.Text()) }, ""},
		"a counter":               {func(n int) string { return fmt.Sprintf("session-%d", 98+n) }, "they count up"},
		"a hexadecimal counter":   {func(n int) string { return fmt.Sprintf("%08x", 0xa8+n) }, "they count up"},
		"a time in milliseconds":  {func(n int) string { return fmt.Sprint(1_800_000_000_123 + 17*n) }, "they count up"},
		"a counter and an ending": {func(n int) string { return fmt.Sprintf("s%dx", n) }, "they count up"},
		"four random characters":  {func(int) string { return rand.Text()[:4] }, "too little differs from one to the next"},
	} {
		t.Run(name, func(t *testing.T) {
			var all []string
			for n := range sampledIDs {
				all = append(all, c.id(n))
			}
			assert.Equal(t, c.want, guessable(all), "%q", all)
		})
	}
}

func TestNeverGiven(t *testing.T) {
	for id, want := range map[string]string{
		"0192f0e4-0007-7abc-8def-00ff99ggzzAF": "0192f0e4-0007-7abc-8def-11aa00hhggBA",
		"session-9":                            "session-0",
		"abc.xyz==":                            "abc.yzg==",
		"~":                                    "mcpctl~",
	} {
		assert.Equal(t, want, neverGiven(id), id)
	}
}
