package serverjson

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// official is the published schema of one date.
type official struct {
	schema *jsonschema.Schema
	names  []string // of all members of all definitions
}

func readOfficial(t *testing.T, date string) official {
	t.Helper()
	folder := filepath.Join("..", "..", "..", "shared", "spec", "server-json")
	if _, err := os.Stat(folder); err != nil {
		require.Empty(t, os.Getenv("CI"), "CI has the official schemas in %s: %v", folder, err)
		t.Skip("passed over: the folder of official schemas is absent")
	}
	raw, err := os.ReadFile(filepath.Join(folder, date+".json"))
	require.NoError(t, err)
	var document any
	require.NoError(t, json.Unmarshal(raw, &document))
	names := map[string]bool{}
	collectNames(document, names)

	c := jsonschema.NewCompiler()
	c.LoadURL = func(url string) (io.ReadCloser, error) { return nil, fmt.Errorf("%s is out of bounds", url) }
	require.NoError(t, c.AddResource(SchemaURL(date), strings.NewReader(string(raw))))
	schema, err := c.Compile(SchemaURL(date))
	require.NoError(t, err)
	return official{schema, slices.Sorted(maps.Keys(names))}
}

// collectNames finds every name below a "properties".
func collectNames(v any, into map[string]bool) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			collectNames(x, into)
		}
	case map[string]any:
		for key, x := range v {
			if properties, ok := x.(map[string]any); ok && key == "properties" {
				for name := range properties {
					into[name] = true
				}
			}
			collectNames(x, into)
		}
	}
}

// sample is a document with the verdict of the published schema.
type sample struct {
	raw   []byte
	root  *node
	valid bool
	why   error
}

func judged(t *testing.T, date string) []sample {
	t.Helper()
	theirs := readOfficial(t, date)
	var all []sample
	samples(date, theirs.names, func(value any) bool {
		raw, err := json.Marshal(value)
		require.NoError(t, err)
		root, bad := parseJSON(raw)
		require.Nil(t, bad, "%s", raw)
		err = theirs.schema.Validate(value)
		all = append(all, sample{raw, root, err == nil, err})
		return true
	})
	return all
}

// differing is a sample of which a schema of ours thinks otherwise. It looks at
// all, in strides, so that each kind of sample comes early.
func differing(ours *schema, all []sample) (sample, []fault, bool) {
	const stride = 7919 // a prime
	for i := range all {
		s := all[i*stride%len(all)]
		faults := slices.DeleteFunc(ours.validate(s.root), func(f fault) bool { return f.extra })
		if s.valid != (len(faults) == 0) {
			return s, faults, true
		}
	}
	return sample{}, nil, false
}

// TestEquivalence holds our schema of every date against the published one, on
// whole documents and on each of them changed in one way. It then proves the
// comparison able to fail: every member of every definition of ours, made
// optional where it was required and the reverse, of another type, or taken
// away, is noticed.
func TestEquivalence(t *testing.T) {
	for _, date := range Dates() {
		t.Run(date, func(t *testing.T) {
			t.Parallel()
			all := judged(t, date)
			require.NotZero(t, len(all)%7919, "the stride misses samples")
			valid := 0
			for _, s := range all {
				if s.valid {
					valid++
				}
			}
			assert.Greater(t, valid, 1000, "valid samples")
			assert.Greater(t, len(all)-valid, 1000, "invalid samples")
			s, faults, found := differing(schemaOf(date), all)
			require.False(t, found, "%s\nours: %v\ntheirs: %#v", s.raw, faults, s.why)
			t.Logf("%d samples, %d of them valid", len(all), valid)
			assertNotices(t, date, all)
		})
	}
}

func assertNotices(t *testing.T, date string, all []sample) {
	t.Helper()
	src, err := shapes()
	require.NoError(t, err)
	altered, err := src.in(date)
	require.NoError(t, err)
	other := &typ{list: &typ{basic: "boolean"}}
	for name, o := range altered.definitions {
		if onlyTakenOver(name) {
			continue
		}
		members := o.members
		for i, p := range members {
			if p.name == "type" {
				continue // what tells the alternatives apart: without it none is judged
			}
			for what, instead := range map[string][]property{
				"required or not": {{p.name, !p.optional, p.is}},
				"of another type": {{p.name, p.optional, other}},
				"away":            nil,
			} {
				o.members = slices.Concat(members[:i], instead, members[i+1:])
				_, _, found := differing(altered, all)
				assert.True(t, found, "%s.%s %s: the samples do not notice", name, p.name, what)
			}
		}
		o.members = members
	}
}

// onlyTakenOver are definitions that nothing is judged by directly.
func onlyTakenOver(name string) bool { return name == "Templated" }

func TestShapeRefuses(t *testing.T) {
	for source, want := range map[string]string{
		"  name: string\n":            "no definition",
		"A\n  name string\n":          "no colon",
		"A\n  name: \n":               "a type is missing",
		"A = string 1\n":              "is no bound",
		"A string\n":                  "where = is expected",
		"A = B C\n":                   "where | is expected",
		"A = string ~ (\n":            "missing closing",
		"A since 2025-12-11\n  +B\n":  "no B to take over",
		"A = \"x\" \"y\"\n  b: uri\n": "where | is expected",
	} {
		s, err := readShape(source)
		if err == nil {
			_, err = s.in(Current)
		}
		assert.ErrorContains(t, err, want, source)
	}
}
