package publish_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realpackages"
	"github.com/mcpctl/mcpctl/publish"
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// first is the first package of a document, the image; second the bundle.
func first(doc map[string]any) map[string]any  { return doc["packages"].([]any)[0].(map[string]any) }
func second(doc map[string]any) map[string]any { return doc["packages"].([]any)[1].(map[string]any) }

// What is wrong with a release stands against it before anything is written; one
// sound release is TestAPlanWritesNothing.
func TestBadReleases(t *testing.T) {
	hash := realpackages.SHA256([]byte("another bundle"))
	for name, tc := range map[string]struct {
		change  func(w *world, doc map[string]any)
		inputs  func(w *world, in *publish.Inputs)
		code    string
		invalid string // rule, where server.json itself is invalid
	}{
		"a description of 101 characters": {change: func(_ *world, d map[string]any) { d["description"] = strings.Repeat("x", 101) }, invalid: "schema/length"},
		"a namespace in the wrong case":   {change: func(_ *world, d map[string]any) { d["name"] = "IO.GitHub.acme/echo" }, invalid: "name/case"},
		"a schema date that is none": {change: func(_ *world, d map[string]any) {
			d["$schema"] = "https://static.modelcontextprotocol.io/schemas/2024-01-01/server.schema.json"
		}, invalid: "schema/unknown"},
		"a mutable tag": {change: func(w *world, d map[string]any) {
			first(d)["identifier"] = "images.example/acme/echo:latest"
		}, invalid: "oci/latest"},
		"a mutable tag at a private host": {change: func(w *world, d map[string]any) {
			w.oci.Image(w.t, "acme/echo:latest", map[string]string{imageLabel: serverName})
			first(d)["identifier"] = w.oci.Host + "/acme/echo:latest"
		}, code: "oci-mutable"},
		"a placeholder hash": {change: func(_ *world, d map[string]any) { second(d)["fileSha256"] = strings.Repeat("0", 64) }, invalid: "hash/placeholder"},
		"an unknown key":     {change: func(_ *world, d map[string]any) { d["pakages"] = []any{} }, invalid: "key/unknown"},
		"another tag":        {inputs: func(_ *world, in *publish.Inputs) { in.Tag = "v2.0.0" }, invalid: "agree/tag"},
		"a version that differs in package.json": {inputs: func(w *world, in *publish.Inputs) {
			w.write("package.json", []byte(`{"name":"acme-echo","version":"9.0.0"}`))
		}, invalid: "agree/version"},

		"an image of another server": {change: func(w *world, d map[string]any) {
			first(d)["identifier"] = w.oci.Image(w.t, "acme/other:1", map[string]string{imageLabel: "io.github.evil/echo"})
		}, code: "ownership-other"},
		"an image without a label": {change: func(w *world, d map[string]any) {
			first(d)["identifier"] = w.oci.Image(w.t, "acme/plain:1", nil)
		}, code: "ownership-missing"},
		"an image that is not there": {change: func(w *world, d map[string]any) {
			first(d)["identifier"] = w.oci.Host + "/acme/nothing:1.0.0"
		}, code: "package-not-visible"},
		"a bundle with other bytes": {change: func(_ *world, d map[string]any) { second(d)["fileSha256"] = hash }, code: "package-digest"},
		"a bundle that is not there": {change: func(w *world, d map[string]any) {
			second(d)["identifier"] = w.hosts.URL + "/acme/echo/releases/download/v9/echo.mcpb"
		}, code: "package-not-visible"},
		"an artifact that is not the published one": {inputs: func(w *world, in *publish.Inputs) {
			w.write("echo.mcpb", realpackages.Bundle("echo", "9.9.9"))
			in.Artifacts = []publish.Artifact{{Type: "mcpb", Path: filepath.Join(w.dir, "echo.mcpb")}}
		}, code: "package-digest"},
		"a repository that is none": {inputs: func(_ *world, in *publish.Inputs) { in.Settings.AttachTo = []string{"https://images.example/Acme"} }, code: "reference-malformed"},
		"a pointer that does not fit": {change: func(_ *world, d map[string]any) {
			d["_meta"] = map[string]any{"io.modelcontextprotocol.registry/publisher-provided": map[string]any{"com.example/notes": strings.Repeat("n", 3900)}}
		}, code: "pointer-too-big"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if tc.change != nil {
				w.server(func(d map[string]any) { tc.change(w, d) })
			}
			p, err := w.plan(t.Context(), func(in *publish.Inputs, _ *publish.Options) {
				if tc.inputs != nil {
					tc.inputs(w, in)
				}
			})
			if tc.invalid != "" {
				require.Equal(t, "server-json-invalid", refusal.Code(err))
				r, err := publish.Gather(t.Context(), w.changed(tc.inputs), w.services())
				require.Error(t, err)
				var rules []string
				for _, f := range r.Findings {
					rules = append(rules, f.Rule)
				}
				assert.Contains(t, rules, tc.invalid)
			} else {
				require.NoError(t, err)
				require.Equal(t, tc.code, refusal.Code(p.Ready()))
				require.Equal(t, tc.code, refusal.Code(p.Apply(t.Context())), "it is not applied")
				known, _ := refusal.Of(p.Ready())
				assert.NotEmpty(t, known.Mend)
			}
			assert.Empty(t, w.wire.writes())
			_, err = os.Stat(filepath.Join(w.dir, ".mcpctl"))
			assert.ErrorIs(t, err, os.ErrNotExist)
		})
	}
}

