package packages_test

import (
	"context"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realpackages"
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/packages"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

const readme = "# Echo\n\nmcp-name: " + server + "\n"

// checker asks the hosts with the real clients, which have to be installed.
func checker(h *realpackages.Hosts) *packages.Checker {
	return &packages.Checker{Env: h.Env(), Timeout: time.Minute}
}

func npm(name, version string) packages.Package {
	return packages.Package{Type: packages.NPM, Identifier: name, Version: version}
}

func pypi(name, version string) packages.Package {
	return packages.Package{Type: packages.PyPI, Identifier: name, Version: version}
}

func cargo(name, version string) packages.Package {
	return packages.Package{Type: packages.Cargo, Identifier: name, Version: version}
}

// saved writes an artefact where Local can read it.
func saved(t *testing.T, name string, data []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(file, data, 0o600))
	return file
}

func owned(t *testing.T, proof packages.Proof) {
	t.Helper()
	require.Equal(t, packages.Owned, proof.State, "%s: %s", proof.Code, proof.Why)
	assert.Empty(t, proof.Code)
	assert.NotEmpty(t, proof.Why)
	assert.NotEmpty(t, proof.Asked)
	assert.NoError(t, proof.Err())
}

func refused(t *testing.T, proof packages.Proof, state packages.State, code string) {
	t.Helper()
	require.Equal(t, code, proof.Code, "%s", proof.Why)
	assert.Equal(t, state, proof.State)
	assert.NotEmpty(t, proof.Why)
	assert.NotEmpty(t, proof.Mend)
	assert.Equal(t, code, refusal.Code(proof.Err()))
}

func TestNPM(t *testing.T) {
	h := realpackages.Start(t)
	c := checker(h)
	tarball := h.AddNPM("acme-echo", "1.0.0", server)
	h.AddNPM("@acme/echo", "1.0.0", server)
	h.AddNPM("stranger", "1.0.0", "io.github.other/echo")
	h.AddNPM("cased", "1.0.0", "io.github.Acme/Echo")
	h.AddNPM("silent", "1.0.0", "")

	t.Run("owned, by the digest of the file", func(t *testing.T) {
		proof := c.Prove(t.Context(), server, npm("acme-echo", "1.0.0"))
		owned(t, proof)
		local, err := packages.Local(saved(t, "acme-echo-1.0.0.tgz", tarball), npm("acme-echo", "1.0.0"))
		require.NoError(t, err)
		assert.Equal(t, local, proof.Files)
		assert.Len(t, proof.Files[0].Digest["sha512"], 128)
		digests, err := c.Digests(t.Context(), npm("acme-echo", "1.0.0"))
		require.NoError(t, err)
		assert.Equal(t, local, digests)
	})
	t.Run("scoped", func(t *testing.T) { owned(t, c.Prove(t.Context(), server, npm("@acme/echo", "1.0.0"))) })
	t.Run("another's", func(t *testing.T) {
		refused(t, c.Prove(t.Context(), server, npm("stranger", "1.0.0")), packages.Foreign, "ownership-other")
	})
	t.Run("another case", func(t *testing.T) {
		proof := c.Prove(t.Context(), server, npm("cased", "1.0.0"))
		refused(t, proof, packages.Foreign, "ownership-other")
		assert.Contains(t, proof.Why, "case")
	})
	t.Run("nobody's", func(t *testing.T) {
		refused(t, c.Prove(t.Context(), server, npm("silent", "1.0.0")), packages.Foreign, "ownership-missing")
	})
	t.Run("not there", func(t *testing.T) {
		refused(t, c.Prove(t.Context(), server, npm("nowhere", "1.0.0")), packages.NotFound, "package-not-visible")
	})
	t.Run("visible after a while", func(t *testing.T) {
		refused(t, c.Prove(t.Context(), server, npm("acme-echo", "2.0.0")), packages.NotFound, "package-not-visible")
		h.AddNPM("acme-echo", "2.0.0", server)
		owned(t, c.Prove(t.Context(), server, npm("acme-echo", "2.0.0")))
	})
	t.Run("private", func(t *testing.T) {
		h.Handle("/npm/private", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
		refused(t, c.Prove(t.Context(), server, npm("private", "1.0.0")), packages.Unchecked, "package-denied")
	})
	t.Run("host is ill", func(t *testing.T) {
		h.Handle("/npm/ill", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) })
		refused(t, c.Prove(t.Context(), server, npm("ill", "1.0.0")), packages.Unchecked, "client-failed")
	})
	t.Run("no usable digest", func(t *testing.T) {
		h.Handle("/npm/odd", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprint(w, `{"name":"odd","dist-tags":{"latest":"1.0.0"},"versions":{"1.0.0":{"name":"odd","version":"1.0.0","mcpName":"`+server+`","dist":{"shasum":"da39a3ee","integrity":"sha512-AAAA"}}}}`)
		})
		refused(t, c.Prove(t.Context(), server, npm("odd", "1.0.0")), packages.Broken, "package-digest")
	})
	t.Run("host keeps silent", func(t *testing.T) {
		silent, stop := context.WithCancel(t.Context())
		h.Handle("/npm/slow", func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-silent.Done():
			case <-r.Context().Done():
			}
		})
		defer stop()
		hasty := checker(h)
		hasty.Timeout = 2 * time.Second
		refused(t, hasty.Prove(t.Context(), server, npm("slow", "1.0.0")), packages.Unchecked, "client-slow")
	})
}

