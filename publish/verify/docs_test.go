package verify_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/verify"
)

const page = "../../docs/verify.md"

// The tables of the page are those of the source; -update writes them.
func TestThePageHasEveryCode(t *testing.T) {
	raw, err := os.ReadFile(page)
	require.NoError(t, err)
	want := string(raw)
	for name, codes := range map[string][]verify.Code{"own": verify.Codes(), "passed": verify.Passed()} {
		begin, end := "<!-- codes: "+name+" -->\n", "<!-- end: "+name+" -->"
		before, rest, ok := strings.Cut(want, begin)
		require.True(t, ok)
		_, after, ok := strings.Cut(rest, end)
		require.True(t, ok)
		want = before + begin + table(codes) + end + after
	}
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(want), 0o644))
		return
	}
	assert.Equal(t, want, string(raw), "go test ./publish/verify -update writes the tables")
}

func table(codes []verify.Code) string {
	exit := map[refusal.Kind]int{refusal.Finding: 1, refusal.Usage: 2, refusal.Environment: 3, refusal.Consent: 4}
	var out strings.Builder
	out.WriteString("| code | exit | meaning | what to do |\n|---|---|---|---|\n")
	for _, c := range codes {
		fmt.Fprintf(&out, "| `%s` | %d | %s | %s |\n", c.ID, exit[c.Kind], c.Meaning, c.Mend)
	}
	return out.String()
}

// Every code that the source can answer is in the table, and the other way round.
func TestTheTableIsWhatTheSourceAnswers(t *testing.T) {
	var own []string
	for _, c := range verify.Codes() {
		assert.NotContains(t, own, c.ID)
		assert.NotEmpty(t, c.Meaning)
		assert.NotEmpty(t, c.Mend)
		assert.NotZero(t, c.Kind)
		own = append(own, c.ID)
	}
	source := sourceOf(t, ".", "code.go", "passed.go")
	var used []string
	for _, m := range regexp.MustCompile(`fail\("([a-z-]+)"`).FindAllStringSubmatch(source, -1) {
		used = append(used, m[1])
	}
	for _, k := range verify.Requirable() {
		used = append(used, k+"-missing") // written with the name of the kind
	}
	slices.Sort(own)
	slices.Sort(used)
	assert.Equal(t, own, slices.Compact(used))
}

// The codes of the rooms below are still theirs.
func TestPassedCodesAreThere(t *testing.T) {
	source := ""
	for _, room := range []string{"attach", "attest", "desk", "packages", "registry", "sign"} {
		source += sourceOf(t, filepath.Join("..", room))
	}
	for _, c := range verify.Passed() {
		_, own := verify.Lookup(c.ID)
		assert.False(t, own, c.ID)
		assert.NotEmpty(t, c.Meaning)
		assert.NotEmpty(t, c.Mend)
		assert.Contains(t, source, `"`+c.ID+`"`)
	}
}

// sourceOf is the Go text of a folder, without tests.
func sourceOf(t *testing.T, dir string, without ...string) string {
	var out strings.Builder
	names, err := fs.Glob(os.DirFS(dir), "*.go")
	require.NoError(t, err)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") || slices.Contains(without, name) {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		out.Write(raw)
	}
	require.NotEmpty(t, out.String())
	return out.String()
}
