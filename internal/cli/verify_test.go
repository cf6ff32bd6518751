package cli_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/cli"
	"github.com/mcpctl/mcpctl/internal/realoci"
	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/verify"
)

// verified runs mcpctl verify in an empty folder; @ stands for that of the fixtures.
func verified(t *testing.T, env map[string]string, args ...string) (code int, out, talk string) {
	fixtures, err := filepath.Abs(verifyFixtures)
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	for i, arg := range args {
		if name, ok := strings.CutPrefix(arg, "@"); ok {
			args[i] = filepath.Join(fixtures, filepath.FromSlash(name))
		}
	}
	s, o, e := cli.Test(env)
	code = cli.Main(t.Context(), s, append([]string{"verify"}, args...))
	return code, o.String(), e.String()
}

// Whose turn it is, scripts learn from the exit code, and the rest from JSON.
func TestVerifyExitCodes(t *testing.T) {
	for name, c := range map[string]struct {
		code  int
		first string // code of the failure
		args  []string
	}{
		"it holds":                         {cli.ExitFine, "", []string{"@release", "--key", "@acme.pub", "--offline"}},
		"it was tampered with":             {cli.ExitFindings, "package-differs", []string{"@tampered-package", "--key", "@acme.pub", "--offline"}},
		"it needs the network":             {cli.ExitUsage, "offline-impossible", []string{"com.acme/echo", "--key", "@acme.pub", "--offline"}},
		"a package cannot be asked for":    {cli.ExitEnvironment, "package-unchecked", []string{"@release/server.json", "--key", "@acme.pub", "--offline"}},
		"nobody says who may sign":         {cli.ExitRefused, "identity-unknown", []string{"@release", "--offline"}},
		"what is wrong outweighs the rest": {cli.ExitFindings, "sbom-missing", []string{"@no-sbom/server.json", "--key", "@acme.pub", "--offline", "--require", "sbom"}},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, _ := verified(t, nil, append(c.args, "--format", "json")...)
			assert.Equal(t, c.code, code)
			var r verify.Result
			require.NoError(t, json.Unmarshal([]byte(out), &r))
			assert.Equal(t, verify.Schema, r.Schema)
			first := ""
			for _, check := range r.Checks {
				if first == "" {
					first = check.Code
				}
			}
			assert.Equal(t, c.first, first)
		})
	}
}

func TestVerifyColours(t *testing.T) {
	for name, c := range map[string]struct {
		env     map[string]string
		color   string
		painted bool
	}{
		"no terminal":           {nil, "auto", false},
		"asked for":             {nil, "always", true},
		"asked for over no":     {map[string]string{"NO_COLOR": "1"}, "always", true},
		"forced":                {map[string]string{"FORCE_COLOR": "1"}, "auto", true},
		"forced but not wanted": {map[string]string{"FORCE_COLOR": "1", "NO_COLOR": "1"}, "auto", false},
		"never":                 {map[string]string{"FORCE_COLOR": "1"}, "never", false},
	} {
		t.Run(name, func(t *testing.T) {
			_, out, _ := verified(t, c.env, "@release", "--key", "@acme.pub", "--offline", "--color", c.color)
			assert.Contains(t, out, "✓")
			assert.Equal(t, c.painted, strings.Contains(out, "\x1b["))
		})
	}
}

// An image by itself, from a registry that is there.
func TestVerifyImage(t *testing.T) {
	images := realoci.WithReferrers(t, realoci.Options{})
	ref := images.Image(t, "acme/echo:1.0.0", nil)
	_, digest, _ := strings.Cut(ref, "@sha256:")
	tag := images.Host + "/acme/echo:1.0.0"
	image := attest.Package{Type: "oci", Identifier: tag, Digest: map[string]string{"sha256": digest}}
	statement, err := attest.New([]attest.Subject{image.Subject()}, attest.TypeRelease,
		attest.Release{Name: "com.acme/echo", Version: "1.0.0", Packages: []attest.Package{image}})
	require.NoError(t, err)
	signer, _ := fixtureSigner(t, 1)
	bundle, err := signer.Sign(t.Context(), statement)
	require.NoError(t, err)
	_, err = attach.Attach(t.Context(), ref, [][]byte{bundle}, attach.Options{Anonymous: true})
	require.NoError(t, err)

	for _, word := range []string{tag, ref, "oci://" + tag} {
		t.Run(word, func(t *testing.T) {
			code, out, _ := verified(t, nil, word, "--key", "@acme.pub", "--lock", "mcpctl.lock")
			assert.Equal(t, cli.ExitFine, code, out)
			assert.Contains(t, out, "com.acme/echo@1.0.0")
			assert.NoFileExists(t, "mcpctl.lock", "an image brings no name into the lock")
		})
		t.Run(word+" by another key", func(t *testing.T) {
			code, out, _ := verified(t, nil, word, "--key", "@mallory.pub")
			assert.Equal(t, cli.ExitFindings, code)
			assert.Contains(t, out, "key-wrong")
		})
	}
	code, out, _ := verified(t, nil, images.Host+"/acme/other:1.0.0", "--key", "@acme.pub")
	assert.Equal(t, cli.ExitFindings, code)
	assert.Contains(t, out, "image-missing")
}
