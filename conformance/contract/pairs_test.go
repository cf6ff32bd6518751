package contract_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/conformance/contract"
)

// pairsDir has snapshots of releases of public servers, each taken with `mcpctl
// contract snapshot` over stdio, and for each pair of releases a file of what the
// diff has to say, reviewed by hand.
const pairsDir = "testdata/pairs"

// expectation is a file of a pair.
type expectation struct {
	// Package and the versions say what was installed.
	Package  string `yaml:"package"`
	Old, New string
	// Review is what the two releases differ in, as read in the snapshots.
	Review string        `yaml:"review"`
	Semver contract.Bump `yaml:"semver"`
	// Breaking says whether the exit code is 1.
	Breaking bool       `yaml:"breaking"`
	Changes  []expected `yaml:"changes"`
}

// expected are changes that have one reason.
type expected struct {
	Rule     string   `yaml:"rule"`
	Path     string   `yaml:"path,omitempty"`
	Subjects []string `yaml:"subjects,flow"`
	// Example says that there is a counter-example, which the test holds to both.
	Example bool   `yaml:"example,omitempty"`
	Reason  string `yaml:"reason"`
}

// TestPairsOfRealReleases: what the diff says of real releases is what was found by
// hand. -update writes what it says, and keeps the reasons that are there.
func TestPairsOfRealReleases(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(pairsDir, "*.yaml"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 10)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			require.NoError(t, err)
			var want expectation
			decoder := yaml.NewDecoder(bytes.NewReader(raw))
			decoder.KnownFields(true)
			require.NoError(t, decoder.Decode(&want))
			old, now := released(t, want.Package, want.Old), released(t, want.Package, want.New)
			diff := contract.Compare(old, now, contract.Options{Now: today})
			got := want
			got.Semver, got.Breaking, got.Changes = diff.Advice.Needed, diff.Breaking(), said(diff, want.Changes)
			if *update {
				rewrite(t, file, got)
				return
			}
			assert.Equal(t, want, got)
			assert.NotEmpty(t, want.Review)
			for _, e := range want.Changes {
				assert.NotEmpty(t, e.Reason, "%s of %v", e.Rule, e.Subjects)
			}
			for _, c := range diff.Changes {
				holdsToBoth(t, c, old, now)
			}
			// Back again, nothing may be lost: each side is the whole truth of itself.
			assert.Empty(t, contract.Compare(old, old, contract.Options{Now: today}).Changes)
		})
	}
}

func released(t *testing.T, name, version string) *contract.Snapshot {
	t.Helper()
	base := name[strings.LastIndexByte(name, '/')+1:]
	raw, err := os.ReadFile(filepath.Join(pairsDir, base+"@"+version+".json"))
	require.NoError(t, err)
	s, err := contract.Parse(raw)
	require.NoError(t, err)
	assert.Equal(t, string(raw), string(s.Encode()), "the file is canonical")
	return s
}

// said groups the changes by rule, path and example, with the reasons known before.
func said(d *contract.Diff, known []expected) []expected {
	var all []expected
	for _, c := range d.Changes {
		one := expected{Rule: strings.TrimPrefix(c.Rule, "contract/"), Path: c.Path, Example: c.CounterExample.Exists()}
		alike := func(e expected) bool { return e.Rule == one.Rule && e.Path == one.Path && e.Example == one.Example }
		i := slices.IndexFunc(all, alike)
		if i < 0 {
			if k := slices.IndexFunc(known, alike); k >= 0 {
				one.Reason = known[k].Reason
			}
			all = append(all, one)
			i = len(all) - 1
		}
		all[i].Subjects = append(all[i].Subjects, c.Subject)
	}
	return all
}

func rewrite(t *testing.T, file string, e expectation) {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	require.NoError(t, encoder.Encode(e))
	require.NoError(t, os.WriteFile(file, out.Bytes(), 0o644))
}
