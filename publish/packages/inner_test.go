package packages

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTokenNeedsABoundary(t *testing.T) {
	const name = "io.github.acme/echo"
	for text, want := range map[string]struct {
		owned bool
		glued string
	}{
		"mcp-name: io.github.acme/echo":                                {true, ""},
		"x\nmcp-name: io.github.acme/echo\ny":                          {true, ""},
		"<!-- mcp-name: io.github.acme/echo -->":                       {true, ""},
		"<!-- mcp-name: io.github.acme/echo-->":                        {true, ""},
		"<!-- mcp-name: io.github.acme/echo--!>":                       {true, ""},
		"<p>mcp-name: io.github.acme/echo</p>":                         {true, ""},
		"mcp-name: io.github.acme/echo-pro":                            {false, "-"},
		"mcp-name: io.github.acme/echo.":                               {false, "."},
		"mcp-name: io.github.acme/echo/x":                              {false, "/"},
		"mcp-name: io.github.acme/echo2 mcp-name: io.github.acme/echo": {true, ""},
		"mcp-name:io.github.acme/echo":                                 {false, ""},
		"mcp-name: io.github.Acme/echo":                                {false, ""},
		"":                                                             {false, ""},
	} {
		t.Run(text, func(t *testing.T) {
			owned, glued := hasToken(text, name)
			assert.Equal(t, want.owned, owned)
			assert.Equal(t, want.glued, glued)
		})
	}
}

func TestCommentsOfCratesAreNotSeen(t *testing.T) {
	const name = "io.github.acme/echo"
	for readme, code := range map[string]string{
		"# Echo\n\nmcp-name: io.github.acme/echo\n":                     "",
		"<!-- hidden -->\nmcp-name: io.github.acme/echo\n<!-- more -->": "",
		"`mcp-name: io.github.acme/echo`":                               "",
		"<!-- mcp-name: io.github.acme/echo -->":                        codeHidden,
		"<!--\nmcp-name: io.github.acme/echo\n":                         codeHidden,
		"[//]: # (mcp-name: io.github.acme/echo )":                      codeHidden,
		"mcp-name: io.github.acme/echoes":                               codeGlued,
		"mcp-name: io.github.other/thing":                               codeOtherClaim,
		"# Echo":                                                        codeNoClaim,
	} {
		t.Run(readme, func(t *testing.T) {
			proof := prove(name, Package{Type: Cargo}, found{claim: visibleClaim("the README", readme)}, nil)
			assert.Equal(t, code, proof.Code, proof.Why)
			if code == "" {
				assert.Equal(t, Owned, proof.State)
				assert.NoError(t, proof.Err())
			} else {
				assert.Equal(t, Foreign, proof.State)
				assert.Error(t, proof.Err())
				assert.NotEmpty(t, proof.Mend)
			}
		})
	}
}

func TestPythonVersionsHaveOneSpelling(t *testing.T) {
	for _, same := range [][]string{
		{"1.0.0", "1.0", "1", "v1.0.0", "01.0", "1.0.0.0"},
		{"1.0.0rc1", "1.0rc1", "1.0.0-rc.1", "1.0.0RC1", "1.0-c1", "1.0.0-preview_1"},
		{"1.0a0", "1.0alpha", "1.0.0-alpha.0"},
		{"1.0.post1", "1.0-1", "1.0.rev1", "1.0-r1"},
		{"1.0.post0", "1.0.post", "1.0-0"},
		{"1.0.dev3", "1.0-dev3", "1.0dev.3"},
		{"1.0+acme.1", "1.0+acme-1"},
		{"1!1.0", "1!1"},
	} {
		for _, v := range same {
			assert.Equal(t, pyVersion(same[0]), pyVersion(v), v)
		}
	}
	different := []string{"1.0", "1.0.1", "1.0rc1", "1.0rc2", "1.0a1", "1.0.post1", "1.0.post0", "1.0.dev1", "1!1.0", "1.0+a", "10", "nonsense"}
	seen := map[string]string{}
	for _, v := range different {
		assert.Empty(t, seen[pyVersion(v)], v)
		seen[pyVersion(v)] = v
	}
}

func TestMadeUpHashes(t *testing.T) {
	for hash, code := range map[string]string{
		"": codeNoHash, "TODO": codeMadeUp, strings.Repeat("0", 64): codeMadeUp, strings.Repeat("deadbeef", 8): codeMadeUp,
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855": codeMadeUp,
		"9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08": codeMadeUp,
		"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08": "",
	} {
		err := Package{Type: MCPB, Identifier: "https://h.example/mcp", FileSHA256: hash}.hashed()
		proof := prove("a/b", Package{}, found{}, err)
		assert.Equal(t, code, proof.Code, hash)
	}
}

func TestPlainHTTPOnlyWhereAllowed(t *testing.T) {
	address := func(s string) *url.URL {
		u, err := url.Parse(s)
		require.NoError(t, err)
		return u
	}
	s := pipSettings{trusted: []string{"trusted.example", "port.example:8080"}}
	index := pipIndex{address: address("http://trusted.example/simple"), user: url.UserPassword("me", "s3cret")}
	for host, want := range map[string]bool{"trusted.example": true, "Port.Example:8080": true, "localhost:1": true, "[::1]:1": true, "other.example": false, "127.0.0.1.example": false} {
		u := address("http://" + host + "/x")
		q := s.request(index, u)
		assert.Equal(t, want, q.allowed(u) == nil, host)
		assert.Equal(t, host == "trusted.example", q.user != nil, "only the index is told who asks: %s", host)
	}
	assert.NoError(t, request{}.allowed(address("https://other.example/x")))
	for _, odd := range []string{"file:///etc/passwd", "ftp://h.example/x", "https:///x", "//h.example/x"} {
		assert.Error(t, request{}.allowed(address(odd)), odd)
	}
}

func TestFilesOfARelease(t *testing.T) {
	p := Package{Type: PyPI, Identifier: "acme-echo", Version: "1.0"}
	for name, want := range map[string]bool{
		"acme_echo-1.0.0-py3-none-any.whl": true, "Acme.Echo-1.0-1-cp312-cp312-linux_x86_64.whl": true, "acme-echo-1.0.tar.gz": true, "acme_echo-1.0.zip": true,
		"acme_echo-1.0.1-py3-none-any.whl": false, "acme-echo-pro-1.0.tar.gz": false, "acme-1.0.tar.gz": false, "acme_echo-1.0.egg": false,
		"acme_echo-1.0.whl": false, "x/acme-echo-1.0.tar.gz": false, "": false,
	} {
		assert.Equal(t, want, pyFile{name: name}.of(p), name)
	}
}

func FuzzPyVersion(f *testing.F) {
	for _, s := range []string{"1.0", "1!2.0rc1.post2.dev3+x.1", "-", "1.0-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		assert.True(t, sameVersion(PyPI, s, s))
		if once := pyVersion(s); pyParts.MatchString(s) {
			assert.NotEmpty(t, once)
		}
	})
}

func FuzzHTMLFiles(f *testing.F) {
	f.Add(`<a href="../x-1.0.tar.gz#sha256=00" data-core-metadata="sha256=11">x-1.0.tar.gz</a>`)
	f.Add(`<a href=':'><A HREF="%">`)
	f.Fuzz(func(t *testing.T, body string) {
		for _, file := range htmlFiles(body) {
			assert.NotNil(t, file.address)
		}
	})
}