// One cause is one problem: a file that nobody should take is no reason to ask
// for a file.
func TestAnArtifactThatIsDangerous(t *testing.T) {
	w := newWorld(t)
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	_, err := archive.Create("../evil")
	require.NoError(t, err)
	require.NoError(t, archive.Close())
	evil := w.write("evil.mcpb", b.Bytes())
	w.server(func(d map[string]any) {
		second(d)["identifier"] = w.hosts.URL + "/acme/echo/releases/download/later/echo.mcpb"
		second(d)["fileSha256"] = realpackages.SHA256(b.Bytes())
	})
	for path, codes := range map[string][]string{evil: {"artifact-escapes"}, "": {"package-not-visible"}} {
		p, err := w.plan(t.Context(), func(in *publish.Inputs, _ *publish.Options) {
			if path != "" {
				in.Artifacts = []publish.Artifact{{Type: "mcpb", Path: path}}
			}
		})
		require.NoError(t, err)
		var found []string
		for _, problem := range p.Release.Problems {
			found = append(found, problem.Code)
		}
		assert.Equal(t, codes, found)
	}
}

// changed are the world's inputs after a change.
func (w *world) changed(change func(*world, *publish.Inputs)) publish.Inputs {
	in := w.inputs()
	if change != nil {
		change(w, &in)
	}
	return in
}

func TestArtifactsOfUnknownPackages(t *testing.T) {
	w := newWorld(t)
	for _, a := range []publish.Artifact{{Type: "npm", Path: "x.tgz"}, {Type: "mcpb", Identifier: "other", Path: "x.mcpb"}} {
		in := w.inputs()
		in.Artifacts = []publish.Artifact{a}
		_, err := publish.Gather(t.Context(), in, w.services())
		assert.Equal(t, "artifact-unknown", refusal.Code(err))
	}
}

// A release that waits has the digests of the file, and is the same release when
// the package has come.
func TestWaitingForAPackage(t *testing.T) {
	w := newWorld(t)
	later := w.hosts.URL + "/acme/echo/releases/download/later/echo.mcpb"
	w.server(func(d map[string]any) { second(d)["identifier"] = later })
	local := func(in *publish.Inputs, o *publish.Options) {
		in.Artifacts = []publish.Artifact{{Type: "mcpb", Path: filepath.Join(w.dir, "echo.mcpb")}}
		o.Wait = 50 * time.Millisecond
	}
	p, err := w.run(t.Context(), local)
	require.Equal(t, "wait-timeout", refusal.Code(err))
	before := p.File(publish.Request{Server: "server.json"})

	var waited []string
	_, err = w.run(t.Context(), func(in *publish.Inputs, o *publish.Options) {
		local(in, o)
		o.Wait = 10 * time.Second
		o.Tell = func(e publish.Event) {
			if e.What == "wait" {
				waited = append(waited, e.Text)
				w.hosts.AddFile("/acme/echo/releases/download/later/echo.mcpb", realpackages.Bundle("echo", "1.0.0"))
			}
		}
	})
	require.NoError(t, err)
	require.NotEmpty(t, waited)
	assert.Contains(t, waited[0], later)
	w.settled(statements)
	p, err = w.plan(t.Context(), local)
	require.NoError(t, err)
	assert.Equal(t, before.Digests, p.File(publish.Request{Server: "server.json"}).Digests)
}

// Everything that can be said of a release is said of the same subjects.
func TestStatements(t *testing.T) {
	w := newWorld(t)
	in := w.inputs()
	in.Bills = func(at time.Time) ([][]byte, error) {
		b, err := json.Marshal(map[string]any{"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": map[string]any{"timestamp": at.Format(time.RFC3339)}})
		return [][]byte{b, []byte(`{"spdxVersion":"SPDX-2.3","dataLicense":"CC0-1.0","SPDXID":"SPDXRef-DOCUMENT","name":"echo","documentNamespace":"https://example.com/echo","creationInfo":{"created":"2026-01-01T00:00:00Z","creators":["Tool: t"]}}`)}, err
	}
	in.Report = []byte(`{"schema":"mcpctl.report/v1","tool":{"name":"mcpctl","version":"1"},"revisions":["2025-11-25"],"findings":[{"check":"ping/result/empty","revision":"2025-11-25","transport":"stdio","verdict":"fail"}],"summary":{"fail":1}}`)
	in.Surface = []byte(`{"server":{"name":"echo"},"revisions":["2025-11-25"],"entries":[]}`)
	r, err := publish.Gather(t.Context(), in, w.services())
	require.NoError(t, err)
	var names []string
	for _, s := range r.Statements {
		names = append(names, s.Name)
		read, err := attest.Parse(s.Bytes)
		require.NoError(t, err)
		assert.Equal(t, s.Type, read.PredicateType)
		assert.Len(t, read.Subject, 3)
	}
	assert.Equal(t, []string{"release", "provenance", "sbom-cyclonedx", "sbom-spdx", "test-result", "surface"}, names)
	assert.Contains(t, strings.Join(r.Notes, " "), "has failures")

	in.Bills = func(time.Time) ([][]byte, error) { return [][]byte{[]byte("<bom/>")}, nil }
	_, err = publish.Gather(t.Context(), in, w.services())
	assert.Equal(t, "sbom-unusable", refusal.Code(err))
	in.Bills, in.Report = nil, []byte("{}")
	_, err = publish.Gather(t.Context(), in, w.services())
	assert.Equal(t, "report-unreadable", refusal.Code(err))
}
