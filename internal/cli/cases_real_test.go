package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/cli"
	"github.com/mcpctl/mcpctl/testservers"
)

// TestCasesOfTheGuide: the worked example of docs/cases.md holds on the real
// server that it is about, over both transports, and breaks when it is changed.
func TestCasesOfTheGuide(t *testing.T) {
	guide, err := os.ReadFile(filepath.Join("..", "..", "docs", "cases.md"))
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(guide), "```yaml\n# cases/everything.yaml\n")
	require.True(t, found)
	example, _, found := strings.Cut(rest, "```")
	require.True(t, found)
	everything := testservers.Find(t, testservers.Dir(t), "everything")
	path := filepath.Join(t.TempDir(), "everything.yaml")
	test := func(text string, target ...string) (int, *bytes.Buffer, string) {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		s, out, errs := cli.Test(nil)
		args := append([]string{"test", "--suite", "cases", "--cases", path, "--format", "json"}, target...)
		return cli.Main(t.Context(), s, args), out, errs.String()
	}
	// On standard streams each case starts the server, which takes its time.
	url, stdio := testservers.StartHTTP(t, everything), append([]string{"--check", "*/asks-*", "--revision", "2025-11-25", "--"}, everything.Stdio...)
	for passes, target := range map[int][]string{26: {url}, 1: stdio} {
		code, out, errs := test(example, target...)
		require.Zero(t, code, "%s\n%s", errs, out)
		var report struct {
			Summary map[string]int
		}
		require.NoError(t, json.Unmarshal(out.Bytes(), &report))
		assert.Equal(t, passes, report.Summary["pass"])
	}
	code, out, _ := test(strings.Replace(example, "is {{sum}}.", "is {{sum}}!", 1), "--check", "*/adds-*", url)
	assert.Equal(t, 1, code)
	assert.Contains(t, out.String(), `expected \"The sum of 1 and 2 is 3!\", got \"The sum of 1 and 2 is 3.\"`)
}
