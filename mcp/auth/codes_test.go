package auth_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The codes are permanent, and all of them are in the manual.
func TestCodesAreInTheManual(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "login.md"))
	require.NoError(t, err)
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var codes []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`"(auth-[a-z-]+)"`).FindAllStringSubmatch(string(source), -1) {
			codes = append(codes, m[1])
		}
	}
	documented := regexp.MustCompile("`(auth-[a-z-]+)`")
	var manual []string
	for _, m := range documented.FindAllStringSubmatch(string(page), -1) {
		manual = append(manual, m[1])
	}
	slices.Sort(codes)
	slices.Sort(manual)
	assert.Equal(t, slices.Compact(codes), slices.Compact(manual))
}
