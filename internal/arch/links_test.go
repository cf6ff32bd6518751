package arch_test

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A link between pages of this repository leads to a file that is there.
func TestLinksBetweenPagesLead(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	seen := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skipForeign(path, d)
		}
		if filepath.Ext(path) != ".md" {
			return nil
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, match := range link.FindAllStringSubmatch(string(body), -1) {
			to, err := url.Parse(match[1])
			if err != nil || to.Scheme != "" || strings.HasPrefix(match[1], "#") {
				continue
			}
			seen++
			_, err = os.Stat(filepath.Join(filepath.Dir(path), filepath.FromSlash(to.Path)))
			assert.NoError(t, err, "%s links to %s", path, match[1])
		}
		return nil
	})
	require.NoError(t, err)
	assert.Positive(t, seen)
}
