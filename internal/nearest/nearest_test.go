package nearest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/internal/nearest"
)

func TestWord(t *testing.T) {
	known := []string{"ratelimit", "redis", "retry", "tools/names/unique"}
	for written, want := range map[string]string{
		"ratelimt":              "ratelimit",
		"redus":                 "redis",
		"rety":                  "retry",
		"retry":                 "retry",
		"tools/names/uniqe":     "tools/names/unique",
		"":                      "",
		"quite another":         "",
		strings.Repeat("r", 65): "",
	} {
		assert.Equal(t, want, nearest.Word(written, known), written)
	}
	assert.Equal(t, "ab", nearest.Word("aa", []string{"ab", "ac"}), "of equally near ones the first")
	assert.Empty(t, nearest.Word("x", nil))
}
