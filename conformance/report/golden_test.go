package report_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

// written is the report in a format.
func written(t testing.TB, f report.Format, r *conformance.Report, o report.Options) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, f.Write(&out, r, o))
	return out.Bytes()
}

func format(t testing.TB, name string) report.Format {
	t.Helper()
	f, err := report.Lookup(name)
	require.NoError(t, err)
	return f
}

// golden compares text with a file, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, got, 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run go test -update ./conformance/report, then read what it wrote")
	assert.Equal(t, string(want), string(got))
}

func TestGolden(t *testing.T) {
	for _, fixture := range fixtures() {
		for _, f := range report.Formats() {
			t.Run(fixture.name+"/"+f.Name, func(t *testing.T) {
				golden(t, filepath.Join(fixture.name, f.Name+".golden"), written(t, f, fixture.report, report.Options{}))
			})
		}
	}
}

// What the options change, on the report that has everything.
func TestGoldenOptions(t *testing.T) {
	tests := []struct {
		name, format string
		options      report.Options
	}{
		{"color", "text", report.Options{Color: true}},
		{"narrow", "text", report.Options{Width: 50}},
		{"verbose", "text", report.Options{Verbose: true, Width: 100}},
		{"strict", "text", report.Options{Strict: true}},
		{"strict", "junit", report.Options{Strict: true}},
		{"strict", "github", report.Options{Strict: true}},
		{"strict", "tap", report.Options{Strict: true}},
		{"artifact", "sarif", report.Options{Artifact: `servers\weather here.yaml`}},
	}
	for _, test := range tests {
		t.Run(test.format+"/"+test.name, func(t *testing.T) {
			golden(t, filepath.Join("options", test.format+"-"+test.name+".golden"), written(t, format(t, test.format), findings(), test.options))
		})
	}
}

// A report is written to several places: writing must not change it.
func TestWritingChangesNothing(t *testing.T) {
	for _, f := range report.Formats() {
		r := findings()
		first := written(t, f, r, report.Options{})
		assert.Equal(t, findings(), r, f.Name)
		assert.Equal(t, string(first), string(written(t, f, r, report.Options{})), f.Name)
	}
}

func TestBrokenWriterIsReported(t *testing.T) {
	for _, f := range report.Formats() {
		assert.ErrorIs(t, f.Write(full{}, findings(), report.Options{}), errFull, f.Name)
	}
}

var errFull = errors.New("no space left")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestLookup(t *testing.T) {
	for _, f := range report.Formats() {
		found, err := report.Lookup(f.Name)
		require.NoError(t, err)
		assert.Equal(t, f.Name, found.Name)
		assert.NotEmpty(t, f.Extension)
		assert.NotEmpty(t, f.Doc)
	}
	_, err := report.Lookup("jnuit")
	var unknown report.UnknownFormatError
	require.ErrorAs(t, err, &unknown)
	assert.Equal(t, "jnuit", unknown.Name)
	assert.Equal(t, []string{"text", "json", "ndjson", "junit", "sarif", "markdown", "github", "html", "tap"}, unknown.Known)
}