func TestPyPI(t *testing.T) {
	h := realpackages.Start(t)
	c := checker(h)
	wheel, sdist := h.AddPyPI("acme-echo", "1.0.0", readme)
	h.AddPyPI("stranger", "1.0.0", "mcp-name: io.github.other/echo")
	h.AddPyPI("longer", "1.0.0", "mcp-name: "+server+"-pro")
	h.AddPyPI("hidden", "1.0.0", "<!-- mcp-name: "+server+" -->")
	h.AddPyPI("silent", "1.0.0", "")

	t.Run("owned, by the digests of all files", func(t *testing.T) {
		proof := c.Prove(t.Context(), server, pypi("acme-echo", "1.0.0"))
		owned(t, proof)
		var local []attest.Package
		for name, data := range map[string][]byte{realpackages.WheelName("acme-echo", "1.0.0"): wheel, realpackages.SdistName("acme-echo", "1.0.0"): sdist} {
			one, err := packages.Local(saved(t, name, data), pypi("acme-echo", "1.0.0"))
			require.NoError(t, err)
			local = append(local, one...)
		}
		assert.ElementsMatch(t, local, proof.Files)
	})
	t.Run("another spelling", func(t *testing.T) { owned(t, c.Prove(t.Context(), server, pypi("Acme.Echo", "1.0"))) })
	t.Run("a comment is kept here", func(t *testing.T) { owned(t, c.Prove(t.Context(), server, pypi("hidden", "1.0.0"))) })
	t.Run("source alone is looked into and not built", func(t *testing.T) {
		h.AddPyPIFile("source-only", realpackages.SdistName("source-only", "1.0.0"), realpackages.Sdist("source-only", "1.0.0", readme))
		owned(t, c.Prove(t.Context(), server, pypi("source-only", "1.0.0")))
	})
	t.Run("an index of HTML", func(t *testing.T) {
		h.Handle("/pypi/simple/old-index/", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = fmt.Fprintf(w, `<html><body><a class='x' href="../../files/old_index-1.0.0-py3-none-any.whl#sha256=%s" data-requires-python="&gt;=3.9">old_index-1.0.0-py3-none-any.whl</a></body>`, realpackages.SHA256(realpackages.Wheel("old-index", "1.0.0", readme)))
		})
		h.AddFile("/pypi/files/old_index-1.0.0-py3-none-any.whl", realpackages.Wheel("old-index", "1.0.0", readme))
		owned(t, c.Prove(t.Context(), server, pypi("old-index", "1.0.0")))
	})
	t.Run("metadata apart", func(t *testing.T) {
		metadata := []byte(realpackages.Metadata("apart", "1.0.0", readme))
		name := realpackages.WheelName("apart", "1.0.0")
		serve := func(sum string) {
			h.Handle("/pypi/simple/apart/", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/vnd.pypi.simple.v1+json")
				_, _ = fmt.Fprintf(w, `{"files":[{"filename":%q,"url":"/pypi/files/%s","hashes":{"sha256":"%s"},"core-metadata":{"sha256":%q}}]}`, name, name, strings.Repeat("ab12", 16), sum)
			})
		}
		h.AddFile("/pypi/files/"+name+".metadata", metadata)
		serve(realpackages.SHA256(metadata))
		owned(t, c.Prove(t.Context(), server, pypi("apart", "1.0.0")))
		serve(realpackages.SHA256([]byte("other")))
		refused(t, c.Prove(t.Context(), server, pypi("apart", "1.0.0")), packages.Broken, "package-digest")
	})
	t.Run("another's", func(t *testing.T) {
		refused(t, c.Prove(t.Context(), server, pypi("stranger", "1.0.0")), packages.Foreign, "ownership-other")
	})
	t.Run("a longer name", func(t *testing.T) {
		refused(t, c.Prove(t.Context(), server, pypi("longer", "1.0.0")), packages.Foreign, "ownership-glued")
	})
	t.Run("nobody's", func(t *testing.T) {
		refused(t, c.Prove(t.Context(), server, pypi("silent", "1.0.0")), packages.Foreign, "ownership-missing")
	})
	t.Run("not there", func(t *testing.T) {
		refused(t, c.Prove(t.Context(), server, pypi("nowhere", "1.0.0")), packages.NotFound, "package-not-visible")
		refused(t, c.Prove(t.Context(), server, pypi("acme-echo", "2.0.0")), packages.NotFound, "package-not-visible")
	})
	t.Run("other bytes than the index names", func(t *testing.T) {
		h.AddPyPI("tampered", "1.0.0", readme)
		h.AddFile("/pypi/files/"+realpackages.WheelName("tampered", "1.0.0"), realpackages.Wheel("tampered", "1.0.0", readme+"!"))
		refused(t, c.Prove(t.Context(), server, pypi("tampered", "1.0.0")), packages.Broken, "package-digest")
	})
	t.Run("another package inside", func(t *testing.T) {
		h.AddPyPIFile("inside", realpackages.WheelName("inside", "1.0.0"), realpackages.Wheel("outside", "1.0.0", readme))
		refused(t, c.Prove(t.Context(), server, pypi("inside", "1.0.0")), packages.Broken, "artifact-name")
	})
	t.Run("an index without digests", func(t *testing.T) {
		h.Handle("/pypi/simple/md5/", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprint(w, `<a href="../../files/md5-1.0.0.tar.gz#md5=00">md5-1.0.0.tar.gz</a>`)
		})
		refused(t, c.Prove(t.Context(), server, pypi("md5", "1.0.0")), packages.Broken, "package-digest")
	})
	t.Run("index talks nonsense", func(t *testing.T) {
		h.Handle("/pypi/simple/nonsense/", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprint(w, `{"files":[`)
		})
		refused(t, c.Prove(t.Context(), server, pypi("nonsense", "1.0.0")), packages.Unchecked, "client-garbled")
	})
	t.Run("index is ill", func(t *testing.T) {
		h.Handle("/pypi/simple/ill/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
		refused(t, c.Prove(t.Context(), server, pypi("ill", "1.0.0")), packages.Unchecked, "package-host")
	})
}

