//go:build unix

package sign_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realsigstore"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/sign"
)

var update = flag.Bool("update", false, "sign the samples in testdata anew")

// sigstore are the real services, started by the first test that asks.
var sigstore realsigstore.Shared

func TestMain(m *testing.M) { os.Exit(sigstore.Main(m)) }

const (
	predicateType = "https://example.org/predicate/v1"
	statement     = `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"server.json:io.github.acme/echo@1.0.0","digest":{"sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}}],"predicateType":"` + predicateType + `","predicate":{"name":"echo"}}`
	repository    = "acme/echo"
	workflow      = "release.yml"
	tag           = "refs/tags/v1.0.0"
	subject       = "https://github.com/acme/echo/.github/workflows/release.yml@refs/tags/v1.0.0"
)

// released is the policy that the workflow's signatures satisfy.
func released() sign.Policy { return sign.Policy{Issuer: realsigstore.GitHub, Subject: subject} }

// services are those of the real instance.
func services(t testing.TB) sign.Services {
	t.Helper()
	s, err := sign.LoadServices(sigstore.Get(t).SigningConfig)
	require.NoError(t, err)
	return s
}

func trust(t testing.TB) *sign.Trust {
	t.Helper()
	tr, err := sign.LoadTrust(sigstore.Get(t).TrustedRoot)
	require.NoError(t, err)
	return tr
}

// given is a token that somebody has already.
func given(token string) sign.Token {
	return func(context.Context, string) (string, error) { return token, nil }
}

// workflowToken is the token of the workflow.
func workflowToken(t testing.TB) sign.Token {
	t.Helper()
	return given(sigstore.Get(t).GitHubToken(repository, workflow, tag))
}

// keyless signs the statement as the workflow does.
func keyless(t testing.TB) []byte {
	t.Helper()
	signer, err := sign.Keyless(sign.KeylessOptions{Services: services(t), Token: workflowToken(t)})
	require.NoError(t, err)
	bundle, err := signer.Sign(soon(t), []byte(statement))
	require.NoError(t, err)
	return bundle
}

// soon is a context that a healthy run never sees the end of.
func soon(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// sample reads a file of testdata.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	return read(t, filepath.Join("testdata", name))
}

// sampleTrust is the trusted root of testdata, after an edit if one is given.
func sampleTrust(t testing.TB, edit func(map[string]any)) *sign.Trust {
	t.Helper()
	data := sample(t, "trusted_root.json")
	if edit != nil {
		data = edited(t, data, edit)
	}
	tr, err := sign.ParseTrust("testdata", data)
	require.NoError(t, err)
	return tr
}

// edited changes a JSON document.
func edited(t testing.TB, document []byte, edit func(map[string]any)) []byte {
	t.Helper()
	var members map[string]any
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&members))
	edit(members)
	out, err := json.Marshal(members)
	require.NoError(t, err)
	return out
}

// at is the object at a path of member names in an object.
func at(object map[string]any, path ...string) map[string]any {
	for _, name := range path {
		object = object[name].(map[string]any)
	}
	return object
}

// refused requires a refusal of that code, which says what to do.
func refused(t testing.TB, err error, code string) *refusal.Refusal {
	t.Helper()
	require.Error(t, err)
	r, ok := refusal.Of(err)
	require.Truef(t, ok, "no refusal: %v", err)
	require.Equal(t, code, r.Code, "%v", err)
	assert.NotEmpty(t, r.Doing)
	assert.NotEmpty(t, r.Mend)
	assert.NotZero(t, r.Kind)
	return r
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return data
}

// write puts a file in a folder of the test's own.
func write(t testing.TB, name string, data []byte, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, data, mode))
	require.NoError(t, os.Chmod(path, mode))
	return path
}
