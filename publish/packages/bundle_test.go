package packages_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
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

func bundle(address string, data []byte) packages.Package {
	return packages.Package{Type: packages.MCPB, Identifier: address, FileSHA256: realpackages.SHA256(data)}
}

func TestBundleOverTLS(t *testing.T) {
	data := realpackages.Bundle("echo", "1.0.0")
	mux := http.NewServeMux()
	mux.HandleFunc("/echo.mcpb", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(data) })
	mux.HandleFunc("/elsewhere", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/echo.mcpb", http.StatusFound) })
	mux.HandleFunc("/round", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusFound) })
	mux.HandleFunc("/plain", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://plain.example/echo.mcpb", http.StatusFound)
	})
	mux.HandleFunc("/file", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
	})
	mux.HandleFunc("/private", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	mux.HandleFunc("/ill", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	mux.HandleFunc("/huge", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "10000000000") })
	mux.HandleFunc("/cut", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write(data[:100])
	})
	mux.HandleFunc("/slow", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	host := httptest.NewTLSServer(mux)
	defer host.Close()
	c := &packages.Checker{HTTP: host.Client()}

	for path, want := range map[string]struct {
		state packages.State
		code  string
	}{
		"/echo.mcpb": {packages.Owned, ""},
		"/elsewhere": {packages.Owned, ""},
		"/round":     {packages.Unchecked, "package-address"},
		"/plain":     {packages.Unchecked, "package-address"},
		"/file":      {packages.Unchecked, "package-address"},
		"/nowhere":   {packages.NotFound, "package-not-visible"},
		"/private":   {packages.Unchecked, "package-denied"},
		"/ill":       {packages.Unchecked, "package-host"},
		"/huge":      {packages.Unchecked, "client-flood"},
		"/cut":       {packages.Unchecked, "package-host"},
	} {
		t.Run(path, func(t *testing.T) {
			proof := c.Prove(t.Context(), server, bundle(host.URL+path, data))
			if want.code == "" {
				owned(t, proof)
				assert.Equal(t, realpackages.SHA256(data), proof.Files[0].Digest["sha256"])
			} else {
				refused(t, proof, want.state, want.code)
			}
		})
	}
	t.Run("/slow", func(t *testing.T) {
		hasty := &packages.Checker{HTTP: host.Client(), Timeout: 20 * time.Millisecond}
		refused(t, hasty.Prove(t.Context(), server, bundle(host.URL+"/slow", data)), packages.Unchecked, "client-slow")
	})
	t.Run("other bytes", func(t *testing.T) {
		refused(t, c.Prove(t.Context(), server, bundle(host.URL+"/echo.mcpb", []byte("other"))), packages.Broken, "package-digest")
	})
	t.Run("another version inside", func(t *testing.T) {
		p := bundle(host.URL+"/echo.mcpb", data)
		p.Version = "2.0.0"
		refused(t, c.Prove(t.Context(), server, p), packages.Broken, "artifact-version")
		p.Version = "1.0.0"
		owned(t, c.Prove(t.Context(), server, p))
	})
	t.Run("credentials in the address", func(t *testing.T) {
		p := bundle(strings.Replace(host.URL, "https://", "https://me:s3cret@", 1)+"/echo.mcpb", data)
		proof := c.Prove(t.Context(), server, p)
		refused(t, proof, packages.Unchecked, "package-address")
		assert.NotContains(t, proof.Why+proof.Asked+proof.Mend, "s3cret")
	})
	t.Run("a client that trusts nobody of ours", func(t *testing.T) {
		refused(t, (&packages.Checker{}).Prove(t.Context(), server, bundle(host.URL+"/echo.mcpb", data)), packages.Unchecked, "package-host")
	})
}