func TestPyPICredentialsStayWithTheIndex(t *testing.T) {
	h := realpackages.Start(t)
	wheel := realpackages.Wheel("private", "1.0.0", readme)
	name := realpackages.WheelName("private", "1.0.0")
	var leaked string
	files := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		leaked += r.Header.Get("Authorization")
		_, _ = w.Write(wheel)
	}))
	defer files.Close()
	h.Handle("/pypi/simple/private/", func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "me" || password != "s3cret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/vnd.pypi.simple.v1+json")
		_, _ = fmt.Fprintf(w, `{"files":[{"filename":%q,"url":%q,"hashes":{"sha256":%q}}]}`, name, files.URL+"/"+name, realpackages.SHA256(wheel))
	})
	c := checker(h)
	refused(t, c.Prove(t.Context(), server, pypi("private", "1.0.0")), packages.Unchecked, "package-denied")

	c = checker(h)
	c.Env = append(c.Env, "PIP_INDEX_URL="+strings.Replace(h.URL, "http://", "http://me:s3cret@", 1)+"/pypi/simple")
	proof := c.Prove(t.Context(), server, pypi("private", "1.0.0"))
	owned(t, proof)
	assert.NotContains(t, fmt.Sprint(proof), "s3cret")
	assert.Empty(t, leaked)
}

func TestPyPIFollowsAnExtraIndex(t *testing.T) {
	h, extra := realpackages.Start(t), realpackages.Start(t)
	extra.AddPyPI("acme-echo", "1.0.0", readme)
	c := checker(h)
	refused(t, c.Prove(t.Context(), server, pypi("acme-echo", "1.0.0")), packages.NotFound, "package-not-visible")
	c = checker(h)
	c.Env = append(c.Env, "PIP_EXTRA_INDEX_URL="+extra.URL+"/pypi/simple/")
	owned(t, c.Prove(t.Context(), server, pypi("acme-echo", "1.0.0")))
	c = checker(h)
	c.Env = append(c.Env, "PIP_NO_INDEX=1")
	refused(t, c.Prove(t.Context(), server, pypi("acme-echo", "1.0.0")), packages.Unchecked, "client-failed")
}

