package packages_test

import (
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realpackages"
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/packages"
)

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