func TestBundleOverPlainHTTPOnlyInTests(t *testing.T) {
	h := realpackages.Start(t)
	data := realpackages.Bundle("echo", "1.0.0")
	p := bundle(h.AddFile("/echo.mcpb", data), data)
	owned(t, (&packages.Checker{HTTP: http.DefaultClient}).Prove(t.Context(), server, p))
	refused(t, (&packages.Checker{}).Prove(t.Context(), server, p), packages.Unchecked, "package-address")

	p.Identifier = "http://plain.example/echo.mcpb"
	refused(t, (&packages.Checker{HTTP: http.DefaultClient}).Prove(t.Context(), server, p), packages.Unchecked, "package-address")
}

func TestPlaceholderIsRefusedWithoutAsking(t *testing.T) {
	h := realpackages.Start(t)
	address := h.AddFile("/echo.mcpb", realpackages.Bundle("echo", "1.0.0"))
	c := &packages.Checker{HTTP: http.DefaultClient}
	for hash, code := range map[string]string{"": "hash-missing", "TODO": "hash-placeholder", strings.Repeat("0", 64): "hash-placeholder"} {
		proof := c.Prove(t.Context(), server, packages.Package{Type: packages.MCPB, Identifier: address, FileSHA256: hash})
		refused(t, proof, packages.Broken, code)
	}
	assert.Empty(t, h.Asked())

	data := realpackages.Bundle("echo", "1.0.0")
	proof := packages.ProveLocal(server, saved(t, "echo.mcpb", data), packages.Package{Type: packages.MCPB, Identifier: address, FileSHA256: "TODO"})
	refused(t, proof, packages.Broken, "hash-placeholder")
	assert.Contains(t, proof.Mend, realpackages.SHA256(data), "what to write is known")
}

type images map[string]func() (map[string]string, string, error)

func (i images) Image(_ context.Context, ref string) (map[string]string, string, error) {
	return i[ref]()
}

func TestImages(t *testing.T) {
	digest := "sha256:" + realpackages.SHA256([]byte("manifest"))
	label := "io.modelcontextprotocol.server.name"
	answer := func(labels map[string]string, digest string, err error) func() (map[string]string, string, error) {
		return func() (map[string]string, string, error) { return labels, digest, err }
	}
	c := &packages.Checker{Images: images{
		"owned":   answer(map[string]string{label: server}, digest, nil),
		"other":   answer(map[string]string{label: "io.github.other/echo"}, digest, nil),
		"bare":    answer(nil, digest, nil),
		"missing": answer(nil, "", &refusal.Refusal{Kind: refusal.Environment, Code: "image-missing", Doing: "resolving", Why: "404"}),
		"denied":  answer(nil, "", &refusal.Refusal{Kind: refusal.Consent, Code: "image-denied", Doing: "resolving", Why: "403", Mend: "Log in."}),
		"slow":    answer(nil, "", context.DeadlineExceeded),
		"garbled": answer(map[string]string{label: server}, "md5:00", nil),
		"coarse":  answer(nil, "", errors.New("something else")),
	}}
	for ref, want := range map[string]struct {
		state packages.State
		code  string
	}{
		"owned":   {packages.Owned, ""},
		"other":   {packages.Foreign, "ownership-other"},
		"bare":    {packages.Foreign, "ownership-missing"},
		"missing": {packages.NotFound, "package-not-visible"},
		"denied":  {packages.Unchecked, "image-denied"},
		"slow":    {packages.Unchecked, "client-slow"},
		"garbled": {packages.Unchecked, "client-garbled"},
		"coarse":  {packages.Unchecked, "package-unchecked"},
	} {
		t.Run(ref, func(t *testing.T) {
			p := packages.Package{Type: packages.OCI, Identifier: ref}
			proof := c.Prove(t.Context(), server, p)
			if want.code != "" {
				refused(t, proof, want.state, want.code)
				return
			}
			owned(t, proof)
			assert.Equal(t, []attest.Package{{Type: "oci", Identifier: "owned", Digest: map[string]string{"sha256": strings.TrimPrefix(digest, "sha256:")}}}, proof.Files)
		})
	}
	_, err := (&packages.Checker{}).Digests(t.Context(), packages.Package{Type: packages.OCI, Identifier: "owned"})
	require.Error(t, err)
	assert.Equal(t, "client-missing", refusal.Code(err))
}