func TestCargo(t *testing.T) {
	h := realpackages.Start(t)
	c := checker(h)
	crate := h.AddCrate("acme-echo", "1.0.0", readme)
	h.AddCrate("hidden", "1.0.0", "<!-- mcp-name: "+server+" -->")
	h.AddCrate("stranger", "1.0.0", "mcp-name: io.github.other/echo")
	h.AddCrate("tampered", "1.0.0", readme, realpackages.SHA256([]byte("other bytes")))

	t.Run("owned, by the digest of the crate", func(t *testing.T) {
		proof := c.Prove(t.Context(), server, cargo("acme-echo", "1.0.0"))
		owned(t, proof)
		local, err := packages.Local(saved(t, "acme-echo-1.0.0.crate", crate), cargo("acme-echo", "1.0.0"))
		require.NoError(t, err)
		assert.Equal(t, local, proof.Files)
		assert.Equal(t, realpackages.SHA256(crate), proof.Files[0].Digest["sha256"])
	})
	t.Run("only in a comment", func(t *testing.T) {
		refused(t, c.Prove(t.Context(), server, cargo("hidden", "1.0.0")), packages.Foreign, "ownership-hidden")
	})
	t.Run("another's", func(t *testing.T) {
		refused(t, c.Prove(t.Context(), server, cargo("stranger", "1.0.0")), packages.Foreign, "ownership-other")
	})
	t.Run("not there", func(t *testing.T) {
		refused(t, c.Prove(t.Context(), server, cargo("nowhere", "1.0.0")), packages.NotFound, "package-not-visible")
		refused(t, c.Prove(t.Context(), server, cargo("acme-echo", "1.0.1")), packages.NotFound, "package-not-visible")
	})
	t.Run("another spelling", func(t *testing.T) {
		refused(t, c.Prove(t.Context(), server, cargo("acme_echo", "1.0.0")), packages.NotFound, "package-not-visible")
	})
	t.Run("other bytes than the index names", func(t *testing.T) {
		refused(t, c.Prove(t.Context(), server, cargo("tampered", "1.0.0")), packages.Broken, "package-digest")
	})
	t.Run("a registry of the user's that replaces nothing", func(t *testing.T) {
		config := fmt.Sprintf("[registries.mine]\nindex = \"sparse+%s/cargo/\"\n\n[registry]\ndefault = \"mine\"\n", h.URL)
		require.NoError(t, os.WriteFile(filepath.Join(h.CargoHome(), "config.toml"), []byte(config), 0o600))
		proof := c.Prove(t.Context(), server, cargo("acme-echo", "1.0.0"))
		owned(t, proof)
		assert.Equal(t, "cargo info acme-echo@1.0.0", proof.Asked)
		refused(t, c.Prove(t.Context(), server, cargo("acme-echo", "1.0.1")), packages.NotFound, "package-not-visible")
		refused(t, c.Prove(t.Context(), server, cargo("acme_echo", "1.0.0")), packages.NotFound, "package-not-visible")
		refused(t, c.Prove(t.Context(), server, cargo("tampered", "1.0.0")), packages.Broken, "package-digest")
	})
	t.Run("the user's own cache is left alone", func(t *testing.T) {
		_, err := os.Stat(filepath.Join(h.CargoHome(), "registry"))
		assert.ErrorIs(t, err, os.ErrNotExist)
	})
}

func TestPyPITrustsWhomPipTrusts(t *testing.T) {
	wheel, name := realpackages.Wheel("acme-echo", "1.0.0", readme), realpackages.WheelName("acme-echo", "1.0.0")
	index := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".whl") {
			_, _ = w.Write(wheel)
			return
		}
		_, _ = fmt.Fprintf(w, `<a href="/%s#sha256=%s">%s</a>`, name, realpackages.SHA256(wheel), name)
	}))
	defer index.Close()
	ca := saved(t, "ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: index.Certificate().Raw}))
	for cert, code := range map[string]string{
		"":                               "package-host",
		"PIP_CERT=" + ca:                 "",
		"PIP_CERT=" + ca + ".gone":       "client-failed",
		"PIP_CERT=" + saved(t, "x", nil): "client-failed",
	} {
		c := checker(realpackages.Start(t))
		c.Env = append(c.Env, "PIP_INDEX_URL="+index.URL, cert)
		proof := c.Prove(t.Context(), server, pypi("acme-echo", "1.0.0"))
		assert.Equal(t, code, proof.Code, "%q: %s", cert, proof.Why)
	}
}
